package io.nearcast.loadtest.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.loadtest.Benchmark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of purges on real processes: nothing that the origin produced before a hard purge was
 * accepted answers a request that came after the purge was complete, with links that delay, lose
 * and cut, and processes that are killed. Both settings of {@code whenCutOff} side by side.
 *
 * <p>A failure names the directory where everything about it was left.
 */
final class PurgeHistoryTest {
  private static final long SEED = 20_261_121;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path data;

  @Test
  void noPurgedContentIsServed() throws Exception {
    Run run = Run.of(data, SEED, new Run.Size(Duration.ofSeconds(36), 1_500, 12, 60, 600, 2_500));
    check(run, 1);
  }

  @Test
  @Tag("long")
  void noPurgedContentIsServedForTenMinutes() throws Exception {
    Duration duration = Duration.ofMinutes(10);
    Run run = Run.of(data, SEED + 1, new Run.Size(duration, 15_000, 16, 60, 700, 2_500));
    check(run, 10);
    Benchmark.write("purge-history", report(run, duration));
  }

  /**
   * @param size how much must have happened at least, so that the history says something
   */
  private void check(Run run, int size) throws Exception {
    List<Checker.Violation> violations = run.violations();
    assertThat(violations).as("see %s", run.explain(data, violations)).isEmpty();
    System.out.println(figures(run));

    assertThat(run.hitsAfterPurges()).as("hits after purges").isGreaterThan(100L * size);
    assertThat(run.purges().values().stream().mapToLong(Long::longValue).sum())
        .as("purges")
        .isGreaterThan(20L * size);
    assertThat(run.purges()).as("kinds of purges").hasSizeGreaterThan(6);
    assertThat(run.kills()).as("kills").containsOnlyKeys("control-plane", "edge", "shield");
    assertThat(run.suspensions()).as("processes that stood still").isNotEmpty();
    assertThat(run.weathers()).as("weather").hasSizeGreaterThanOrEqualTo(2);
    assertThat(run.unconfirmed()).as("purges seen unconfirmed").isPositive();
    assertThat(run.completeWithoutLease()).as("complete while an edge is cut off").isPositive();
    assertThat(run.originConfirmed()).as("304 of the origin").isGreaterThan(20L * size);
    // Were purges called complete when they are accepted, the same history would break the rule.
    assertThat(run.notChecker().violations(run.history().answers()))
        .as("answers with purged content before purges were complete")
        .isNotEmpty();
  }

  private static String report(Run run, Duration duration) {
    return """
    # The promise of purges, on real processes

    One control plane (SQLite), two shields, three edges, each a process, for %d minutes. Every link, between nodes and control plane, edges and
    shields, nodes and origin, went through a proxy that delayed, held back, lost or cut what was sent; processes were killed with `kill -9` and
    started again, or stood still (`SIGSTOP`) and went on. Two services side by side, with `whenCutOff: serve` and `revalidate`. The origin stamps
    each answer, and each 304, with a counter. Every answer to a client was checked: one that was asked for after a hard purge had been seen
    complete must have a stamp of after the purge was posted (`PurgeHistoryTest`).

    | | |
    |---|---|
    %s
    Time to complete is from the POST until the test has seen it, by `Prefer: wait` or by looking five times a second: it is that of the faults, for
    purges wait for edges that are down or cut off.
    """
        .formatted(duration.toMinutes(), figures(run));
  }

  private static String figures(Run run) {
    return """
    | answers checked | %,d |
    | of these | %s |
    | requests without an answer | %,d |
    | answers from a cache after a purge of what they are was complete | %,d |
    | requests to the origin, of these answered 304 | %,d, %,d |
    | purges | %s |
    | seen unconfirmed | %,d |
    | complete while an edge was cut off that had not applied them | %,d |
    | kill -9, of nodes one in four with the loss of its disk | %s |
    | stood still for up to 9 s | %s |
    | bad weather on a link | %s |
    | time to complete, `serve` | %s |
    | time to complete, `revalidate` | %s |
    | answers with purged content while their purge was not complete yet | %,d |
    | **answers that break the promise** | **%d** |
    """
        .formatted(
            run.history().answers().size(),
            list(run.answers()),
            run.history().failures(),
            run.hitsAfterPurges(),
            run.originRequests(),
            run.originConfirmed(),
            list(run.purges()),
            run.unconfirmed(),
            run.completeWithoutLease(),
            list(run.kills()),
            list(run.suspensions()),
            list(run.weathers()),
            times(run.millisToComplete("steady")),
            times(run.millisToComplete("careful")),
            run.notChecker().violations(run.history().answers()).size(),
            run.violations().size());
  }

  private static String list(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(count -> String.format(Locale.ROOT, "%,d %s", count.getValue(), count.getKey()))
        .collect(Collectors.joining(", "));
  }

  private static String times(double[] millis) {
    return String.format(
        Locale.ROOT,
        "p50 %.0f ms, p99 %.0f ms, longest %.0f ms",
        millis[millis.length / 2],
        millis[millis.length * 99 / 100],
        millis[millis.length - 1]);
  }
}
