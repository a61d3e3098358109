package io.nearcast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadRunTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final LoadPlan SHORT = LoadPlan.DEFAULT.lasting(Duration.ofSeconds(1));

  @Test
  void everyAnswerIsCheckedAndCounted() throws Exception {
    try (LoadOrigin origin = LoadOrigin.start(ANY_PORT, Duration.ofHours(1))) {
      List<LoadResult.Second> seconds = new ArrayList<>();

      LoadResult result = LoadRun.run(SHORT, target(origin), origin, seconds::add);

      assertThat(result.total().errors()).isZero();
      assertThat(result.total().requests()).isPositive();
      assertThat(result.total().requests(ServedBy.UNKNOWN)).isEqualTo(result.total().requests());
      assertThat(result.total().latencyMillis(50)).isPositive();
      assertThat(origin.count().requests()).isGreaterThanOrEqualTo(result.total().requests());
      assertThat(seconds).hasSize(1).isEqualTo(result.seconds());
    }
  }

  @Test
  void anOpenLoopSendsAtItsRateAndTheWarmUpDoesNotCount() throws Exception {
    try (LoadOrigin origin = LoadOrigin.start(ANY_PORT, Duration.ofHours(1))) {
      LoadPlan plan =
          new LoadPlan(100, 1_000, 1, 8, 2, Duration.ofSeconds(2), Duration.ofSeconds(1), 200, 3);

      LoadResult result = LoadRun.run(plan, target(origin), origin, second -> {});

      assertThat(result.total().errors()).isZero();
      // What a busy machine delays is sent later, and a second is never quite one.
      assertThat(result.total().requests() + result.unsent()).isBetween(300L, 600L);
      assertThat(result.seconds())
          .extracting(LoadResult.Second::warmUp)
          .containsExactly(true, false, false);
    }
  }

  @Test
  void latencyOfAnOpenLoopCountsFromWhenTheRequestWasDue() throws Exception {
    // One connection and an origin that never answers: all but one request wait.
    try (FaultyOrigin origin = new FaultyOrigin("", false)) {
      LoadPlan plan = new LoadPlan(1, 100, 1, 1, 1, Duration.ofSeconds(1), Duration.ZERO, 100, 1);

      LoadResult result = LoadRun.run(plan, origin.target(), null, second -> {});

      assertThat(result.unsent()).isGreaterThan(50);
      assertThat(result.clean()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTP/1.1 503 Sorry~Content-Length: 0~~          | false | STATUS",
        "HTTP/1.1 200 OK~Content-Length: 3~~abc          | false | BODY",
        "HTTP/1.1 200 OK~Content-Length: 0~~             | false | LENGTH",
        "HTTP/1.1 200 OK~Content-Length: 3000~~          | true  | CLOSED",
        "rubbish~~                                       | false | PROTOCOL",
        "HTTP/1.1 200 OK~Content-Length: 3~~abcmuch more | false | BODY",
      })
  void aWrongAnswerIsCountedByItsKind(String answer, boolean closing, ErrorKind kind)
      throws Exception {
    LoadPlan plan = new LoadPlan(5, 1_000, 1, 2, 1, Duration.ofSeconds(1), Duration.ZERO, 20, 1);
    try (FaultyOrigin origin = new FaultyOrigin(answer.replace("~", "\r\n"), closing)) {
      LoadResult result = LoadRun.run(plan, origin.target(), null, second -> {});

      assertThat(result.total().errors(kind)).isPositive();
      assertThat(result.total().requests()).isZero();
    }
  }

  @Test
  void nobodyThereIsAnError() throws Exception {
    Target nobody;
    try (FaultyOrigin origin = new FaultyOrigin("", false)) {
      nobody = origin.target();
    }
    LoadResult result = LoadRun.run(SHORT, nobody, null, second -> {});

    assertThat(result.total().errors(ErrorKind.CONNECT)).isPositive();
    assertThat(result.total().errors()).isEqualTo(result.total().errors(ErrorKind.CONNECT));
  }

  @Test
  void aPlanOutOfItsRangesNamesTheOption() {
    assertThatThrownBy(() -> SHORT.of(0, 1_000)).hasMessageContaining("--objects");
    assertThatThrownBy(() -> SHORT.of(1, 1)).hasMessageContaining("--mean-size");
    assertThatThrownBy(() -> SHORT.lasting(Duration.ZERO)).hasMessageContaining("--duration");
    assertThatThrownBy(() -> SHORT.atRate(-1)).hasMessageContaining("--rate");
  }

  @Test
  void sizesHaveTheMeanThatWasAskedFor() {
    Catalogue catalogue = new Catalogue(LoadPlan.DEFAULT);
    double mean = catalogue.totalBytes() / (double) LoadPlan.DEFAULT.objects();
    assertThat(mean).isBetween(12_000.0, 15_000.0);
  }

  private static Target target(LoadOrigin origin) {
    return new Target(origin.address(), "load.test");
  }
}
