package io.nearcast.loadtest.promise;

import io.nearcast.loadtest.promise.World.Size;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** All schedules that are aimed at a rule. */
final class Schedules {
  /** In the order of the rules. */
  static final List<Schedule> ALL =
      Stream.of(
              Schedules.stored(),
              Schedules.fills(),
              TierSchedules.all(),
              ControlSchedules.all(),
              SharedSchedules.all())
          .flatMap(List::stream)
          .toList();

  private Schedules() {}

  static void purge(World world) {
    world.purge(world.served(), false);
  }

  static void request(World world) {
    world.request(world.edge(0), world.served());
  }

  static void cutEdge(World world) {
    world.time.cut(world.edge(0).id, world.plane().id);
  }

  static void slowOrigin(World world, SimNode node, int millis) {
    world.time.slow(World.ORIGIN, node.id, millis);
  }

  static void healAll(World world) {
    world.time.healAll();
  }

  /** A hard purge comes while the answer is under way, and a request when that is stored. */
  private static void purgeDuringAFill(Schedule.Script script) {
    script
        .then(world -> slowOrigin(world, world.edge(0), 300))
        .then(Schedules::request)
        .after(100, Schedules::purge)
        .after(1_500, Schedules::request);
  }

  private static Size alone() {
    return Size.of(1, 0);
  }

  /** Snapshots that say nothing of purges. */
  static Size silent(int shields) {
    return new Size(1, 1, shields, 100, 100, false);
  }

  /** The edge misses a purge that the log does not have any more. */
  private static void missedForGood(Schedule.Script script) {
    script
        .then(Schedules::request)
        .after(1_000, Schedules::cutEdge)
        .then(Schedules::purge)
        .then(world -> world.store.compact())
        .after(100, Schedules::healAll)
        .after(1_500, Schedules::request);
  }

