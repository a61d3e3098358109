package io.nearcast.router.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.fleet.NodeState;
import io.nearcast.router.pick.Edge;
import io.nearcast.router.pick.Probed;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProberTest {
  private static final Duration PROMISED = Duration.ofSeconds(3);

  private final CollectorRegistry registry = new CollectorRegistry();
  private final Prober prober = new Prober(registry);
  private FakeEdge fake;
  private Edge edge;

  @BeforeEach
  void start() throws IOException {
    fake = new FakeEdge("127.0.0.1");
    edge = edge("fra-1", fake.address());
  }

  @AfterEach
  void stop() {
    prober.close();
    fake.close();
  }

  private static Edge edge(String id, InetSocketAddress address) {
    return new Edge(id, "fra", address, NodeState.SERVING, false);
  }

  private void watchUntil(Probed state) {
    prober.watch(List.of(edge));
    await().atMost(PROMISED).until(() -> prober.of(edge) == state);
  }

  @Test
  void aKilledEdgeIsDownWithinThreeSecondsAndBackWithinThreeOfItsRestart() throws IOException {
    watchUntil(Probed.UP);

    fake.kill();
    await().atMost(PROMISED).until(() -> prober.of(edge) == Probed.DOWN);
    assertThat(
            registry.getSampleValue(
                "nearcast_router_edge_up", new String[] {"edge"}, new String[] {"fra-1"}))
        .isZero();

    fake.restart();
    await().atMost(PROMISED).until(() -> prober.of(edge) == Probed.UP);
    assertThat(prober.share(edge)).isLessThan(1);
  }

  /** The promise is 3 s (2.5 s at worst by the arithmetic), with a second for a busy machine. */
  @Test
  void anEdgeThatTakesConnectionsAndSaysNothingIsDownAsSoon() {
    watchUntil(Probed.UP);

    fake.silent(true);
    await().atMost(PROMISED.plusSeconds(1)).until(() -> prober.of(edge) == Probed.DOWN);

    fake.silent(false);
    await().atMost(PROMISED.plusSeconds(1)).until(() -> prober.of(edge) == Probed.UP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 421 Misdirected Request\r\n\r\n",
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\n\r\n",
        "HTTP/1.1 200\r\n\r\n",
      })
  void anyHttpIsASignOfLife(String answer) {
    fake.answering(answer);

    watchUntil(Probed.UP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 999 What\r\n\r\n", "HTTP/1.1"})
  void whatIsNoHttpIsNone(String answer) {
    fake.answering(answer);

    watchUntil(Probed.DOWN);
  }

  @Test
  void aProbeAsksForAHostThatNoServiceHas() {
    watchUntil(Probed.UP);

    assertThat(fake.lastRequest())
        .startsWith("HEAD / HTTP/1.1\r\nHost: probe.nearcast.invalid\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void anEdgeThatIsNoMemberAnyMoreIsNotProbed() throws IOException {
    watchUntil(Probed.UP);
    try (FakeEdge other = new FakeEdge("127.0.0.1")) {
      Edge moved = edge("fra-1", other.address());

      prober.watch(List.of(moved));

      assertThat(prober.of(edge)).isEqualTo(Probed.UNKNOWN);
      await().atMost(PROMISED).until(() -> prober.of(moved) == Probed.UP);
      prober.watch(List.of());
      assertThat(prober.of(moved)).isEqualTo(Probed.UNKNOWN);
    }
  }
}
