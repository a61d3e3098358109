package io.nearcast.loadtest.feed;

import static org.awaitility.Awaitility.await;

import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.ChildProcess;
import io.nearcast.loadtest.cdn.RestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One real Consul server, with its log on disk, on free ports of loopback. */
final class ConsulServer implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(60);

  private final ChildProcess process;
  private final URI address;

  private ConsulServer(ChildProcess process, URI address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts it; it has a leader when this returns.
   *
   * @param directory for its data
   */
  static ConsulServer start(Path directory) throws IOException {
    List<Integer> ports = freePorts();
    List<String> command =
        List.of(
            binary(),
            "agent",
            "-server",
            "-bootstrap-expect=1",
            "-bind=127.0.0.1",
            "-client=127.0.0.1",
            "-data-dir=" + directory,
            "-http-port=" + ports.get(0),
            "-server-port=" + ports.get(1),
            "-serf-lan-port=" + ports.get(2),
            "-serf-wan-port=" + ports.get(3),
            "-dns-port=" + ports.get(4),
            "-grpc-port=-1",
            "-hcl=disable_update_check = true",
            "-hcl=performance { raft_multiplier = 1 }");
    URI address = URI.create("http://127.0.0.1:" + ports.getFirst());
    ChildProcess process = ChildProcess.start("consul", "never", Map.of(), command);
    ConsulServer server = new ConsulServer(process, address);
    try (RestClient rest = new RestClient(address, null)) {
      await()
          .atMost(START_MAX)
          .ignoreExceptions()
          .until(() -> rest.get("/v1/kv/x?keys").status() == 404);
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw new IOException("Consul does not start:\n" + process.output(), e);
    }
  }

  /** As {@code NEARCAST_CONSUL} says, else what {@code bin/setup consul} has put there. */
  private static String binary() {
    String named = System.getenv("NEARCAST_CONSUL");
    if (named != null) {
      return named;
    }
    Path fetched = Shell.root().resolve("target/tools/consul/consul");
    return Files.isExecutable(fetched) ? fetched.toString() : "consul";
  }

  private static List<Integer> freePorts() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      List<Integer> ports = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        ports.add(socket.getLocalPort());
      }
      return ports;
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  URI address() {
    return address;
  }

  @Override
  public void close() {
    process.close();
  }
}
