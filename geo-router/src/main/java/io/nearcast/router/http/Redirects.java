package io.nearcast.router.http;

import io.nearcast.config.json.Documents;
import io.nearcast.router.geo.Prefix;
import io.nearcast.router.net.ConnectionBound;
import io.nearcast.router.net.Loops;
import io.nearcast.router.pick.Breadth;
import io.nearcast.router.pick.Choice;
import io.nearcast.router.pick.Directions;
import io.nearcast.router.pick.Edge;
import io.nearcast.router.pick.Family;
import io.nearcast.router.zone.Zones;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Sends HTTP clients to the nearest edge: a redirect to {@code http://{node}.{domain}:{port}}, or
 * the same as JSON for those who ask for it.
 *
 * <p>A redirect is made for one client at one moment, so no cache may keep it.
 */
public final class Redirects implements AutoCloseable {
  /** The most connections at a time. */
  public static final int CONNECTIONS_MAX = 4_096;

  private static final int HTTP_PORT = 80;
  private static final String JSON = "application/json";
  private static final Pattern FORMAT_JSON = Pattern.compile("[?&]format=json(&|$)");

  private final Directions directions;
  private final Supplier<Zones> zones;
  private final ClientAddress clientAddress;
  private final Counter responses;
  private final HttpServer server;

  /**
   * Where a client may go.
   *
   * @param pop the nearest PoP that takes clients
   * @param scope the network for which that holds
   * @param reason why this PoP
   * @param edges the best one first
   */
  record Answer(String domain, String pop, String scope, String reason, List<EdgeAddress> edges) {}

  /** An edge and where it serves. */
  record EdgeAddress(String id, String address, int port) {}

  private Redirects(
      Loops loops,
      InetSocketAddress address,
      Directions directions,
      Supplier<Zones> zones,
      List<Prefix> trustedProxies,
      CollectorRegistry registry) {
    this.directions = directions;
    this.zones = zones;
    this.clientAddress = new ClientAddress(trustedProxies);
    this.responses =
        Counter.build("nearcast_router_http_responses_total", "HTTP responses by their status")
            .labelNames("status")
            .register(registry);
    this.server =
        HttpServer.start(
            loops,
            "--listen",
            address,
            new ConnectionBound("nearcast_router_http", CONNECTIONS_MAX, registry),
            pages());
  }

  /**
   * Opens the socket and answers.
   *
   * @param zones the newest names
   * @param trustedProxies whose word on forwarded addresses counts
   */
  public static Redirects start(
      Loops loops,
      InetSocketAddress address,
      Directions directions,
      Supplier<Zones> zones,
      List<Prefix> trustedProxies,
      CollectorRegistry registry) {
    return new Redirects(loops, address, directions, zones, trustedProxies, registry);
  }

  private Pages pages() {
    return new Pages() {
      @Override
      public Reply answer(Ask ask) {
        return direct(ask);
      }

      @Override
      public void answered(int status) {
        responses.labels(String.valueOf(status)).inc();
      }
    };
  }

  private Reply direct(Ask ask) {
    Zones now = zones.get();
    if (now == Zones.EMPTY) {
      return unavailable("no copy of the feed yet");
    }
    if (ask.method().equals("TRACE") || ask.method().equals("CONNECT")) {
      return Reply.text(405, "this method is not redirected")
          .with("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    }
    String domain = ask.hostName();
    if (!now.isService(domain)) {
      return Reply.text(404, "no service has this host");
    }
    Prefix client = clientAddress.of(ask);
    Choice choice = choose(client);
    if (choice.site() == null) {
      return unavailable("no edge is known");
    }
    Reply reply =
        ask.isRead() && wantsJson(ask)
            ? json(client, domain, choice)
            : redirect(ask, domain, choice);
    return reply.with("Cache-Control", "private, no-store").with("Vary", "Accept");
  }

  /** Edges that the client's own kind of address can reach, if there are any. */
  private Choice choose(Prefix client) {
    Choice own =
        directions.choose(client, client.ipv4() ? Family.IPV4 : Family.ANY, Breadth.RANKING);
    return own.site() == null ? directions.choose(client, Family.ANY, Breadth.RANKING) : own;
  }

  private static Reply unavailable(String why) {
    return Reply.text(503, why).with("Retry-After", "1").with("Cache-Control", "no-store");
  }

  private static Reply redirect(Ask ask, String domain, Choice choice) {
    Edge edge = choice.edges().getFirst();
    int port = edge.address().getPort();
    String authority = edge.id() + "." + domain + (port == HTTP_PORT ? "" : ":" + port);
    return Reply.empty(ask.isRead() ? 302 : 307)
        .with("Location", "http://" + authority + ask.target());
  }

  private static Reply json(Prefix client, String domain, Choice choice) {
    Answer answer =
        new Answer(
            domain,
            choice.site() == null ? "" : choice.site().name(),
            client.withLength(choice.scope()).toString(),
            choice.reason(),
            choice.edges().stream().map(Redirects::edgeAddress).toList());
    return Reply.of(200, JSON, Documents.writeJson(answer));
  }

  private static EdgeAddress edgeAddress(Edge edge) {
    InetSocketAddress address = edge.address();
    return new EdgeAddress(edge.id(), Prefix.format(address.getAddress()), address.getPort());
  }

  private static boolean wantsJson(Ask ask) {
    if (FORMAT_JSON.matcher(ask.target()).find()) {
      return true;
    }
    return ask.headers().getAll(HttpHeaderNames.ACCEPT).stream()
        .flatMap(value -> List.of(value.split(",", -1)).stream())
        .anyMatch(Redirects::isJson);
  }

  /** Whether a media range of Accept names JSON and does not refuse it with a weight of 0. */
  private static boolean isJson(String range) {
    String[] parts = range.toLowerCase(Locale.ROOT).split(";", -1);
    if (!parts[0].strip().equals(JSON)) {
      return false;
    }
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].strip().matches("q=0(\\.0{0,3})?")) {
        return false;
      }
    }
    return true;
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
