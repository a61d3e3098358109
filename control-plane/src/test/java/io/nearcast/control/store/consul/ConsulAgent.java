package io.nearcast.control.store.consul;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real Consul agent in development mode, on loopback and free ports, killed at the end. */
public final class ConsulAgent implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(30);

  private final Process process;
  private final int port;
  private final int dnsPort;

  private ConsulAgent(Process process, int port, int dnsPort) {
    this.process = process;
    this.port = port;
    this.dnsPort = dnsPort;
  }

  /** Starts an agent with its data and log in a directory; returns when it has a leader. */
  public static ConsulAgent start(Path directory) {
    List<Integer> ports = freePorts(5);
    List<String> command =
        List.of(
            binary(),
            "agent",
            "-dev",
            "-bind=127.0.0.1",
            "-client=127.0.0.1",
            "-data-dir=" + directory,
            "-http-port=" + ports.get(0),
            "-server-port=" + ports.get(1),
            "-serf-lan-port=" + ports.get(2),
            "-serf-wan-port=" + ports.get(3),
            "-dns-port=" + ports.get(4),
            "-grpc-port=-1",
            "-hcl=disable_update_check = true");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("consul.log").toFile())
              .start();
      ConsulAgent agent = new ConsulAgent(process, ports.get(0), ports.get(4));
      agent.awaitLeader();
      return agent;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@code NEARCAST_CONSUL} says, else what {@code bin/setup consul} has put there. */
  static String binary() {
    String named = System.getenv("NEARCAST_CONSUL");
    if (named != null) {
      return named;
    }
    Path fetched =
        Path.of(System.getProperty("nearcast.root", ".."), "target", "tools", "consul", "consul");
    return Files.isExecutable(fetched) ? fetched.toString() : "consul";
  }

  private static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitLeader() {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(url("").resolve("/v1/kv/x?keys")).build();
      await()
          .atMost(START_MAX)
          .pollInterval(Duration.ofMillis(50))
          .ignoreExceptions()
          .until(() ->
              client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 404);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Where it answers, with a prefix for the keys. */
  public URI url(String prefix) {
    return URI.create("http://127.0.0.1:" + port + "/" + prefix);
  }

  /** The value of a key. */
  public String get(String key) {
    return send("GET", "kv/" + key + "?raw", "");
  }

  /** Writes a value behind everybody's back. */
  public void put(String key, String value) {
    send("PUT", "kv/" + key, value);
  }

  /** Deletes all keys that begin with a prefix behind everybody's back. */
  public void delete(String prefix) {
    send("DELETE", "kv/" + prefix + "?recurse", "");
  }

  /** The answer to any other request of its API. */
  public String ask(String path) {
    return send("GET", path, "");
  }

  /** Where it answers DNS, by UDP and TCP. */
  public int dnsPort() {
    return dnsPort;
  }

  private String send(String method, String path, String body) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(url("").resolve("/v1/" + path))
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(path + ": " + answer.statusCode());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
