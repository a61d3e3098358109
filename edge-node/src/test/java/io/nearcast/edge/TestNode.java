package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.PurgePolicy.WhenCutOff;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Service;
import io.nearcast.edge.flow.Engine;
import io.nearcast.edge.flow.TunnelLimits;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.testing.Leaks;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A whole node on free ports of loopback, by a clock that stands still until a test moves it. Its
 * end checks that nothing is left: no fill, no body, no buffer, no connection, no thread.
 */
final class TestNode implements AutoCloseable {
  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final long MEMORY_BYTES = 64L << 20;

  final AtomicLong clock = new AtomicLong(1_700_000_000_000L);
  final CacheNode node;

  /** Whether it holds a lease. */
  volatile boolean leased = true;

  private TestNode(
      Engine.Tier tier,
      URI origin,
      List<URI> shields,
      List<String> trusted,
      long memoryBytes,
      Optional<Path> accessLog) {
    this(
        tier,
        new CacheNodeOptions.Source.Standalone(origin, shields, new EdgeFlags().cache(), List.of()),
        trusted,
        memoryBytes,
        accessLog);
  }

  private TestNode(
      Engine.Tier tier,
      CacheNodeOptions.Source source,
      List<String> trusted,
      long memoryBytes,
      Optional<Path> accessLog) {
    this(tier, source, trusted, memoryBytes, accessLog, TunnelLimits.DEFAULT);
  }

  private TestNode(
      Engine.Tier tier,
      CacheNodeOptions.Source source,
      List<String> trusted,
      long memoryBytes,
      Optional<Path> accessLog,
      TunnelLimits tunnels) {
    CacheNodeOptions options =
        new CacheNodeOptions(
            tier,
            new HostPort("127.0.0.1", 0),
            new HostPort("127.0.0.1", 0),
            memoryBytes,
            2,
            accessLog,
            trusted,
            source);
    node =
        CacheNode.start(
            options, clock::get, whenCutOff -> leased || whenCutOff == WhenCutOff.SERVE, tunnels);
    OPEN.incrementAndGet();
  }

  /** An edge before an origin. */
  static TestNode edge(ScriptedOrigin origin) {
    return edge(origin, MEMORY_BYTES);
  }

  static TestNode edge(ScriptedOrigin origin, long memoryBytes) {
    return new TestNode(
        Engine.Tier.EDGE, origin.url(), List.of(), List.of(), memoryBytes, Optional.empty());
  }

  static TestNode edge(ScriptedOrigin origin, Path accessLog) {
    return new TestNode(
        Engine.Tier.EDGE, origin.url(), List.of(), List.of(), MEMORY_BYTES, Optional.of(accessLog));
  }

  /** An edge that opens so many tunnels. */
  static TestNode edge(ScriptedOrigin origin, TunnelLimits tunnels) {
    return new TestNode(
        Engine.Tier.EDGE,
        new CacheNodeOptions.Source.Standalone(
            origin.url(), List.of(), new EdgeFlags().cache(), List.of()),
        List.of(),
        MEMORY_BYTES,
        Optional.empty(),
        tunnels);
  }

  /** An edge that was told not to compress. */
  static TestNode withoutCompression(ScriptedOrigin origin) {
    return new TestNode(
        Engine.Tier.EDGE,
        new CacheNodeOptions.Source.Standalone(
            origin.url(),
            List.of(),
            new EdgeFlags().cache().withCompression(CompressionPolicy.OFF),
            List.of()),
        List.of(),
        MEMORY_BYTES,
        Optional.empty());
  }

  /** An edge before an origin at a place. */
  static TestNode edge(URI origin) {
    return new TestNode(
        Engine.Tier.EDGE, origin, List.of(), List.of(), MEMORY_BYTES, Optional.empty());
  }

  /** An edge that asks shields before the origin. */
  static TestNode edgeBefore(URI shield, ScriptedOrigin origin) {
    return edgeBefore(shield, origin.url());
  }

