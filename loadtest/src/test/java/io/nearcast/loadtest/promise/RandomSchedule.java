package io.nearcast.loadtest.promise;

import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The schedule of a seed: half of them are all chance, half are near one of the {@link Schedules}
 * that are aimed at the rules.
 */
final class RandomSchedule {
  private static final long LENGTH_MILLIS = 25_000;
  private static final long LENGTH_WITH_SEVERAL_PLANES_MILLIS = 45_000;

  private RandomSchedule() {}

  /** Runs a schedule and returns its world. */
  static World run(long seed, Set<Rule> rulesOff) {
    if (seed % 2 == 0) {
      return chance(seed, rulesOff);
    }
    List<Schedule> all = Schedules.ALL;
    return all.get((int) (seed / 2 % all.size())).near(seed, rulesOff);
  }

  /** A schedule that is all chance. */
  static World chance(long seed, Set<Rule> rulesOff) {
    Random shape = new Random(seed * 31 + 7);
    boolean small = shape.nextInt(3) == 0;
    World world =
        new World(
            seed,
            rulesOff,
            new World.Size(
                shape.nextInt(4) == 0 ? 2 + shape.nextInt(2) : 1,
                1 + shape.nextInt(3),
                shape.nextInt(3),
                small ? 1 + shape.nextInt(3) : 100,
                small ? 4 + shape.nextInt(3) : 100,
                shape.nextInt(3) > 0));
    run(world);
    return world;
  }

  private static void run(World world) {
    Timeline time = world.time;
    Random random = time.random;
    time.delayMax = random.nextInt(3) == 0 ? 2_000 : 1 + random.nextInt(200);
    time.lossPercent = random.nextBoolean() ? 0 : random.nextInt(25);
    RandomActs acts = new RandomActs(world);
    int gap = 20 + random.nextInt(200);
    long length = world.planes.size() > 1 ? LENGTH_WITH_SEVERAL_PLANES_MILLIS : LENGTH_MILLIS;
    while (time.millis() < length && world.violation() == null) {
      time.runUntil(time.millis() + random.nextInt(gap));
      acts.act();
    }
  }
}
