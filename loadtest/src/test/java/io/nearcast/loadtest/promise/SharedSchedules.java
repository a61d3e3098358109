package io.nearcast.loadtest.promise;

import io.nearcast.loadtest.promise.World.Size;
import java.util.List;

/** Schedules with two control planes on one store, aimed at what they know of each other. */
final class SharedSchedules {
  /** Until the edge is a member, and both control planes have a record. */
  private static final long SETTLED_MILLIS = 2_500;

  /** Until a record that stands still has been removed. */
  private static final long REMOVED_MILLIS = 18_000;

  private SharedSchedules() {}

  private static Size two() {
    return Size.sharing(2, 1);
  }

  private static void request(World world) {
    world.request(world.edge(0), world.guarded());
  }

  private static void purge(World world) {
    world.purge(world.guarded(), false);
  }

  private static void isolateEdge(World world) {
    world.planes.forEach(plane -> world.time.cut(world.edge(0).id, plane.id));
  }

  private static void cutStore(World world, int plane) {
    world.time.cut(world.planes.get(plane).id, SimStore.ID);
  }

  private static void healStore(World world, int plane) {
    world.time.heal(world.planes.get(plane).id, SimStore.ID);
  }

  /** What the store tells a control plane takes long. */
  private static void slowStore(World world, int plane, int millis) {
    world.time.slow(SimStore.ID, world.planes.get(plane).id, millis);
  }

  private static void healEdge(World world, int plane) {
    world.time.heal(world.edge(0).id, world.planes.get(plane).id);
  }

  static List<Schedule> all() {
    return List.of(
        Schedule.of(
            Rule.RECORDS_OF_OTHERS_COUNT,
            two(),
            script ->
                script
                    .after(SETTLED_MILLIS, SharedSchedules::request)
                    .after(1_000, SharedSchedules::isolateEdge)
                    .then(world -> world.use(1))
                    .then(SharedSchedules::purge)
                    .after(400, SharedSchedules::request)),
        Schedule.of(Rule.MOVED_COUNTS_UNTIL_ITS_LEASE_ENDS, two(), SharedSchedules::moved),
        Schedule.of(
            Rule.MEMBERS_OF_OTHERS_COUNT,
            two(),
            script ->
                script
                    .after(SETTLED_MILLIS, Schedules::request)
                    .after(1_000, SharedSchedules::isolateEdge)
                    .then(world -> world.use(1))
                    .then(Schedules::purge)
                    .after(400, Schedules::request)),
        Schedule.of(
            Rule.LEASES_INSIDE_THE_SESSION,
            two(),
            script ->
                script
                    .after(SETTLED_MILLIS, SharedSchedules::request)
                    .after(500, world -> cutStore(world, 0))
                    .after(REMOVED_MILLIS, world -> world.use(1))
                    .then(SharedSchedules::purge)
                    .after(800, SharedSchedules::request)),
        Schedule.of(
            Rule.RECORDS_OUTLIVE_THEIR_LEASES,
            two(),
            script ->
                script
                    .after(SETTLED_MILLIS, SharedSchedules::request)
                    .after(1_000, world -> world.planes.getFirst().crash())
                    .then(SharedSchedules::isolateEdge)
                    .then(world -> world.use(1))
                    .then(SharedSchedules::purge)
                    .each(100, 50, SharedSchedules::request)),
        Schedule.of(Rule.RECORD_BEFORE_HEAD, two(), SharedSchedules::startsBehind),
        Schedule.of(
            Rule.WATERMARK_NOT_ABOVE_THE_HEAD,
            two(),
            script ->
                script
                    .after(SETTLED_MILLIS, SharedSchedules::request)
                    .after(500, SharedSchedules::isolateEdge)
                    .then(world -> world.edge(0).feed().move(1, 1))
                    .after(7_000, world -> healEdge(world, 1))
                    .after(1_100, SharedSchedules::isolateEdge)
                    .then(SharedSchedules::purge)
                    .each(100, 20, SharedSchedules::request)),
        Schedule.of(Rule.COMPARE_AND_SET, two(), SharedSchedules::writesLate));
  }

  /** A write is under way for so long that the record has been removed when it comes. */
  private static void writesLate(Schedule.Script script) {
    script
        .after(SETTLED_MILLIS, SharedSchedules::request)
        .after(500, world -> world.time.slow(world.plane().id, SimStore.ID, 17_500))
        .then(SharedSchedules::isolateEdge)
        .after(16_900, world -> slowStore(world, 0, 8_000))
        .then(world -> world.time.slow(world.plane().id, SimStore.ID, 0))
        .then(world -> world.use(1))
        .after(100, SharedSchedules::purge)
        .after(500, world -> healEdge(world, 0))
        .after(3_000, world -> world.edge(0).feed().move(0, 0))
        .after(1_500, SharedSchedules::request);
  }

  /** It reports to one that gives no leases, which tells the one that has given it one. */
  private static void moved(Schedule.Script script) {
    script
        .after(SETTLED_MILLIS, world -> cutStore(world, 1))
        .after(11_000, SharedSchedules::request)
        .then(world -> world.edge(0).feed().move(0, 1))
        .after(1_100, SharedSchedules::isolateEdge)
        .then(world -> healStore(world, 1))
        .after(1_200, SharedSchedules::purge)
        .each(100, 12, SharedSchedules::request);
  }

  /** A control plane starts while a purge that it has not seen yet becomes complete. */
  private static void startsBehind(Schedule.Script script) {
    script
        .after(SETTLED_MILLIS, SharedSchedules::request)
        .after(500, SharedSchedules::isolateEdge)
        .then(world -> world.planes.get(1).crash())
        .after(REMOVED_MILLIS, world -> slowStore(world, 1, 6_000))
        .then(world -> world.planes.get(1).start())
        .then(world -> world.edge(0).feed().move(1, 1))
        .after(3_000, SharedSchedules::purge)
        .after(1_000, world -> healEdge(world, 1))
        .after(4_500, SharedSchedules::request);
  }
}
