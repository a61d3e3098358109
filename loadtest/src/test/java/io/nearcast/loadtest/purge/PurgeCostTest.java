package io.nearcast.loadtest.purge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.loadtest.Benchmark;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Times {@link PurgeCostBenchmark} by JMH. */
class PurgeCostTest {
  /** How much two figures that are the same may differ: the noise of a run, and 5 ns. */
  private static final double NOISE = 1.2;

  private static final double NOISE_NANOS = 5;

  @Test
  @Tag("long")
  void neitherAMillionObjectsNorAHundredThousandStampsCostMore() throws Exception {
    Options options =
        new OptionsBuilder()
            .include(PurgeCostBenchmark.class.getName())
            .verbosity(VerboseMode.SILENT)
            .forks(1)
            .warmupIterations(4)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(6)
            .measurementTime(TimeValue.seconds(1))
            .shouldFailOnError(true)
            .jvmArgsAppend("-XX:+UseCompactObjectHeaders", "-XX:+UseSerialGC", "-Xmx3g")
            .build();

    Collection<RunResult> results = new Runner(options).run();

    Benchmark.write("purge-cost", report(results));
    Map<String, Double> nanos = new LinkedHashMap<>();
    results.forEach(result -> nanos.put(name(result), nanos(result)));
    assertThat(nanos.get("byTag")).isLessThan(noMore(nanos.get("byUrl")));
    assertThat(nanos.get("hit 100000")).isLessThan(noMore(nanos.get("hit 0")));
  }

  private static double noMore(double nanos) {
    return nanos * NOISE + NOISE_NANOS;
  }

  private static String report(Collection<RunResult> results) {
    StringBuilder text = new StringBuilder("# What purges cost a node\n\n");
    text.append("`bin/test long loadtest -Dtest=PurgeCostTest`: by JMH, one thread.\n\n")
        .append("`byTag` applies a purge by a tag that a million stored responses have, `byUrl`")
        .append(" one of a single URL: the stamp is entered\nand the sequence published, nothing")
        .append(" is walked. (A thread of low urgency gives the memory back later, in one walk for")
        .append(" up to\n256 purges of whatever kind.) `hit` makes the key of a request, finds the")
        .append(" response and compares it with the purges;\n`firstHitAfterPurge` is the same just")
        .append(" after a purge of something else, when one comparison does not do.\n\n")
        .append("| what | stamps | ns | +- |\n|---|---|---|---|\n");
    for (RunResult result : results) {
      String[] name = name(result).split(" ", -1);
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.1f | %.1f |%n",
              name[0],
              name.length > 1 ? name[1] : "",
              nanos(result),
              result.getPrimaryResult().getScoreError()));
    }
    return text.toString();
  }

  private static String name(RunResult result) {
    String benchmark = result.getParams().getBenchmark();
    String method = benchmark.substring(benchmark.lastIndexOf('.') + 1);
    String stamps = result.getParams().getParam("stamps");
    return stamps == null ? method : method + " " + stamps;
  }

  private static double nanos(RunResult result) {
    return result.getPrimaryResult().getScore();
  }
}
