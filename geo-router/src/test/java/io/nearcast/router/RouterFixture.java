package io.nearcast.router;

import io.nearcast.config.feed.FeedListener;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.Pop;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.Service;
import io.nearcast.router.geo.Prefix;
import io.nearcast.router.health.FakeEdge;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A router on loopback whose control plane is the test: set up services, PoPs and nodes, {@link
 * #start}, and change them while it runs.
 */
final class RouterFixture implements AutoCloseable {
  private final Path directory;
  private final AtomicLong sequence = new AtomicLong(6);
  private final Map<String, FeedState.ActiveService> services = new HashMap<>();
  private final Map<String, Pop> pops = new HashMap<>();
  private final List<NodeStatus> nodes = new ArrayList<>();
  private final Set<String> drained = new HashSet<>();
  private final List<FakeEdge> live = new ArrayList<>();
  private final List<Path> databases = new ArrayList<>();
  private @Nullable Path map;
  private @Nullable String defaultPop;
  private List<Prefix> trusted = List.of();
  private @Nullable FeedListener listener;
  private @Nullable GeoRouter router;

  RouterFixture(Path directory) {
    this.directory = directory;
  }

  /** With the PoPs of the demo, and one edge in each of them that answers probes. */
  static RouterFixture demo(Path directory) throws IOException {
    return new RouterFixture(directory)
        .service("demo", "www.demo.test")
        .pop("fra", 50.11, 8.68)
        .pop("iad", 38.95, -77.45)
        .pop("sin", 1.35, 103.99)
        .liveEdge("fra-1", "fra", "127.0.1.1")
        .liveEdge("iad-1", "iad", "127.0.1.2")
        .liveEdge("sin-1", "sin", "127.0.1.3");
  }

  /** An edge that answers probes, on any free port. */
  RouterFixture liveEdge(String id, String pop, String host) throws IOException {
    FakeEdge edge = new FakeEdge(host);
    live.add(edge);
    return edge(id, pop, edge.reported());
  }

  RouterFixture service(String name, String... domains) {
    Origin origin = new Origin("main", URI.create("http://127.0.0.1:1"), false, null);
    Service service =
        new Service(
            name,
            List.of(domains),
            List.of(origin),
            CachePolicy.DEFAULT,
            PurgePolicy.DEFAULT,
            List.of());
    services.put(name, new FeedState.ActiveService(1, service));
    return this;
  }

  RouterFixture pop(String name, double latitude, double longitude) {
    pops.put(name, new Pop(name, latitude, longitude));
    return this;
  }

  RouterFixture edge(String id, String pop, String address) {
    return node(id, NodeRole.EDGE, pop, NodeState.SERVING, address);
  }

  RouterFixture node(String id, NodeRole role, String pop, NodeState state, String address) {
    nodes.removeIf(node -> node.id().equals(id));
    nodes.add(new NodeStatus(id, role, pop, state, 1, address, List.of()));
    return this;
  }

  RouterFixture withoutNode(String id) {
    nodes.removeIf(node -> node.id().equals(id));
    return this;
  }

  RouterFixture drained(String id) {
    drained.add(id);
    return this;
  }

  RouterFixture cidrMap(String... lines) throws IOException {
    map = Files.write(directory.resolve("cidr-map.txt"), List.of(lines));
    return this;
  }

  RouterFixture database(Path file) {
    databases.add(file);
    return this;
  }

  RouterFixture defaultPop(String name) {
    defaultPop = name;
    return this;
  }

  RouterFixture trusting(String... proxies) {
    trusted = Arrays.stream(proxies).map(Prefix::parse).toList();
    return this;
  }

  /** Starts the router; it has the state when this returns. */
  RouterFixture start() {
    return startEmpty().publish();
  }

  /** Starts the router without any state. */
  RouterFixture startEmpty() {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    GeoRouterOptions options =
        new GeoRouterOptions(
            "router-1",
            List.of(URI.create("http://127.0.0.1:1")),
            () -> "token",
            directory,
            any,
            any,
            any,
            null,
            databases,
            map,
            defaultPop,
            trusted);
    router =
        GeoRouter.start(
            options,
            (_, given) -> {
              listener = given;
              return () -> listener = null;
            });
    return this;
  }

  /** Tells the router what has been set up. */
  RouterFixture publish() {
    if (listener == null) {
      throw new IllegalStateException("start first");
    }
    listener.snapshot(state());
    listener.fleet(fleet());
    return this;
  }

  /** What has been set up, as the feed tells it. */
  FeedState state() {
    return new FeedState("log", sequence.incrementAndGet(), services, pops, drained, null);
  }

  /** The nodes that have been set up. */
  Fleet fleet() {
    return new Fleet(nodes);
  }

  GeoRouter router() {
    if (router == null) {
      throw new IllegalStateException("start first");
    }
    return router;
  }

  /** Runs the real dig against the router. */
  Dig dig(String... arguments) throws IOException, InterruptedException {
    return Dig.run(router().dnsAddress().getPort(), arguments);
  }

  @Override
  public void close() {
    if (router != null) {
      router.close();
    }
    live.forEach(FakeEdge::close);
  }
}