  static TestNode edgeBefore(URI shield, URI origin) {
    return new TestNode(
        Engine.Tier.EDGE, origin, List.of(shield), List.of(), MEMORY_BYTES, Optional.empty());
  }

  /** An edge that asks one of several shields, by the URL. */
  static TestNode edgeBefore(List<URI> shields, ScriptedOrigin origin) {
    return new TestNode(
        Engine.Tier.EDGE, origin.url(), shields, List.of(), MEMORY_BYTES, Optional.empty());
  }

  /** A shield that believes the edges of this machine. */
  static TestNode shield(ScriptedOrigin origin) {
    return shield(origin.url());
  }

  static TestNode shield(URI origin) {
    return new TestNode(
        Engine.Tier.SHIELD,
        origin,
        List.of(),
        List.of("127.0.0.0/8"),
        MEMORY_BYTES,
        Optional.empty());
  }

  /** A shield that takes everybody for a client, until it has a key. */
  static TestNode shieldWithoutTrust(ScriptedOrigin origin) {
    return new TestNode(
        Engine.Tier.SHIELD, origin.url(), List.of(), List.of(), MEMORY_BYTES, Optional.empty());
  }

  /** A service for every host, with a policy and rules. */
  static Service service(ScriptedOrigin origin, CachePolicy policy, Rule... rules) {
    return new Service(
        "shop",
        List.of("www.test"),
        List.of(new Origin("main", origin.url(), false, null)),
        policy,
        PurgePolicy.DEFAULT,
        List.of(rules));
  }

  /** Serves by this service from now on. */
  TestNode serving(Service service) {
    engine().parts().upstreams().services(List.of(service));
    engine().routes(Routes.anyHost(service));
    return this;
  }

  Engine engine() {
    return node.engine();
  }

  InetSocketAddress address() {
    return node.dataAddress();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + address().getPort());
  }

  Message get(String target, String... fields) {
    return Wire.get(address(), target, fields);
  }

  Message ask(String method, String target, String... fields) {
    return Wire.ask(address(), Wire.request(method, target, fields));
  }

  Wire connect() {
    return Wire.to(address());
  }

  void advanceSeconds(long seconds) {
    clock.addAndGet(seconds * 1_000);
  }

  /** A value that the admin endpoint shows. */
  double metric(String name) {
    String text = Wire.ask(node.adminAddress(), adminGet("/metrics")).text();
    return text.lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private static String adminGet(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n";
  }

  /** What the node says of a URL of the host {@code www.test}; fields in the form NAME:VALUE. */
  Message explain(String target, String... fields) {
    StringBuilder query = new StringBuilder("/explain?url=" + encoded("http://www.test" + target));
    for (String field : fields) {
      query.append("&header=").append(encoded(field));
    }
    return Wire.ask(node.adminAddress(), adminGet(query.toString()));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Purges at the admin endpoint. */
  Message purge(String json) {
    return Wire.ask(
        node.adminAddress(),
        "POST /purge HTTP/1.1\r\nHost: admin\r\nConnection: close\r\nContent-Length: "
            + json.length()
            + "\r\n\r\n"
            + json);
  }

  /** Waits until no fill is in progress. */
  TestNode settle() {
    await("fills end").until(() -> metric("nearcast_fills") == 0);
    return this;
  }

  @Override
  public void close() {
    try {
      await("clients leave").until(() -> node.server().connections() == 0);
      settle();
      assertThat(engine().fillsInProgress()).as("fills that can be joined").isZero();
    } finally {
      node.close();
    }
    assertThat(engine().parts().store().stats().bodyBytesUsed()).as("body memory").isZero();
    if (OPEN.decrementAndGet() == 0) {
      await("threads end").until(() -> threads().isEmpty());
    }
    Leaks.check();
  }

  private static List<String> threads() {
    List<String> ours = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      String name = thread.getName();
      if (name.startsWith("sweeper")
          || name.startsWith("access-log")
          || name.startsWith("coding-")) {
        ours.add(name);
      }
    }
    return ours;
  }
}
