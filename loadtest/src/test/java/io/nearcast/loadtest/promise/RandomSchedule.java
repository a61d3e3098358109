package io.nearcast.loadtest.promise;

import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A world in which things happen at random: requests, purges, changes at the origin, partitions,
 * crashes, restarts, suspensions, compactions, restores. How often what happens is drawn, too, so
 * that some schedules are calm and some are not.
 */
final class RandomSchedule {
  private static final long LENGTH_MILLIS = 25_000;

  private final World world;
  private final Timeline time;
  private final Random random;
  private final int[] weights = new int[13];
  private int total;

  private RandomSchedule(World world) {
    this.world = world;
    this.time = world.time;
    this.random = time.random;
  }

  /** Runs a schedule and returns its world. */
  static World run(long seed, Set<Rule> rulesOff) {
    Random shape = new Random(seed * 31 + 7);
    World world = new World(seed, rulesOff, 1 + shape.nextInt(3), shape.nextInt(3));
    new RandomSchedule(world).run();
    return world;
  }

  private void run() {
    time.delayMax = random.nextInt(3) == 0 ? 2_000 : 1 + random.nextInt(200);
    time.lossPercent = random.nextBoolean() ? 0 : random.nextInt(25);
    int[] usual = {60, 10, 6, 4, 6, 6, 6, 3, 3, 2, 2, 1, 1};
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i < 2 ? usual[i] : usual[i] * random.nextInt(3);
      total += weights[i];
    }
    int gap = 20 + random.nextInt(200);
    while (time.millis() < LENGTH_MILLIS && world.violation() == null) {
      time.runUntil(time.millis() + random.nextInt(gap));
      act();
    }
  }

  private void act() {
    int drawn = random.nextInt(total);
    int what = 0;
    while (drawn >= weights[what]) {
      drawn -= weights[what++];
    }
    switch (what) {
      case 0 -> world.request(any(world.edges), any(world.things));
      case 1 -> world.origin.change(any(world.things));
      case 2 -> world.purge(any(world.things), random.nextInt(4) == 0);
      case 3 -> world.purgeTag(any(world.things), random.nextInt(4) == 0);
      case 4 -> cut();
      case 5 -> time.healAll();
      case 6 -> any(world.nodes).start();
      case 7 -> any(world.nodes).crash();
      case 8 -> control();
      case 9 -> any(world.edges).suspended(random.nextInt(8_000));
      case 10 -> snapshots();
      case 11 -> {
        SimNode node = any(world.edges);
        if (random.nextBoolean()) {
          world.remove(node);
        } else {
          node.crash();
          node.wipe();
        }
      }
      default -> {
        if (random.nextBoolean()) {
          world.control.takeBackup();
        } else {
          world.control.restore();
        }
      }
    }
  }

  private void cut() {
    String one = any(world.nodes).id;
    int other = random.nextInt(3);
    time.cut(one, other == 0 ? World.ORIGIN : other == 1 ? World.CONTROL : any(world.nodes).id);
  }

  private void control() {
    world.control.crash();
    time.after(random.nextInt(3_000), world.control::start);
  }

  private void snapshots() {
    world.control.compact();
  }

  private <T> T any(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
