package io.nearcast.edge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.edge.testing.Leaks;
import io.nearcast.edge.testing.Wire;
import io.prometheus.client.CollectorRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A server on a free port of loopback. Its end checks that nothing is left. */
final class TestServer implements AutoCloseable {
  /** Time-outs that no test reaches unless it wants to. */
  static final Limits PATIENT = Limits.DEFAULT;

  final CollectorRegistry registry = new CollectorRegistry();
  final Server server;
  private final EventLoops loops = EventLoops.start(1, false);

  TestServer(RequestHandler handler, Limits limits) {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = Server.start(loops, any, handler, limits, new ServerMetrics(registry));
  }

  static Limits impatient(Duration head, Duration idle, Duration stall) {
    return new Limits(32 * 1024, 8 * 1024, 100, 1_000, head, idle, stall, false);
  }

  Wire connect() {
    return Wire.to(server.address());
  }

  @Override
  public void close() {
    await("the clients are closed").until(() -> server.connections() == 0);
    server.close();
    loops.close();
    assertThat(loops.group().isTerminated()).as("the loops have ended").isTrue();
    Leaks.check();
  }
}
