package io.nearcast.router.http;

import io.nearcast.config.json.Documents;
import io.nearcast.config.metrics.Metrics;
import io.nearcast.router.geo.Prefix;
import io.nearcast.router.net.ConnectionBound;
import io.nearcast.router.net.Loops;
import io.nearcast.router.pick.Directions;
import io.nearcast.router.pick.Explanation;
import io.nearcast.router.pick.Family;
import io.nearcast.router.zone.Zones;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/**
 * What the router says of itself: {@code /healthz}, {@code /readyz}, {@code /metrics}, and {@code
 * /explain?domain=&address=}, which shows how a client's edges are chosen, without any effect.
 */
public final class Admin implements AutoCloseable {
  /** The most connections at a time. */
  public static final int CONNECTIONS_MAX = 256;

  private final Directions directions;
  private final Supplier<Zones> zones;
  private final Metrics metrics;
  private final HttpServer server;

  /** How a client of a domain is answered. */
  record Explained(String domain, String service, Explanation explanation) {}

  private Admin(
      Loops loops,
      InetSocketAddress address,
      Directions directions,
      Supplier<Zones> zones,
      Metrics metrics) {
    this.directions = directions;
    this.zones = zones;
    this.metrics = metrics;
    this.server =
        HttpServer.start(
            loops,
            "--admin",
            address,
            new ConnectionBound("nearcast_router_admin", CONNECTIONS_MAX, metrics.registry()),
            pages());
  }

  /**
   * Opens the socket and answers.
   *
   * @param zones the newest names; the router is ready once there are some
   */
  public static Admin start(
      Loops loops,
      InetSocketAddress address,
      Directions directions,
      Supplier<Zones> zones,
      Metrics metrics) {
    return new Admin(loops, address, directions, zones, metrics);
  }

  private Pages pages() {
    return new Pages() {
      @Override
      public Reply answer(Ask ask) {
        return page(ask).with("Cache-Control", "no-store");
      }

      @Override
      public void answered(int status) {}
    };
  }

  private Reply page(Ask ask) {
    return switch (ask.path()) {
      case "/healthz" -> read(ask, () -> Reply.text(200, "ok"));
      case "/readyz" -> read(ask, this::ready);
      case "/metrics" -> read(ask, () -> Reply.of(200, Metrics.CONTENT_TYPE, metrics.text()));
      case "/explain" -> read(ask, () -> explain(ask));
      default -> Reply.text(404, "there are /healthz, /readyz, /metrics and /explain");
    };
  }

  private static Reply read(Ask ask, Supplier<Reply> page) {
    return ask.isRead()
        ? page.get()
        : Reply.text(405, "only GET and HEAD work here").with("Allow", "GET, HEAD");
  }

  private Reply ready() {
    return zones.get() == Zones.EMPTY
        ? Reply.text(503, "no copy of the feed yet")
        : Reply.text(200, "ready");
  }

  private Reply explain(Ask ask) {
    if (!ask.peer().isLoopbackAddress()) {
      return Reply.text(403, "/explain is answered on a loopback address only");
    }
    String domain;
    Prefix client;
    try {
      domain = ask.parameter("domain");
      String address = ask.parameter("address");
      client = address.isEmpty() ? Prefix.of(ask.peer()) : Prefix.parse(address);
    } catch (IllegalArgumentException e) {
      return Reply.text(400, "write /explain?domain=DOMAIN&address=ADDRESS: " + e.getMessage());
    }
    String service = zones.get().service(domain);
    if (service == null) {
      return Reply.text(404, "domain: no service has this one");
    }
    Explained explained = new Explained(domain, service, directions.explain(client, Family.ANY));
    return Reply.of(200, "application/json", Documents.writeJson(explained));
  }

  /** Where it answers. */
  public InetSocketAddress address() {
    return server.address();
  }

  @Override
  public void close() {
    server.close();
  }
}
