package io.nearcast.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.StartFailure;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ResourceLock(Resources.SYSTEM_ERR)
final class GeoRouterMainTest {
  @TempDir Path directory;

  private String failure(String... more) throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "secret\n");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--control-plane=http://127.0.0.1:1",
                "--token-file=" + token,
                "--id=router-1",
                "--data=" + directory.resolve("data"),
                "--dns=127.0.0.1:0",
                "--listen=127.0.0.1:0",
                "--admin=127.0.0.1:0"));
    for (String option : more) {
      String name = option.replaceFirst("=.*", "=");
      arguments.removeIf(argument -> argument.startsWith(name));
      arguments.add(option.replace("DIR", directory.toString()));
    }
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      assertThat(Launch.run(new GeoRouterMain.Router(), arguments.toArray(String[]::new)))
          .isEqualTo(Launch.EXIT_USAGE);
    } finally {
      System.setErr(before);
    }
    return err.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.contains(" INFO "))
        .reduce((first, second) -> first + "\n" + second)
        .orElse("");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--id=Router_1 | must be 1 to 63 of a-z, 0-9 and -",
        "--default-pop=A.B | --default-pop must be 1 to 63",
        "--mmdb=DIR/none.mmdb | none.mmdb is no database that can be read",
        "--mmdb=DIR/token | token is no database that can be read",
        "--cidr-map=DIR/none | none cannot be read",
        "--cidr-map=DIR/token | token line 1: write a network and a PoP",
        "--trusted-proxies=10.0.0.0/33 | --trusted-proxies: \"10.0.0.0/33\": write a prefix length",
        "--advertise=edge.example | --advertise: \"edge.example\" is not an IP address",
        "--dns=nowhere | is not ADDR:PORT",
        "--token-file=DIR/none | none cannot be read",
        "--what=ever | '--what' is unknown",
      })
  void aBadOptionIsOneLineThatSaysWhatToChange(String option, String message) throws Exception {
    assertThat(failure(option)).contains(message).doesNotContain("\n");
  }

  @Test
  void anAddressInUseIsSaid() throws Exception {
    try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        DatagramSocket udp =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      assertThat(failure("--dns=127.0.0.1:" + tcp.getLocalPort()))
          .contains("cannot listen on 127.0.0.1:" + tcp.getLocalPort(), "--dns")
          .doesNotContain("\n");
      assertThat(failure("--dns=127.0.0.1:" + udp.getLocalPort()))
          .contains("cannot listen on 127.0.0.1:" + udp.getLocalPort(), "--dns")
          .doesNotContain("\n");
      assertThat(failure("--listen=127.0.0.1:" + tcp.getLocalPort())).contains("--listen");
      assertThat(failure("--admin=127.0.0.1:" + tcp.getLocalPort())).contains("--admin");
    }
  }

  @Test
  void twoRoutersCannotShareAnAddress() throws Exception {
    try (RouterFixture fixture = RouterFixture.demo(directory).start()) {
      InetSocketAddress taken = fixture.router().dnsAddress();
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      GeoRouterOptions options =
          new GeoRouterOptions(
              "router-2",
              List.of(URI.create("http://127.0.0.1:1")),
              () -> "token",
              directory,
              taken,
              any,
              any,
              null,
              List.of(),
              null,
              null,
              List.of());

      assertThatThrownBy(() -> GeoRouter.start(options))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining(HostPort.of(taken).toString());
    }
  }

  @Test
  void aMemberNeedsAControlPlane() {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      assertThat(Launch.run(new GeoRouterMain.Router())).isEqualTo(Launch.EXIT_USAGE);
    } finally {
      System.setErr(before);
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("--control-plane URL is missing");
  }
}
