package io.nearcast.loadtest.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Schedules that are aimed at one rule each: the promise is kept with the rule, and broken without
 * it.
 */
final class DirectedScheduleTest {
  private static final Set<Rule> NONE = EnumSet.noneOf(Rule.class);

  @FunctionalInterface
  private interface Schedule {
    void run(World world);
  }

  private static World run(int edges, int shields, Set<Rule> off, Schedule schedule) {
    World world = new World(1, off, edges, shields);
    world.time.delayMax = 1;
    pass(world, 500); // everybody is a member and has a lease
    schedule.run(world);
    return world;
  }

  private static void pass(World world, long millis) {
    world.time.runUntil(world.time.millis() + millis);
  }

  private static void breaksWithout(Rule rule, int edges, int shields, Schedule schedule) {
    World kept = run(edges, shields, NONE, schedule);
    assertThat(kept.violation()).as("with all rules").isNull();
    assertThat(kept.answers()).as("answers").isPositive();
    assertThat(run(edges, shields, EnumSet.of(rule), schedule).violation())
        .as("without %s", rule)
        .isNotNull();
  }

  /** A purge comes while the answer is under way. */
  private static void purgeDuringAFill(World world) {
    SimNode edge = world.edges.getFirst();
    Thing thing = world.things.getFirst();
    world.time.slow(World.ORIGIN, edge.id, 300);
    world.request(edge, thing);
    pass(world, 100);
    world.purge(thing, false);
    pass(world, 1_500);
    world.request(edge, thing);
    pass(world, 1_000);
  }

  @Test
  void answerIsAsOfItsAsking() {
    breaksWithout(Rule.AS_OF_THE_ASKING, 1, 0, DirectedScheduleTest::purgeDuringAFill);
  }

  @Test
  void fillThatEndsLateIsComparedWithEveryPurgeSinceItWasAskedFor() {
    breaksWithout(Rule.CHECKED_SINCE_AS_OF, 1, 0, DirectedScheduleTest::purgeDuringAFill);
  }

  @Test
  void nothingIsStoredThatIsBelowTheHorizon() {
    breaksWithout(
        Rule.NOTHING_BELOW_THE_HORIZON,
        1,
        0,
        world -> {
          SimNode edge = world.edges.getFirst();
          Thing thing = world.things.getFirst();
          world.time.slow(World.ORIGIN, edge.id, 650);
          world.request(edge, thing);
          pass(world, 10);
          world.time.cut(World.CONTROL, edge.id);
          world.purge(thing, false);
          world.control.compact();
          pass(world, 20);
          world.time.heal(World.CONTROL, edge.id);
          pass(world, 2_000);
          world.request(edge, thing);
          pass(world, 1_000);
        });
  }

  @Test
  void laterSoftPurgeDoesNotSoftenAHardOne() {
    breaksWithout(
        Rule.HARD_AND_SOFT_APART,
        1,
        0,
        world -> {
          SimNode edge = world.edges.getFirst();
          Thing thing = world.things.getFirst();
          for (int i = 0; i < 8; i++) { // one of them may be served stale
            world.request(edge, thing);
            pass(world, 1_000);
            world.purge(thing, false);
            world.purge(thing, true);
            pass(world, 500);
            world.request(edge, thing);
            pass(world, 1_000);
          }
        });
  }

  @Test
  void edgeIsNotLeasedBelowWhatWasCompleteWithoutIt() {
    breaksWithout(
        Rule.WATERMARK_FIRST,
        1,
        0,
        world -> {
          SimNode edge = world.edges.getFirst();
          Thing thing = world.thing("revalidate", "/a");
          for (int i = 0; i < 8; i++) { // one of the copies is fresh for long enough
            world.request(edge, thing);
            pass(world, 500);
            world.time.cut(World.CONTROL, edge.id);
            world.purge(thing, false);
            pass(world, 6_000);
            world.time.heal(World.CONTROL, edge.id);
            world.time.slow(World.CONTROL, edge.id, 0);
            for (int j = 0; j < 1_200; j += 5) {
              pass(world, 5);
              world.request(edge, thing);
            }
            pass(world, 1_000);
          }
        });
  }

  @Test
  void leaseCountsFromWhenTheReportWasSent() {
    breaksWithout(
        Rule.LEASE_FROM_THE_ASKING,
        1,
        0,
        world -> {
          SimNode edge = world.edges.getFirst();
          Thing thing = world.thing("revalidate", "/a");
          for (int i = 0; i < 8; i++) { // one of the copies is fresh for long enough
            // The answers to its reports take long: what they give is nearly over when they come.
            world.time.slow(World.CONTROL, edge.id, 4_000);
            pass(world, 5_000);
            world.request(edge, thing);
            pass(world, 3_000);
            world.time.cutOneWay(edge.id, World.CONTROL);
            world.time.cutOneWay(World.CONTROL, edge.id + "/feed");
            pass(world, 100);
            world.purge(thing, false);
            for (int j = 0; j < 100; j++) {
              pass(world, 100);
              world.request(edge, thing);
            }
            world.time.healAll();
          }
        });
  }

  @Test
  void sequenceIsReportedOnceItIsOnDisk() {
    breaksWithout(
        Rule.DISK_BEFORE_REPORT,
        1,
        1,
        world -> {
          SimNode edge = world.edges.getFirst();
          SimNode shield = world.shields.getFirst();
          Thing thing = world.thing("serve", "/a");
          for (int i = 0; i < 8; i++) { // one of the copies is fresh for long enough
            world.request(edge, thing);
            pass(world, 1_000);
            world.time.cut(shield.id, World.CONTROL);
            world.time.diskMax = 5_000;
            world.purge(thing, false);
            pass(world, 10);
            edge.crash();
            world.time.cut(edge.id, World.CONTROL);
            edge.start();
            pass(world, 100);
            world.request(edge, thing);
            pass(world, 1_000);
            world.time.diskMax = 30;
            world.time.healAll();
            pass(world, 6_000);
          }
        });
  }

  @Test
  void edgeThatNobodyKnowsIsNotServingAfterARestart() {
    breaksWithout(
        Rule.KNOWN_IS_ON_DISK,
        2,
        0,
        world -> {
          SimNode edge = world.edges.getFirst();
          Thing thing = world.thing("serve", "/a");
          world.remove(world.edges.getLast());
          edge.crash();
          edge.wipe();
          world.control.remove(edge); // as if it had never been
          world.time.cutOneWay(edge.id + "/report", World.CONTROL);
          edge.start();
          pass(world, 500); // it has a snapshot, on disk, too
          edge.crash();
          world.time.cut(edge.id, World.CONTROL);
          edge.start();
          pass(world, 10);
          world.request(edge, thing);
          pass(world, 500);
          world.purge(thing, false);
          pass(world, 100);
          for (int i = 0; i < 10; i++) {
            pass(world, 15);
            world.request(edge, thing);
          }
        });
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {
        "DISK_BEFORE_REPORT",
        "WATERMARK_FIRST",
        "LEASE_FROM_THE_ASKING",
        "KNOWN_IS_ON_DISK"
      })
  void withoutTheRuleSomeScheduleBreaksThePromise(Rule rule) {
    for (long seed = 0; seed < 5_000; seed++) {
      if (RandomSchedule.run(seed, EnumSet.of(rule)).violation() != null) {
        assertThat(RandomSchedule.run(seed, NONE).violation()).as("seed %d", seed).isNull();
        return;
      }
    }
    throw new AssertionError("no schedule of 5,000 needs the rule " + rule);
  }
}
