package io.nearcast.loadtest.promise;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A schedule that is aimed at a rule: the promise is kept with the rule, and broken without it.
 *
 * @param rule the only one that it needs
 * @param size of its world
 * @param steps what happens, in order
 */
record Schedule(Rule rule, World.Size size, List<Step> steps) {
  private static final long WARM_UP_MILLIS = 500;
  private static final long AFTERWARDS_MILLIS = 2_000;
  private static final long FRESH_MILLIS = 60_000;

  /**
   * One event.
   *
   * @param gapMillis how long after the one before it
   * @param act what happens
   */
  record Step(long gapMillis, Consumer<World> act) {}

  /** Writes a schedule down. */
  static final class Script {
    private final List<Step> steps = new ArrayList<>();

    Script then(Consumer<World> act) {
      return after(0, act);
    }

    Script after(long gapMillis, Consumer<World> act) {
      steps.add(new Step(gapMillis, act));
      return this;
    }

    /** The same several times. */
    Script each(long gapMillis, int times, Consumer<World> act) {
      for (int i = 0; i < times; i++) {
        after(gapMillis, act);
      }
      return this;
    }
  }

  static Schedule of(Rule rule, World.Size size, Consumer<Script> write) {
    Script script = new Script();
    write.accept(script);
    return new Schedule(rule, size, List.copyOf(script.steps));
  }

  /** Runs it as it is written: calm, and what the origin answers is fresh for a minute. */
  World run(Set<Rule> rulesOff) {
    World world = new World(1, rulesOff, size);
    world.time.delayMax = 1;
    world.origin.freshMillis = FRESH_MILLIS;
    pass(world, WARM_UP_MILLIS); // everybody is a member and has a lease
    for (Step step : steps) {
      pass(world, step.gapMillis());
      step.act().accept(world);
    }
    pass(world, AFTERWARDS_MILLIS);
    return world;
  }

  /** Runs something like it: at other times, on another network, and with other events between. */
  World near(long seed, Set<Rule> rulesOff) {
    World world = new World(seed, rulesOff, size);
    Random random = world.time.random;
    RandomActs others = new RandomActs(world);
    int othersPercent = random.nextInt(3) * 5;
    double spread = random.nextDouble();
    world.time.delayMax = 1 + random.nextInt(random.nextBoolean() ? 4 : 40);
    world.time.lossPercent = random.nextInt(4) == 0 ? random.nextInt(5) : 0;
    world.origin.freshMillis = random.nextInt(4) == 0 ? 0 : FRESH_MILLIS;
    pass(world, WARM_UP_MILLIS);
    for (Step step : steps) {
      pass(world, Math.round(step.gapMillis() * (1 + spread * (random.nextDouble() - 0.5))));
      if (random.nextInt(100) < othersPercent) {
        others.act();
        pass(world, random.nextInt(20));
      }
      step.act().accept(world);
      if (world.violation() != null) {
        return world;
      }
    }
    pass(world, AFTERWARDS_MILLIS);
    return world;
  }

  private static void pass(World world, long millis) {
    world.time.runUntil(world.time.millis() + millis);
  }
}
