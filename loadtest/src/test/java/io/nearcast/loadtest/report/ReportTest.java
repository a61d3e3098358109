package io.nearcast.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.loadtest.load.LoadOrigin;
import io.nearcast.loadtest.load.LoadPlan;
import io.nearcast.loadtest.load.LoadResult;
import io.nearcast.loadtest.load.LoadRun;
import io.nearcast.loadtest.load.Target;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
  private static LoadResult result;

  @BeforeAll
  static void run() throws Exception {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    LoadPlan plan =
        new LoadPlan(50, 2_000, 1, 4, 1, Duration.ofSeconds(1), Duration.ofSeconds(1), 0, 9);
    try (LoadOrigin origin = LoadOrigin.start(anyPort, Duration.ofHours(1))) {
      result = LoadRun.run(plan, new Target(origin.address(), "a<b"), origin, second -> {});
    }
  }

  @Test
  void textHasEveryFigure() {
    assertThat(TextReport.render(result))
        .contains("closed loop, 4 connections, 1 s after 1 s of warm-up")
        .contains("50 objects", "seed 9", "throughput", "p99.9", "hit ratio", "origin offload")
        .contains("0 wrong");
    assertThat(TextReport.progress(result.seconds().getFirst()))
        .startsWith("    1 s")
        .endsWith("(warm-up)")
        .doesNotContain("\n");
  }

  @Test
  void jsonHasPlanTotalAndSeconds() throws Exception {
    JsonNode root = new ObjectMapper().readTree(JsonReport.render(result));

    assertThat(root.at("/plan/seed").asLong()).isEqualTo(9);
    assertThat(root.at("/total/requests").asLong()).isEqualTo(result.total().requests());
    assertThat(root.at("/total/latencyMillis/p99.9").asDouble()).isPositive();
    assertThat(root.at("/total/errors/status").asLong()).isZero();
    assertThat(root.at("/total/originRequests").asLong()).isPositive();
    assertThat(root.at("/seconds")).hasSize(2);
    assertThat(root.at("/seconds/0/warmUp").asBoolean()).isTrue();
  }

  @Test
  void thePageHasPlotsAndLoadsNothingFromOutside() {
    String page = HtmlReport.render(result);

    assertThat(page).contains("a&lt;b").doesNotContain("a<b");
    assertThat(page.split("<svg ", -1)).hasSize(5);
    assertThat(page).doesNotContain("NaN").doesNotContain("Infinity");
    assertThat(page).doesNotContain("src=").doesNotContain("href=").doesNotContain("url(");
  }

  @Test
  void manySecondsArePutTogether() {
    assertThat(result.atMost(1))
        .singleElement()
        .satisfies(both -> {
          assertThat(both.number()).isEqualTo(2);
          assertThat(both.tally().requests())
              .isEqualTo(result.seconds().stream().mapToLong(s -> s.tally().requests()).sum());
        });
    assertThat(result.atMost(100)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, 0.5",
    "0, 0",
    "12, 12",
    "9999, 9999",
    "10000, 10k",
    "2500000, 2.5M",
    "100, 100"
  })
  void numbersOfAxesAreShort(double value, String text) {
    assertThat(Plot.shortNumber(value)).isEqualTo(text);
  }
}
