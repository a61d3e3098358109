package io.nearcast.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeRole;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A router with its real follower of the feed, with and without a control plane. */
final class StaticStabilityTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir Path directory;

  private GeoRouter start(URI controlPlane) throws IOException {
    return GeoRouter.start(
        new GeoRouterOptions(
            "router-1",
            List.of(controlPlane),
            () -> "token",
            Files.createDirectories(directory.resolve("data")),
            ANY,
            ANY,
            ANY,
            InetAddress.ofLiteral("192.0.2.53"),
            List.of(),
            null,
            "iad",
            List.of()));
  }

  private static List<String> ask(GeoRouter router, String name) throws Exception {
    return Dig.run(router.dnsAddress().getPort(), name).answers();
  }

  @Test
  void aRouterStartsFromItsLastGoodCopyAndServesWithTheControlPlaneDead() throws Exception {
    URI gone;
    try (RouterFixture world = RouterFixture.demo(directory)) {
      try (FakeControlPlane controlPlane = new FakeControlPlane(world.state(), world.fleet())) {
        gone = controlPlane.uri();
        try (GeoRouter router = start(controlPlane.uri())) {
          assertThat(ask(router, "www.demo.test")).containsExactly("127.0.1.2");
          await().until(() -> !controlPlane.reports.isEmpty());
          NodeReport report = controlPlane.reports.getFirst();
          assertThat(report.role()).isEqualTo(NodeRole.ROUTER);
          assertThat(report.address()).isEqualTo("192.0.2.53:" + router.dnsAddress().getPort());
        }
        assertThat(controlPlane.reports.getLast().leaving()).isTrue();
      }

      try (GeoRouter router = start(gone)) {
        assertThat(ask(router, "www.demo.test")).containsExactly("127.0.1.2");
        assertThat(ask(router, "sin-1.www.demo.test")).containsExactly("127.0.1.3");
        assertThat(ask(router, "router-1.www.demo.test")).containsExactly("192.0.2.53");
      }
    }
  }
}
