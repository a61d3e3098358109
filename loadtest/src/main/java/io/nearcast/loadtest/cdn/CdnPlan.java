package io.nearcast.loadtest.cdn;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.model.Pop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes a CDN on this machine has, and where they listen.
 *
 * <p>Each edge has a loopback address of its own, and all have the same port, so that an address
 * that the router's DNS answers is one that a client can use.
 *
 * @param data the directory of the whole CDN; each node has its own below
 * @param controlPlane where REST, feed and dashboard are
 * @param shield the only shield
 * @param edges at least one
 * @param router the only router
 * @param memoryBytes what each edge and the shield may take for cached responses
 */
public record CdnPlan(
    Path data,
    HostPort controlPlane,
    Node shield,
    List<Node> edges,
    Router router,
    long memoryBytes) {

  /** Frankfurt, Virginia, Singapore. */
  public static final List<Pop> POPS =
      List.of(
          new Pop("fra", 50.11, 8.68), new Pop("iad", 38.95, -77.45), new Pop("sin", 1.36, 103.99));

  /** The PoP for clients of whom nobody knows where they are. */
  public static final String DEFAULT_POP = "fra";

  private static final int PORT_ATTEMPTS = 100;

  /**
   * An edge or the shield.
   *
   * @param id its name in the fleet
   * @param pop where it stands
   * @param listen where clients, or edges, connect
   * @param admin its own endpoint
   */
  public record Node(String id, String pop, HostPort listen, HostPort admin) {}

  /**
   * The router.
   *
   * @param id its name in the fleet
   * @param dns UDP and TCP
   * @param http redirects
   * @param admin its own endpoint
   * @param mmdb where clients are, by databases in MaxMind's format
   * @param cidrMap where clients are, by a list of networks; counts before the databases
   */
  public record Router(
      String id,
      HostPort dns,
      HostPort http,
      HostPort admin,
      List<Path> mmdb,
      @Nullable Path cidrMap) {}

  /** Copies the list. */
  public CdnPlan {
    edges = List.copyOf(edges);
    if (edges.isEmpty()) {
      throw new IllegalArgumentException("a CDN has at least one edge");
    }
  }

  /**
   * The contract's addresses: edges at 127.0.1.1 and up, port 8080.
   *
   * @param portOffset added to every port
   */
  public static CdnPlan atFixedPorts(
      Path data, int edgeCount, int portOffset, long memoryBytes, Places places) {
    List<Node> edges = new ArrayList<>();
    for (int i = 0; i < edgeCount; i++) {
      String host = "127.0.1." + (i + 1);
      edges.add(
          new Node(
              edgeId(i),
              pop(i),
              new HostPort(host, 8_080 + portOffset),
              new HostPort(host, 8_081 + portOffset)));
    }
    return new CdnPlan(
        data,
        local(7_000 + portOffset),
        new Node("shield-1", DEFAULT_POP, local(8_090 + portOffset), local(8_091 + portOffset)),
        edges,
        new Router(
            "router-1",
            local(8_053 + portOffset),
            local(5_380 + portOffset),
            local(5_381 + portOffset),
            places.mmdb(),
            places.cidrMap()),
        memoryBytes);
  }

  /**
   * How the router knows where clients are.
   *
   * @param mmdb databases in MaxMind's format
   * @param cidrMap a list of networks, or null
   */
  public record Places(List<Path> mmdb, @Nullable Path cidrMap) {}

  /**
   * Addresses that nobody uses now, for tests: several CDNs, and the demo, may run side by side.
   * The ports stay the same when a node is started again.
   */
  public static CdnPlan atFreePorts(Path data, int edgeCount, long memoryBytes, Places places) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String block = "127." + random.nextInt(16, 240) + "." + random.nextInt(1, 255) + ".";
    List<String> hosts = new ArrayList<>();
    for (int i = 0; i < edgeCount; i++) {
      hosts.add(block + (i + 1));
    }
    String other = block + "250";
    int data1 = freePort(hosts);
    int admin1 = freePort(hosts);
    List<Node> edges = new ArrayList<>();
    for (int i = 0; i < edgeCount; i++) {
      edges.add(
          new Node(
              edgeId(i),
              pop(i),
              new HostPort(hosts.get(i), data1),
              new HostPort(hosts.get(i), admin1)));
    }
    return new CdnPlan(
        data,
        free(other),
        new Node("shield-1", DEFAULT_POP, free(other), free(other)),
        edges,
        new Router(
            "router-1", free(other), free(other), free(other), places.mmdb(), places.cidrMap()),
        memoryBytes);
  }

  /** The directory of a node. */
  public Path directory(String node) {
    return data.resolve(node);
  }

  /** The control plane's directory. */
  public Path controlPlaneDirectory() {
    return directory("control-plane");
  }

  /** Where the control plane writes the first token. */
  public Path tokenFile() {
    return controlPlaneDirectory().resolve("admin.token");
  }

  private static String pop(int edge) {
    return POPS.get(edge % POPS.size()).name();
  }

  private static String edgeId(int edge) {
    return pop(edge) + "-" + (edge / POPS.size() + 1);
  }

  private static HostPort local(int port) {
    return new HostPort("127.0.0.1", port);
  }

  private static HostPort free(String host) {
    return new HostPort(host, freePort(List.of(host)));
  }

  /** A port that is free at all of the hosts. It is theirs alone, so it stays free until bound. */
  private static int freePort(List<String> hosts) {
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(10_000, 30_000);
      if (hosts.stream().allMatch(host -> isFree(host, port))) {
        return port;
      }
    }
    throw new IllegalStateException("no free port found at " + hosts);
  }

  private static boolean isFree(String host, int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.ofLiteral(host), port));
      return true;
    } catch (java.net.BindException _) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
