package io.nearcast.control.store.consul;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three real Consul servers, each of which can be killed and started again. Each has a loopback
 * address of its own, so that nobody takes its ports while it is away. Not thread-safe.
 */
public final class ConsulCluster implements AutoCloseable {
  public static final int SERVERS = 3;

  private static final int HTTP_PORT = 8500;
  private static final int RPC_PORT = 8300;
  private static final int SERF_PORT = 8301;
  private static final int DNS_PORT = 8600;
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration ASK_MAX = Duration.ofSeconds(2);

  private final Path directory;
  private final String network;
  private final Process[] processes = new Process[SERVERS];
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(ASK_MAX).build();
  private final Thread killer = new Thread(this::killAll);

  private ConsulCluster(Path directory, String network) {
    this.directory = directory;
    this.network = network;
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /**
   * Starts all servers with their data and logs in a directory; returns when they have a leader.
   */
  public static ConsulCluster start(Path directory) {
    ConsulCluster cluster = new ConsulCluster(directory, freeNetwork());
    try {
      for (int server = 0; server < SERVERS; server++) {
        cluster.restart(server);
      }
      cluster.awaitLeader();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** Three addresses of 127.0.0.0/8 that nobody listens on. */
  private static String freeNetwork() {
    while (true) {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      String network = "127." + random.nextInt(2, 250) + "." + random.nextInt(250) + ".";
      try (ServerSocket first = new ServerSocket();
          ServerSocket last = new ServerSocket()) {
        first.bind(new InetSocketAddress(InetAddress.getByName(network + 1), HTTP_PORT));
        last.bind(new InetSocketAddress(InetAddress.getByName(network + SERVERS), HTTP_PORT));
        return network;
      } catch (IOException e) {
        // another cluster is there: draw again
      }
    }
  }

  private String host(int server) {
    return network + (server + 1);
  }

  /** Starts a server that does not run, with the data that it had. */
  public void restart(int server) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ConsulAgent.binary(),
                "agent",
                "-server",
                "-bootstrap-expect=" + SERVERS,
                "-node=server-" + server,
                "-bind=" + host(server),
                "-client=" + host(server),
                "-data-dir=" + directory.resolve("server-" + server),
                "-http-port=" + HTTP_PORT,
                "-server-port=" + RPC_PORT,
                "-serf-lan-port=" + SERF_PORT,
                "-serf-wan-port=-1",
                "-dns-port=" + DNS_PORT,
                "-grpc-port=-1",
                "-retry-interval=1s",
                "-hcl=disable_update_check = true",
                "-hcl=performance { raft_multiplier = 1 }"));
    IntStream.range(0, SERVERS)
        .filter(other -> other != server)
        .forEach(other -> command.add("-retry-join=" + host(other)));
    try {
      Files.createDirectories(directory);
      processes[server] =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(
                      directory.resolve("server-" + server + ".log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts all servers that do not run; returns when they have a leader. */
  public void restartAll() {
    for (int server = 0; server < SERVERS; server++) {
      if (!processes[server].isAlive()) {
        restart(server);
      }
    }
    awaitLeader();
  }

  /** {@code kill -9}. */
  public void kill(int server) {
    processes[server].destroyForcibly();
    try {
      processes[server].waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@code kill -9} for all. */
  public void killAll() {
    for (int server = 0; server < SERVERS; server++) {
      if (processes[server] != null) {
        kill(server);
      }
    }
  }

  /** {@code kill -9} for the leader; returns which one it was. */
  public int killLeader() {
    int leader = awaitLeader();
    kill(leader);
    return leader;
  }

  /** Waits until the servers that run have a leader that answers, and returns it. */
  public int awaitLeader() {
    return await()
        .atMost(START_MAX)
        .pollInterval(Duration.ofMillis(50))
        .until(this::leader, leader -> leader >= 0);
  }

  /** The leader, or -1. */
  private int leader() {
    for (int server = 0; server < SERVERS; server++) {
      if (processes[server].isAlive() && ask(server, "/v1/kv/x?keys&consistent").equals("")) {
        String leader = ask(server, "/v1/status/leader");
        for (int candidate = 0; candidate < SERVERS; candidate++) {
          if (leader.contains(host(candidate) + ":") && processes[candidate].isAlive()) {
            return candidate;
          }
        }
      }
    }
    return -1;
  }

  /** The body of an answer that is not an error of the server, else "no". */
  private String ask(int server, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + host(server) + ":" + HTTP_PORT + path))
            .timeout(ASK_MAX)
            .build();
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() < 500 ? answer.body() : "no";
    } catch (IOException e) {
      return "no";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All servers as {@code --consul} takes them, with a prefix for the keys. */
  public String urls(String prefix) {
    return IntStream.range(0, SERVERS)
        .mapToObj(server -> "http://" + host(server) + ":" + HTTP_PORT + "/" + prefix)
        .collect(Collectors.joining(","));
  }

  /** A loopback address beside those of the servers, for somebody else of the same test. */
  public String freeHost(int number) {
    return network + (SERVERS + 1 + number);
  }

  @Override
  public void close() {
    killAll();
    client.shutdownNow();
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook runs.
    }
  }
}
