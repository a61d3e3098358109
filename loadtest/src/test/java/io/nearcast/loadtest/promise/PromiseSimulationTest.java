package io.nearcast.loadtest.promise;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.loadtest.Benchmark;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random schedules, none of which may break the promise. A failure names its seed. */
final class PromiseSimulationTest {
  private static final int USUAL = 1_500;
  private static final int LONG = 100_000;

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
    Benchmark.write(
        "purge-simulation",
        """
        # The promise of purges, simulated

        %,d random schedules of 25 simulated seconds (seeds %d to %d): one to three edges, up to two shields, a control plane; lost, late and
        doubled messages, partitions, crashes, restarts with and without a disk, suspended machines, compaction, restored backups, nodes that
        were removed. Every answer to a client was checked.

        | | |
        |---|---|
        | answers checked | %,d |
        | answers with what a complete hard purge was about | 0 |
        | time | %d s |

        Each of the %d rules of `Rule` was also taken out alone: the same simulation then breaks the promise (`DirectedScheduleTest`).
        """
            .formatted(LONG, USUAL, USUAL + LONG - 1, answers, seconds, Rule.values().length));
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
    assertThat(answers.get()).isGreaterThan(50L * count);
    return answers.get();
  }
}