  private static List<Schedule> stored() {
    return List.of(
        Schedule.of(Rule.AS_OF_THE_ASKING, alone(), Schedules::purgeDuringAFill),
        Schedule.of(
            Rule.VALIDATED_AS_OF_THE_ASKING,
            alone(),
            script ->
                script
                    .then(world -> world.origin.freshMillis = 100)
                    .then(Schedules::request)
                    .after(1_000, world -> world.origin.freshMillis = 60_000)
                    .then(world -> slowOrigin(world, world.edge(0), 300))
                    .then(Schedules::request)
                    .after(100, Schedules::purge)
                    .after(1_500, Schedules::request)),
        Schedule.of(Rule.CHECKED_SINCE_AS_OF, alone(), Schedules::purgeDuringAFill),
        Schedule.of(
            Rule.NOTHING_BELOW_THE_HORIZON,
            silent(0),
            script ->
                script
                    .then(world -> slowOrigin(world, world.edge(0), 650))
                    .then(Schedules::request)
                    .after(10, Schedules::cutEdge)
                    .then(Schedules::purge)
                    .then(world -> world.store.compact())
                    .after(20, Schedules::healAll)
                    .after(2_000, Schedules::request)),
        Schedule.of(
            Rule.HARD_AND_SOFT_APART,
            alone(),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, Schedules::purge)
                    .then(world -> world.purge(world.served(), true))
                    .after(500, Schedules::request)),
        Schedule.of(
            Rule.MERGED_NOT_DROPPED,
            new Size(1, 1, 0, 2, 100, true),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, Schedules::purge)
                    .then(world -> world.purge(world.thing("serve", "/b"), false))
                    .then(world -> world.purge(world.thing("serve", "/large"), false))
                    .after(500, Schedules::request)),
        Schedule.of(
            Rule.SNAPSHOTS_MERGE,
            new Size(1, 1, 0, 100, 4, true),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, Schedules::cutEdge)
                    .then(Schedules::purge)
                    .then(world ->
                        world.things.forEach(thing -> world.purge(other(world, thing), false)))
                    .then(world -> world.store.compact())
                    .after(100, Schedules::healAll)
                    .after(1_500, Schedules::request)),
        Schedule.of(
            Rule.STAMPS_BEFORE_REPORT,
            alone(),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, Schedules::purge)
                    .after(100, Schedules::request)),
        Schedule.of(
            Rule.DISK_BEFORE_REPORT,
            Size.of(1, 1),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, world -> world.time.cut(world.shield(0).id, world.plane().id))
                    .then(world -> world.time.diskMax = 5_000)
                    .then(Schedules::purge)
                    .after(10, world -> world.edge(0).crash())
                    .then(Schedules::cutEdge)
                    .then(world -> world.edge(0).start())
                    .after(100, Schedules::request)),
        Schedule.of(
            Rule.ONE_STRONG_VALIDATOR,
            alone(),
            script ->
                script
                    .then(world -> world.request(world.edge(0), large(world)))
                    .after(1_500, Schedules::cutEdge)
                    .then(world -> world.origin.change(large(world)))
                    .after(6_000, world -> world.purge(large(world), false))
                    .after(200, world -> world.request(world.edge(0), large(world)))),
        Schedule.of(Rule.SNAPSHOT_PURGES, silent(0), Schedules::missedForGood),
        Schedule.of(Rule.SNAPSHOT_CARRIES_STAMPS, alone(), Schedules::missedForGood),
        Schedule.of(
            Rule.HORIZON_PURGES,
            new Size(1, 1, 0, 100, 4, true),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, Schedules::cutEdge)
                    .then(world -> world.purgeAll(world.served(), false))
                    .then(Schedules::purge)
                    .then(world -> world.purge(world.thing("serve", "/b"), false))
                    .then(world -> world.purgeAll(world.guarded(), false))
                    .then(world -> world.purge(world.guarded(), false))
                    .then(world -> world.store.compact())
                    .after(100, Schedules::healAll)
                    .after(1_500, Schedules::request)),
        Schedule.of(
            Rule.OWN_COUNTER,
            alone(),
            script ->
                script
                    .then(world -> world.purge(world.thing("serve", "/b"), false))
                    .then(world -> world.purge(world.thing("serve", "/large"), false))
                    .after(500, Schedules::request)
                    .after(1_000, world -> world.purgeAt(world.edge(0), world.served()))
                    .then(Schedules::request)));
  }

  private static Thing large(World world) {
    return world.thing("revalidate", "/large");
  }

  /** Another thing than the first one, as often as there are others. */
  private static Thing other(World world, Thing thing) {
    return thing.equals(world.served()) ? world.guarded() : thing;
  }

  private static List<Schedule> fills() {
    return List.of(
        joined(Rule.FENCED_FILLS, Schedules::purge),
        joined(Rule.SOFT_STAMPS_FENCE, world -> world.purge(world.served(), true)),
        joined(Rule.TAGS_UNKNOWN_BEFORE_THE_HEAD, world -> world.purgeTag(world.served(), false)),
        Schedule.of(
            Rule.NO_JOINING_BELOW_THE_HORIZON,
            silent(0),
            script ->
                script
                    .then(world -> slowOrigin(world, world.edge(0), 650))
                    .then(Schedules::request)
                    .after(10, Schedules::cutEdge)
                    .then(Schedules::purge)
                    .then(world -> world.store.compact())
                    .after(20, Schedules::healAll)
                    .after(400, Schedules::request)),
        Schedule.of(
            Rule.UNLEASED_JOINS_NOTHING_EARLIER,
            alone(),
            script ->
                script
                    .then(Schedules::cutEdge)
                    .after(6_000, world -> slowOrigin(world, world.edge(0), 300))
                    .then(world -> world.request(world.edge(0), world.guarded()))
                    .after(50, world -> world.purge(world.guarded(), false))
                    .after(50, world -> world.request(world.edge(0), world.guarded()))),
        Schedule.of(
            Rule.NOTHING_STALE_WITHOUT_A_LEASE,
            alone(),
            script ->
                script
                    .then(world -> world.origin.freshMillis = 100)
                    .then(world -> world.request(world.edge(0), world.guarded()))
                    .after(1_000, Schedules::cutEdge)
                    .after(6_000, world -> world.purge(world.guarded(), false))
                    .after(200, world -> world.request(world.edge(0), world.guarded()))));
  }

  /** A purge comes while the answer is under way, and a request before that has come. */
  private static Schedule joined(Rule rule, Consumer<World> purge) {
    return Schedule.of(
        rule,
        alone(),
        script ->
            script
                .then(world -> slowOrigin(world, world.edge(0), 300))
                .then(Schedules::request)
                .after(100, purge)
                .after(100, Schedules::request));
  }
}
