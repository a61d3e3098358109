package io.nearcast.loadtest.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.loadtest.Benchmark;
import java.util.Collection;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Times {@link DecidingBenchmark} by JMH. */
class DecidingTest {
  private static final double NANOS_MAX = 150;

  @Test
  @Tag("long")
  void aFreshHitIsDecidedWithin150NanosecondsAndWithoutGarbage() throws Exception {
    Options options =
        new OptionsBuilder()
            .include(DecidingBenchmark.class.getName())
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .forks(2)
            .warmupIterations(4)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(1))
            .shouldFailOnError(true)
            .jvmArgsAppend("-XX:+UseCompactObjectHeaders", "-XX:+UseSerialGC", "-Xmx256m")
            .build();

    Collection<RunResult> results = new Runner(options).run();

    Benchmark.write("rules", report(results));
    assertThat(results)
        .filteredOn(result -> method(result).equals("decide"))
        .hasSize(DecidingBenchmark.Case.values().length)
        .allSatisfy(result -> {
          assertThat(nanos(result)).as(name(result)).isLessThanOrEqualTo(NANOS_MAX);
          assertThat(bytes(result)).as(name(result)).isLessThan(1);
        });
  }

  private static String report(Collection<RunResult> results) {
    StringBuilder text = new StringBuilder("# Deciding a fresh hit\n\n");
    text.append("By JMH, one thread. `decide` is the decision alone: the request's head is read,")
        .append(" the variant compared, the age worked out,\nthe client's condition evaluated.")
        .append(" `lookUpAndDecide` makes the key and finds the response in the store as well.\n\n")
        .append("| what | request | ns | +- | bytes allocated |\n|---|---|---|---|---|\n");
    for (RunResult result : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.1f | %.1f | %.0f |%n",
              method(result),
              request(result),
              nanos(result),
              result.getPrimaryResult().getScoreError(),
              bytes(result)));
    }
    return text.toString();
  }

  private static String name(RunResult result) {
    return method(result) + " " + request(result);
  }

  private static String method(RunResult result) {
    String name = result.getParams().getBenchmark();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String request(RunResult result) {
    return result.getParams().getParam("request").toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static double nanos(RunResult result) {
    return result.getPrimaryResult().getScore();
  }

  private static double bytes(RunResult result) {
    return result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
  }
}
