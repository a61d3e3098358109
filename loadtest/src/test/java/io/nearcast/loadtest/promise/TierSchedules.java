package io.nearcast.loadtest.promise;

import io.nearcast.loadtest.promise.World.Size;
import java.util.List;
import java.util.function.Consumer;

/** Schedules with a shield, aimed at what tiers tell each other. */
final class TierSchedules {
  private TierSchedules() {}

  private static Size pair() {
    return Size.of(1, 1);
  }

  private static void cutShield(World world) {
    world.time.cut(world.shield(0).id, world.plane().id);
  }

  /** The shield has a copy, and does not hear of the purge that the edge has applied. */
  private static Schedule shieldIsBehind(Rule rule, Consumer<World> purge) {
    return Schedule.of(
        rule,
        pair(),
        script ->
            script
                .then(world -> world.origin.staleMillis = 0)
                .then(Schedules::request)
                .after(1_000, TierSchedules::cutShield)
                .then(purge)
                .after(100, Schedules::request));
  }

  /** The purge comes while the shield waits for the origin. */
  private static Schedule whileTheShieldWaits(Rule rule, Consumer<Schedule.Script> rest) {
    return Schedule.of(
        rule,
        Size.of(2, 1),
        script ->
            rest.accept(script.then(world -> Schedules.slowOrigin(world, world.shield(0), 300))));
  }

  static List<Schedule> all() {
    return List.of(
        Schedule.of(
            Rule.AS_OF_BEFORE_THE_LOOK_UP,
            Size.of(2, 1),
            script ->
                script
                    .then(world -> world.request(world.edge(1), world.served()))
                    .after(1_000, world -> world.time.lookUpMax = 400)
                    .then(Schedules::request)
                    .after(3, Schedules::purge)
                    .after(1_500, Schedules::request)),
        shieldIsBehind(Rule.MIN_IS_SENT, Schedules::purge),
        whileTheShieldWaits(
            Rule.FLOOR_AT_LEAST_MIN,
            script ->
                script
                    .then(world -> world.request(world.edge(1), world.served()))
                    .after(50, TierSchedules::cutShield)
                    .then(Schedules::purge)
                    .after(100, Schedules::request)),
        shieldIsBehind(Rule.MIN_COUNTS_TAGS, world -> world.purgeTag(world.served(), false)),
        shieldIsBehind(Rule.MIN_COUNTS_SOFT_STAMPS, world -> world.purge(world.served(), true)),
        Schedule.of(
            Rule.MIN_NOT_BELOW_THE_HORIZON,
            Schedules.silent(1),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, Schedules::cutEdge)
                    .then(TierSchedules::cutShield)
                    .then(Schedules::purge)
                    .then(world -> world.store.compact())
                    .after(10, world -> world.time.heal(world.edge(0).id, world.plane().id))
                    .after(1_500, Schedules::request)),
        whileTheShieldWaits(
            Rule.WAITERS_TOLD_THE_FILLS_AS_OF,
            script ->
                script
                    .then(Schedules::request)
                    .after(50, Schedules::purge)
                    .after(1_500, Schedules::request)),
        whileTheShieldWaits(
            Rule.PASSED_ON_JOINS_NOTHING_EARLIER,
            script ->
                script
                    .then(Schedules::cutEdge)
                    .after(6_000, TierSchedules::cutShield)
                    .then(world -> world.request(world.edge(1), world.guarded()))
                    .after(50, world -> world.purge(world.guarded(), false))
                    .after(100, world -> world.request(world.edge(0), world.guarded()))),
        Schedule.of(
            Rule.NOTHING_STALE_BEHIND_MIN,
            pair(),
            script ->
                script
                    .then(world -> world.origin.freshMillis = 100)
                    .then(Schedules::request)
                    .after(1_000, TierSchedules::cutShield)
                    .then(Schedules::purge)
                    .after(100, Schedules::request)),
        Schedule.of(
            Rule.SOFTLY_PURGED_KEEPS_ITS_AS_OF,
            pair(),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, world -> world.time.cut(world.shield(0).id, World.ORIGIN))
                    .then(world -> world.purge(world.served(), true))
                    .after(200, Schedules::request)
                    .after(2_500, Schedules::request)),
        Schedule.of(
            Rule.MIN_NAMES_ITS_LOG,
            pair(),
            script ->
                script
                    .then(world -> world.store.takeBackup())
                    .each(10, 3, world -> world.purge(world.thing("serve", "/b"), false))
                    .after(500, Schedules::request)
                    .after(1_000, TierSchedules::cutShield)
                    .then(world -> world.plane().restore())
                    .after(3_000, Schedules::purge)
                    .after(500, Schedules::request)),
        Schedule.of(
            Rule.AS_OF_NAMES_ITS_LOG,
            pair(),
            script ->
                script
                    .then(world -> world.store.takeBackup())
                    .each(10, 3, world -> world.purge(world.thing("serve", "/b"), false))
                    .after(500, TierSchedules::cutShield)
                    .then(world -> world.plane().restore())
                    .after(3_000, Schedules::request)
                    .after(1_500, Schedules::purge)
                    .after(500, Schedules::request)),
        Schedule.of(
            Rule.UNLEASED_SAYS_SO,
            pair(),
            script ->
                script
                    .then(world -> world.request(world.edge(0), world.guarded()))
                    .after(1_000, Schedules::cutEdge)
                    .then(TierSchedules::cutShield)
                    .after(6_000, world -> world.purge(world.guarded(), false))
                    .after(200, world -> world.request(world.edge(0), world.guarded()))),
        Schedule.of(
            Rule.OWN_PURGE_IS_NOT_UNDONE,
            pair(),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, world -> world.time.cut(world.edge(0).id, world.shield(0).id))
                    .then(world -> world.origin.freshMillis = 100)
                    .then(world -> world.origin.change(world.served()))
                    .then(world -> world.purgeAt(world.edge(0), world.served()))
                    .then(Schedules::request)
                    .after(2_500, Schedules::healAll)
                    .each(500, 3, Schedules::request)),
        Schedule.of(
            Rule.OWN_EPOCH_OF_THE_LOOK_UP,
            pair(),
            script ->
                script
                    .then(world -> world.origin.freshMillis = 100)
                    .then(Schedules::request)
                    .after(1_000, world -> world.origin.change(world.served()))
                    .then(world -> world.time.slow(world.shield(0).id, world.edge(0).id, 300))
                    .then(Schedules::request)
                    .after(100, world -> world.purgeAt(world.edge(0), world.served()))
                    .then(
                        world -> world.nodes.forEach(node -> world.time.cut(node.id, World.ORIGIN)))
                    .after(250, Schedules::request)),
        Schedule.of(
            Rule.OWN_PURGE_ASKS_THE_ORIGIN,
            pair(),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, world -> world.purgeAt(world.edge(0), world.served()))
                    .then(Schedules::request)));
  }
}
