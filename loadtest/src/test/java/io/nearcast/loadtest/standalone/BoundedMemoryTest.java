package io.nearcast.loadtest.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.loadtest.Benchmark;
import io.nearcast.loadtest.cdn.ChildProcess;
import io.nearcast.loadtest.load.LoadOrigin;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A standalone edge with 32 MB for a cache in front of 20,000 objects of 270 MB in all, which
 * {@code wrk} asks for with Zipf popularity.
 */
class BoundedMemoryTest {
  private static final long LIMIT_BYTES = 32L << 20;
  private static final long MORE_BYTES_MAX = 200_000_000;
  private static final Pattern RESULT =
      Pattern.compile(
          "RESULT requests=(\\d+) bytes=(\\d+) micros=(\\d+) errors=(\\d+) p50=(\\d+) p99=(\\d+) max=(\\d+)");

  @TempDir private Path work;

  @Test
  void twentySecondsOfLoadHaveNoErrorAndStayBelowTheLimit() throws Exception {
    run(20);
  }

  @Test
  @Tag("long")
  void tenMinutesOfLoadHaveNoErrorAndStayBelowTheLimit() throws Exception {
    run(600);
  }

  private void run(int seconds) throws Exception {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    try (LoadOrigin origin = LoadOrigin.start(anyPort, Duration.ofHours(1));
        StandaloneEdge edge =
            StandaloneEdge.start(origin.url(), "--memory", Long.toString(LIMIT_BYTES))) {
      Matcher result = wrk(edge, seconds);
      long resident = edge.residentBytesMax();
      long requests = Long.parseLong(result.group(1));
      assertThat(result.group(4)).as("errors").isEqualTo("0");
      assertThat(requests).isGreaterThan(seconds * 50L);
      assertThat(origin.count().requests()).as("hits").isLessThan(requests);
      assertThat(resident).as("resident memory").isLessThanOrEqualTo(LIMIT_BYTES + MORE_BYTES_MAX);
      Benchmark.write(
          "zipf-small-memory", report(seconds, result, resident, origin.count().requests()));
    }
  }

  private Matcher wrk(StandaloneEdge edge, int seconds) throws Exception {
    Path script = work.resolve("zipf.lua");
    try (InputStream in = BoundedMemoryTest.class.getResourceAsStream("zipf.lua")) {
      Files.write(script, in.readAllBytes());
    }
    List<String> command =
        List.of(
            "wrk",
            "-t1",
            "-c64",
            "-d" + seconds + "s",
            "--timeout",
            "20s",
            "--latency",
            "-s",
            script.toString(),
            edge.url().toString(),
            "--",
            "1");
    try (ChildProcess wrk = ChildProcess.start("wrk", "RESULT", Map.of(), command)) {
      assertThat(wrk.awaitExit(Duration.ofSeconds(seconds + 60L))).as(wrk.output()).isZero();
      Matcher matcher = RESULT.matcher(wrk.output());
      assertThat(matcher.find()).as(wrk.output()).isTrue();
      return matcher;
    }
  }

  private static String report(int seconds, Matcher result, long resident, long originRequests) {
    double requests = Double.parseDouble(result.group(1));
    double elapsed = Double.parseDouble(result.group(3)) / 1e6;
    return String.format(
        Locale.ROOT,
        """
        # A cache far smaller than what it is asked for

        `wrk -t1 -c64 -d%ds` against `bin/nearcast edge --memory 32m` on the same machine, with the origin; 20,000
        objects of 270 MB in all, log-normal sizes with a mean of 13 KB, Zipf popularity with exponent 1, seed 1.

        | | |
        |---|---|
        | requests | %,.0f |
        | errors | %s |
        | requests a second | %,.0f |
        | MB a second | %.1f |
        | latency p50 / p99 / longest, ms | %.2f / %.2f / %.1f |
        | hit ratio | %.1f %% |
        | resident memory at most, MB (limit 33.6 + 200) | %.1f |
        """,
        seconds,
        requests,
        result.group(4),
        requests / elapsed,
        Double.parseDouble(result.group(2)) / 1e6 / elapsed,
        Double.parseDouble(result.group(5)) / 1e3,
        Double.parseDouble(result.group(6)) / 1e3,
        Double.parseDouble(result.group(7)) / 1e3,
        100 * (1 - originRequests / requests),
        resident / 1e6);
  }
}
