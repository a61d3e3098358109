package io.nearcast.config.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.Counter;
import org.junit.jupiter.api.Test;

final class MetricsTest {
  @Test
  void eachRoleHasItsOwnBesideThoseOfTheJvm() {
    Metrics first = new Metrics();
    Metrics second = new Metrics();
    Counter.build("requests_total", "Requests.").register(first.registry()).inc(3);
    assertThat(text(first)).contains("requests_total 3.0", "jvm_memory_bytes_used");
    assertThat(text(second)).doesNotContain("requests_total").contains("process_open_fds");
  }

  private static String text(Metrics metrics) {
    return new String(metrics.text(), UTF_8);
  }
}
