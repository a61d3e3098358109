package io.nearcast.loadtest.promise;

import io.nearcast.config.model.PurgePolicy.WhenCutOff;

/** An edge or a shield: a machine with its clocks, and the process on it. */
final class SimNode {
  final String id;
  final boolean edge;
  private final Timeline time;

  /** How fast its monotonic clock goes. */
  private final double pace;

  private final World world;
  private final NodeCache cache;
  private final NodeFeed feed;
  private long suspendedMillis;
  private boolean up;
  private long boot;

  SimNode(World world, String id, boolean edge) {
    this.world = world;
    this.time = world.time;
    this.id = id;
    this.edge = edge;
    this.pace = 0.97 + time.random.nextDouble() * 0.06;
    this.cache = new NodeCache(world, this);
    this.feed = new NodeFeed(world, this, cache);
  }

  NodeCache cache() {
    return cache;
  }

  NodeFeed feed() {
    return feed;
  }

  // Clocks

  long nanos() {
    return (long) ((time.millis() - suspendedMillis) * pace * 1e6);
  }

  long wallMillis() {
    // The wall clock is kept right by others; only a suspension makes the two differ.
    long asMonotonic = (long) ((time.millis() - suspendedMillis) * pace);
    return asMonotonic + (world.off(Rule.SUSPEND_IS_A_LAPSE) ? 0 : suspendedMillis);
  }

  /** The machine stands still, and only the wall clock knows afterwards. */
  void suspended(long forMillis) {
    suspendedMillis += forMillis;
  }

  // Life

  void start() {
    if (!up) {
      up = true;
      boot++;
      cache.restart();
      feed.restart();
    }
  }

  /** {@code kill -9}. */
  void crash() {
    up = false;
  }

  /** The machine has another disk. */
  void wipe() {
    feed.wipe();
    cache.wipe();
  }

  boolean isUp() {
    return up;
  }

  long boot() {
    return boot;
  }

  /** Whether a process of it still runs. */
  boolean is(long thatBoot) {
    return up && boot == thatBoot;
  }

  boolean permits(WhenCutOff whenCutOff) {
    return feed.lease().permits(whenCutOff);
  }
}
