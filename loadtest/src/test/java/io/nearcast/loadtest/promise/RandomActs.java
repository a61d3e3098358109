package io.nearcast.loadtest.promise;

import java.util.List;
import java.util.Random;

/**
 * Things that happen at random: requests, purges, changes at the origin, partitions, crashes,
 * restarts, suspensions, compactions, restores. How often what happens is drawn, too, so that some
 * schedules are calm and some are not.
 */
final class RandomActs {
  private enum What {
    REQUEST(60),
    CHANGE(10),
    PURGE_URL(6),
    PURGE_TAG(4),
    PURGE_ALL(1),
    PURGE_ONE_NODE(2),
    CUT(6),
    CUT_ONE_WAY(3),
    HEAL(6),
    START(6),
    CRASH(3),
    CONTROL_RESTARTS(3),
    SUSPEND(2),
    COMPACT(2),
    REMOVE(1),
    WIPE(1),
    BACKUP(1),
    SLOW(2),
    MOVE(2),
    CUT_STORE(2);

    final int usual;

    What(int usual) {
      this.usual = usual;
    }
  }

  private static final What[] ALL = What.values();

  private final World world;
  private final Timeline time;
  private final Random random;
  private final int[] weights = new int[ALL.length];
  private int total;

  RandomActs(World world) {
    this.world = world;
    this.time = world.time;
    this.random = time.random;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i < 2 ? ALL[i].usual : ALL[i].usual * random.nextInt(3);
      total += weights[i];
    }
  }

  /** One of them. */
  void act() {
    int drawn = random.nextInt(total);
    int what = 0;
    while (drawn >= weights[what]) {
      drawn -= weights[what++];
    }
    if (world.planes.size() > 1) {
      world.use(random.nextInt(world.planes.size()));
    }
    switch (ALL[what]) {
      case REQUEST -> world.request(any(world.edges), any(world.things));
      case CHANGE -> world.origin.change(any(world.things));
      case PURGE_URL -> world.purge(any(world.things), seldom());
      case PURGE_TAG -> world.purgeTag(any(world.things), seldom());
      case PURGE_ALL -> world.purgeAll(any(world.things), seldom());
      case PURGE_ONE_NODE -> world.purgeAt(any(world.edges), any(world.things));
      case CUT -> time.cut(any(world.nodes).id, far());
      case CUT_ONE_WAY -> cutOneWay();
      case HEAL -> time.healAll();
      case START -> any(world.nodes).start();
      case CRASH -> any(world.nodes).crash();
      case CONTROL_RESTARTS -> restart(any(world.planes));
      case SUSPEND -> suspend(random.nextInt(8_000));
      case COMPACT -> world.store.compact();
      case REMOVE -> world.remove(any(world.edges));
      case WIPE -> world.wipe(any(world.edges));
      case BACKUP -> backup();
      case SLOW -> time.slow(far(), any(world.nodes).id, random.nextInt(2) * random.nextInt(5_000));
      case MOVE -> {
        int plane = random.nextInt(world.planes.size());
        int other = random.nextInt(world.planes.size());
        any(world.nodes).feed().move(plane, other);
      }
      case CUT_STORE -> time.cut(any(world.planes).id, SimStore.ID);
    }
  }

  private boolean seldom() {
    return random.nextInt(4) == 0;
  }

  private String far() {
    return switch (random.nextInt(3)) {
      case 0 -> World.ORIGIN;
      case 1 -> any(world.planes).id;
      default -> any(world.nodes).id;
    };
  }

  /** Feed or reports alone, or any way in one direction. */
  private void cutOneWay() {
    SimNode node = any(world.nodes);
    String plane = any(world.planes).id;
    switch (random.nextInt(4)) {
      case 0 -> time.cutOneWay(plane, node.id + "/feed");
      case 1 -> time.cutOneWay(node.id + "/report", plane);
      case 2 -> time.cutOneWay(node.id, far());
      default -> time.cutOneWay(far(), node.id);
    }
  }

  private void restart(SimControl plane) {
    plane.crash();
    time.after(random.nextInt(3_000), plane::start);
  }

  private void suspend(long millis) {
    if (world.planes.size() > 1 && random.nextInt(3) == 0) {
      any(world.planes).suspended(millis);
    } else {
      any(world.edges).suspended(millis);
    }
  }

  private void backup() {
    if (world.planes.size() > 1) {
      return; // a store that others are connected to is not restored
    }
    if (random.nextBoolean()) {
      world.store.takeBackup();
    } else {
      world.plane().restore();
    }
  }

  private <T> T any(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
