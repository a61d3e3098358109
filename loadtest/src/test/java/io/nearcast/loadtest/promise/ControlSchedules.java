package io.nearcast.loadtest.promise;

import io.nearcast.loadtest.promise.World.Size;
import java.util.List;

/** Schedules that are aimed at the feed, at leases and at what a purge waits for. */
final class ControlSchedules {
  private ControlSchedules() {}

  private static Size alone() {
    return Size.of(1, 0);
  }

  private static void request(World world) {
    world.request(world.edge(0), world.guarded());
  }

  private static void purge(World world) {
    world.purge(world.guarded(), false);
  }

  private static void cutEdge(World world) {
    world.time.cut(world.edge(0).id, world.plane().id);
  }

  /** It reports, and hears nothing of the log. */
  private static void cutFeed(World world, SimNode node) {
    world.time.cutOneWay(world.plane().id, node.id + "/feed");
  }

  static List<Schedule> all() {
    return List.of(
        Schedule.of(
            Rule.NO_GAPS,
            alone(),
            script ->
                script
                    .then(Schedules::request)
                    .after(1_000, Schedules::cutEdge)
                    .then(Schedules::purge)
                    .after(20, Schedules::healAll)
                    .then(world -> world.purge(world.thing("serve", "/b"), false))
                    .each(10, 20, Schedules::request)),
        Schedule.of(
            Rule.LOGS_HAVE_NAMES,
            alone(),
            script ->
                script
                    .after(1_000, world -> world.store.takeBackup())
                    .each(10, 2, world -> world.purge(world.thing("serve", "/b"), false))
                    .after(500, Schedules::request)
                    .after(1_000, world -> world.plane().restore())
                    .after(3_000, Schedules::purge)
                    .after(1_500, Schedules::request)),
        Schedule.of(
            Rule.NEW_LOG_WAITS_ONE_LEASE,
            alone(),
            script ->
                script
                    .after(1_000, world -> world.store.takeBackup())
                    .then(ControlSchedules::request)
                    .after(1_000, ControlSchedules::cutEdge)
                    .then(world -> world.plane().restore())
                    .then(ControlSchedules::purge)
                    .after(200, ControlSchedules::request)),
        Schedule.of(
            Rule.COMPLETION_WAITS_FOR_LEASES,
            alone(),
            script ->
                script
                    .then(ControlSchedules::request)
                    .after(1_000, ControlSchedules::cutEdge)
                    .then(ControlSchedules::purge)
                    .after(200, ControlSchedules::request)),
        Schedule.of(
            Rule.WATERMARK_FIRST,
            alone(),
            script ->
                script
                    .then(ControlSchedules::request)
                    .after(1_000, ControlSchedules::cutEdge)
                    .then(ControlSchedules::purge)
                    .after(6_000, Schedules::healAll)
                    .then(world -> cutFeed(world, world.edge(0)))
                    .after(1_200, ControlSchedules::request)),
        Schedule.of(Rule.REGISTERED_AT_THE_HEAD, Size.of(3, 1), ControlSchedules::newcomer),
        Schedule.of(
            Rule.COUNTED_FIRST,
            alone(),
            script ->
                script
                    .then(ControlSchedules::request)
                    .after(1_000, world -> cutFeed(world, world.edge(0)))
                    .then(ControlSchedules::purge)
                    .each(100, 20, ControlSchedules::request)),
        Schedule.of(Rule.LEASE_FROM_THE_ASKING, alone(), ControlSchedules::lateAnswers),
        Schedule.of(Rule.KNOWN_IS_ON_DISK, alone(), ControlSchedules::unknown),
        Schedule.of(
            Rule.START_WAITS_ONE_LEASE,
            alone(),
            script ->
                script
                    .then(ControlSchedules::request)
                    .after(1_000, ControlSchedules::cutEdge)
                    .then(world -> world.plane().crash())
                    .after(100, world -> world.plane().start())
                    .then(ControlSchedules::purge)
                    .after(200, ControlSchedules::request)),
        Schedule.of(
            Rule.REMOVED_AFTER_THE_LEASE,
            alone(),
            script ->
                script
                    .then(ControlSchedules::request)
                    .after(1_000, ControlSchedules::cutEdge)
                    .then(world -> world.remove(world.edge(0)))
                    .then(ControlSchedules::purge)
                    .after(200, ControlSchedules::request)),
        Schedule.of(
            Rule.SUSPEND_IS_A_LAPSE,
            alone(),
            script ->
                script
                    .then(ControlSchedules::request)
                    .after(1_000, ControlSchedules::cutEdge)
                    .then(ControlSchedules::purge)
                    .after(6_000, world -> world.edge(0).suspended(5_900))
                    .then(ControlSchedules::request)));
  }

  /** An edge is new, while another one that was removed holds the watermark down. */
  private static void newcomer(Schedule.Script script) {
    script
        .then(Schedules::request) // the shield has it
        .after(1_000, world -> world.time.cut(world.shield(0).id, world.plane().id))
        .then(world -> world.edge(1).crash())
        .then(world -> world.edge(1).wipe())
        .then(world -> world.plane().remove(world.edge(1))) // as if it had never been
        .then(world -> world.time.cutOneWay(world.edge(1).id + "/report", world.plane().id))
        .then(world -> world.edge(1).start())
        .after(500, world -> cutFeed(world, world.edge(1)))
        .then(world -> world.time.cut(world.edge(2).id, world.plane().id))
        .then(world -> world.remove(world.edge(2)))
        .then(Schedules::purge)
        .after(200, world -> world.time.heal(world.edge(1).id + "/report", world.plane().id))
        .after(1_200, world -> world.request(world.edge(1), world.served()));
  }

  /** The answers to its reports take long: what they give is nearly over when they come. */
  private static void lateAnswers(Schedule.Script script) {
    script
        .then(world -> world.time.slow(world.plane().id, world.edge(0).id, 4_000))
        .after(5_000, ControlSchedules::request)
        .after(3_000, world -> world.time.cutOneWay(world.edge(0).id, world.plane().id))
        .then(world -> cutFeed(world, world.edge(0)))
        .after(100, ControlSchedules::purge)
        .each(100, 100, ControlSchedules::request);
  }

  /** An edge that nobody knows has a state on its disk, and is cut off. */
  private static void unknown(Schedule.Script script) {
    script
        .then(world -> world.edge(0).crash())
        .then(world -> world.edge(0).wipe())
        .then(world -> world.plane().remove(world.edge(0))) // as if it had never been
        .then(world -> world.time.cutOneWay(world.edge(0).id + "/report", world.plane().id))
        .then(world -> world.edge(0).start())
        .after(500, world -> world.edge(0).crash())
        .then(ControlSchedules::cutEdge)
        .then(world -> world.edge(0).start())
        .after(10, Schedules::request)
        .after(500, Schedules::purge)
        .after(200, Schedules::request);
  }
}
