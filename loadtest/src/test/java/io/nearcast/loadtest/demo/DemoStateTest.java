package io.nearcast.loadtest.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.launch.StartFailure;
import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.RestClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoStateTest {
  @TempDir private Path data;

  @Test
  void aNamedDirectoryKeepsServicesAndPages() throws Exception {
    try (Demo first = RunningDemo.start(data, List.of())) {
      Files.writeString(first.origin().directory().resolve("blank.html"), "mine");
      first
          .cdn()
          .rest()
          .put(
              "/v1/services/mine",
              "{\"name\":\"mine\",\"domains\":[\"mine.test\"],\"origins\":[{\"name\":\"o\",\"url\":\"http://127.0.0.1:1\"}]}")
          .orFail();
    }
    try (Demo second = RunningDemo.start(data, List.of())) {
      RestClient rest = second.cdn().rest();
      assertThat(rest.get("/v1/services/mine").status()).isEqualTo(200);
      assertThat(rest.get("/v1/services/demo/origins/site").orFail().body())
          .contains(second.origin().url().toString());
      assertThat(second.origin().directory().resolve("blank.html")).hasContent("mine");
      assertThat(
              Shell.run(
                  "curl -sS -H 'Host: www.demo.test' http://"
                      + second.cdn().plan().edges().getFirst().listen()
                      + "/blank.html"))
          .isEqualTo("mine");
    }
  }

  @Test
  void aTakenPortIsNamedWithItsOwner() throws Exception {
    try (ServerSocket other = new ServerSocket()) {
      // The control plane's port of a demo with this offset.
      other.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      int offset = other.getLocalPort() - 7_000;

      assertThatThrownBy(() -> Demo.start(new DemoOptions(data, offset, List.of()), line -> {}))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("127.0.0.1:" + other.getLocalPort() + " (control plane)")
          .hasMessageContaining("process " + ProcessHandle.current().pid())
          .hasMessageContaining("--port-offset");
    }
  }

  @Test
  void theCountryDatabaseKnowsTheNetworksOfTheGuide() throws Exception {
    Path database = Shell.root().resolve("target/tools/geo/country.mmdb");
    assumeThat(database).as("bin/setup geo fetches it").exists();
    try (Demo demo = RunningDemo.start(null, List.of(database))) {
      List<DemoGuide.Command> digs = demo.guide().steps().getFirst().commands();

      // The router's own probes decide, and may come a moment after the demo is ready.
      await()
          .untilAsserted(() -> assertThat(Shell.run(digs.get(0).text())).isEqualTo("127.0.1.1\n"));
      await()
          .untilAsserted(() -> assertThat(Shell.run(digs.get(1).text())).isEqualTo("127.0.1.2\n"));
      await()
          .untilAsserted(() -> assertThat(Shell.run(digs.get(2).text())).isEqualTo("127.0.1.3\n"));
    }
  }
}
