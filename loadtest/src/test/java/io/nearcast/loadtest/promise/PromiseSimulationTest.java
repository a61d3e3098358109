package io.nearcast.loadtest.promise;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.loadtest.Benchmark;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random schedules, none of which may break the promise. A failure names its seed. */
final class PromiseSimulationTest {
  private static final int USUAL = 1_500;
  private static final int LONG = 100_000;

  /** With each rule taken out so many of the same schedules are run, to see how many notice. */
  private static final int WITHOUT = 400;

  @Test
  void noPurgedContentIsServedOnceAPurgeIsComplete() {
    simulate(0, USUAL);
  }

  @Test
  @Tag("long")
  void noPurgedContentIsServedInAHundredThousandSchedules() throws Exception {
    long began = System.nanoTime();
    long answers = simulate(USUAL, LONG);
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
    String found =
        Arrays.stream(Rule.values())
            .map(PromiseSimulationTest::row)
            .collect(Collectors.joining("\n"));
    Benchmark.write(
        "purge-simulation",
        """
        # The promise of purges, simulated

        %,d schedules (seeds %d to %d). The even seeds are all chance: 25 simulated seconds with one control plane, 45 with two or three on one
        store; one to three edges, up to two shields; lost, late and doubled messages, partitions, also of one way or of the store, crashes, restarts
        with and without a disk, suspended machines, compaction, small bounds, restored backups, nodes that move or were removed. The odd
        seeds run something near one of the %d schedules that are aimed at a rule. Every answer to a client was checked.

        | | |
        |---|---|
        | answers checked | %,d |
        | answers with what a complete purge was about | 0 |
        | time | %d s |

        Each rule was also taken out alone; its own schedule then breaks the promise (`DirectedScheduleTest`). So do, of %d all-chance seeds
        and %d seeds near one of the schedules:

        | rule of PURGE.md | in the simulation | chance | near |
        |---|---|---|---|
        %s
        """
            .formatted(
                LONG,
                USUAL,
                USUAL + LONG - 1,
                Schedules.ALL.size(),
                answers,
                seconds,
                WITHOUT / 2,
                WITHOUT / 2,
                found));
  }

  private static String row(Rule rule) {
    return "| %d | `%s` | %d | %d |"
        .formatted(rule.number(), rule, broken(rule, 0), broken(rule, 1));
  }

  /** How many of the even or odd seeds break the promise without a rule. */
  private static long broken(Rule rule, int remainder) {
    return LongStream.range(0, WITHOUT / 2)
        .parallel()
        .filter(i -> RandomSchedule.run(2 * i + remainder, EnumSet.of(rule)).violation() != null)
        .count();
  }

  private static long simulate(long firstSeed, int count) {
    AtomicLong answers = new AtomicLong();
    LongStream.range(firstSeed, firstSeed + count)
        .parallel()
        .forEach(seed -> {
          World world = RandomSchedule.run(seed, EnumSet.noneOf(Rule.class));
          assertThat(world.violation()).as("seed %d", seed).isNull();
          answers.addAndGet(world.promise.answers());
        });
    assertThat(answers.get()).isGreaterThan(20L * count);
    return answers.get();
  }
}
