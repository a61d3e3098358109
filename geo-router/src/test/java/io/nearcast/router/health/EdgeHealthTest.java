package io.nearcast.router.health;

import static io.nearcast.router.health.ProbeResult.ALIVE;
import static io.nearcast.router.health.ProbeResult.GARBLED;
import static io.nearcast.router.health.ProbeResult.REFUSED;
import static io.nearcast.router.health.ProbeResult.TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.router.pick.Probed;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class EdgeHealthTest {
  private final EdgeHealth health = new EdgeHealth();
  private long nanos = Long.MAX_VALUE - 3; // a clock may wrap

  static Stream<Arguments> histories() {
    return Stream.of(
        row(Probed.UNKNOWN, false),
        row(Probed.UP, false, ALIVE),
        row(Probed.UNKNOWN, true, REFUSED),
        row(Probed.UP, true, ALIVE, REFUSED),
        row(Probed.DOWN, true, ALIVE, REFUSED, REFUSED),
        row(Probed.UP, true, ALIVE, TIMED_OUT, GARBLED),
        row(Probed.DOWN, true, ALIVE, TIMED_OUT, GARBLED, TIMED_OUT),
        row(Probed.DOWN, true, ALIVE, TIMED_OUT, REFUSED),
        row(Probed.UP, false, ALIVE, REFUSED, ALIVE),
        row(Probed.UP, true, ALIVE, REFUSED, ALIVE, REFUSED),
        row(Probed.UP, true, ALIVE, TIMED_OUT, TIMED_OUT, ALIVE, TIMED_OUT, TIMED_OUT),
        row(Probed.DOWN, true, REFUSED, REFUSED),
        row(Probed.DOWN, true, REFUSED, REFUSED, ALIVE),
        row(Probed.UP, false, REFUSED, REFUSED, ALIVE, ALIVE),
        row(Probed.DOWN, true, REFUSED, REFUSED, ALIVE, TIMED_OUT),
        row(Probed.DOWN, true, REFUSED, REFUSED, ALIVE, TIMED_OUT, ALIVE),
        row(Probed.UP, true, REFUSED, REFUSED, ALIVE, ALIVE, REFUSED));
  }

  private static Arguments row(Probed state, boolean inDoubt, ProbeResult... results) {
    return Arguments.of(List.of(results), state, inDoubt);
  }

  @ParameterizedTest
  @MethodSource("histories")
  void resultsAddUp(List<ProbeResult> results, Probed state, boolean inDoubt) {
    record(results);

    assertThat(health.state()).isEqualTo(state);
    assertThat(health.inDoubt(nanos)).isEqualTo(inDoubt);
  }

  private void record(List<ProbeResult> results) {
    for (ProbeResult result : results) {
      nanos++;
      health.record(nanos, result, nanos);
    }
  }

  @Test
  void anEdgeThatStaysDownIsProbedLessOften() {
    record(List.of(ALIVE, REFUSED, REFUSED));
    long restless = EdgeHealth.RESTLESS.toNanos();
    assertThat(health.inDoubt(nanos + restless - 1)).isTrue();
    assertThat(health.inDoubt(nanos + restless)).isFalse();

    nanos += restless;
    record(List.of(REFUSED));
    assertThat(health.inDoubt(nanos)).isFalse();
    record(List.of(ALIVE));
    assertThat(health.inDoubt(nanos)).isTrue();
  }

  @Test
  void oldNewsDoNotCount() {
    health.record(100, ALIVE, 101);
    health.record(300, ALIVE, 301);

    // Began before the success that is known already.
    health.record(200, REFUSED, 400);
    health.record(201, REFUSED, 401);

    assertThat(health.state()).isEqualTo(Probed.UP);
    assertThat(health.inDoubt(401)).isFalse();
  }

  @Test
  void everyChangeIsSaidOnce() {
    assertThat(health.record(1, ALIVE, 1)).isTrue();
    assertThat(health.record(2, ALIVE, 2)).isFalse();
    assertThat(health.record(3, REFUSED, 3)).isFalse();
    assertThat(health.record(4, REFUSED, 4)).isTrue();
    assertThat(health.record(5, REFUSED, 5)).isFalse();
  }

  @Test
  void anEdgeThatComesBackGetsItsShareSlowly() {
    record(List.of(ALIVE));
    assertThat(health.share(nanos)).isEqualTo(1);

    record(List.of(REFUSED, REFUSED, ALIVE, ALIVE));
    long back = nanos;
    long whole = EdgeHealth.SLOW_START.toNanos();
    assertThat(health.share(back)).isEqualTo(0.1);
    assertThat(health.share(back + whole / 2)).isEqualTo(0.5);
    assertThat(health.share(back + whole)).isEqualTo(1);
    assertThat(health.share(back + 100 * whole)).isEqualTo(1);
  }
}
