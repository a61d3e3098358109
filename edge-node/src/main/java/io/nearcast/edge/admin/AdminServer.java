package io.nearcast.edge.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nearcast.config.feed.FeedFollower;
import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.config.metrics.Metrics;
import io.nearcast.edge.agent.Sweeper;
import io.nearcast.edge.flow.Engine;
import io.nearcast.edge.flow.Explain;
import io.nearcast.edge.http.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The admin endpoint of a caching node: health, readiness, metrics, explain, drain and the node's
 * own purge, on an address of its own.
 *
 * <p>Blocking, on virtual threads; never on an event loop. Health, readiness and metrics are open.
 * The rest is open on a loopback address and refused elsewhere.
 */
public final class AdminServer implements AutoCloseable {
  private static final int BODY_MAX = 1 << 20;

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Engine engine;
  private final Server server;
  private final Supplier<@Nullable FeedFollower> follower;
  private final Metrics metrics;
  private final OwnPurges purges;
  private volatile boolean drained;

  private AdminServer(
      HostPort address,
      Engine engine,
      Sweeper sweeper,
      Server server,
      Supplier<@Nullable FeedFollower> follower,
      Metrics metrics) {
    this.engine = engine;
    this.server = server;
    this.follower = follower;
    this.metrics = metrics;
    this.purges = new OwnPurges(engine, sweeper);
    try {
      http = HttpServer.create(address.toSocketAddress(), 128);
    } catch (IOException e) {
      throw StartFailure.listening("--admin", address, e);
    }
    http.setExecutor(threads);
    http.createContext("/", this::handle);
    http.start();
  }

  /**
   * Begins to listen.
   *
   * @param follower gives what follows the feed, null for a standalone node
   * @throws StartFailure if the address cannot be had
   */
  public static AdminServer start(
      HostPort address,
      Engine engine,
      Sweeper sweeper,
      Server server,
      Supplier<@Nullable FeedFollower> follower,
      Metrics metrics) {
    return new AdminServer(address, engine, sweeper, server, follower, metrics);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return http.getAddress();
  }

  /** Answers one request. */
  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Reply reply;
      try {
        reply = route(exchange);
      } catch (Refused e) {
        reply = Reply.problem(e.status(), e.detail(), e.errors());
      } catch (InvalidDocument e) {
        reply =
            Reply.problem(e.malformed() ? 400 : 422, "the document cannot be used", e.problems());
      }
      reply.send(exchange);
    }
  }

  private Reply route(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    if (method.equals("PURGE")) {
      local(exchange);
      return Reply.json(200, purges.purgeUrl(exchange));
    }
    return switch (exchange.getRequestURI().getPath()) {
      case "/healthz" -> get(method, Reply.text(200, "ok\n"));
      case "/readyz" -> get(method, ready());
      case "/metrics" -> get(method, new Reply(200, Metrics.CONTENT_TYPE, metrics.text()));
      case "/explain" -> {
        local(exchange);
        yield get(method, Reply.json(200, explain(exchange)));
      }
      case "/drain" -> {
        post(method);
        local(exchange);
        yield drain();
      }
      case "/purge" -> {
        post(method);
        local(exchange);
        yield Reply.json(200, purges.purge(exchange.getRequestBody().readNBytes(BODY_MAX + 1)));
      }
      default -> throw new Refused(404, "there is nothing at this path", List.of());
    };
  }

  private static Reply get(String method, Reply reply) {
    if (!method.equals("GET") && !method.equals("HEAD")) {
      throw new Refused(405, "use GET", List.of());
    }
    return reply;
  }

  private static void post(String method) {
    if (!method.equals("POST")) {
      throw new Refused(405, "use POST", List.of());
    }
  }

  private static void local(HttpExchange exchange) {
    if (!exchange.getLocalAddress().getAddress().isLoopbackAddress()) {
      throw new Refused(
          403, "this is open on a loopback address only: set --admin to one", List.of());
    }
  }

  private Reply ready() {
    FeedFollower following = follower.get();
    boolean draining = server.draining() || drained;
    Map<String, Object> detail = new LinkedHashMap<>();
    detail.put("ready", !draining);
    detail.put("draining", draining);
    detail.put("connections", server.connections());
    detail.put("services", engine.routes().all().size());
    if (following != null) {
      detail.put("appliedSequence", following.applied());
      detail.put("controlPlaneConnected", following.connected());
    }
    return Reply.json(draining ? 503 : 200, detail);
  }

  private Reply drain() {
    drained = true;
    FeedFollower following = follower.get();
    if (following != null) {
      following.draining(true);
    }
    return Reply.json(200, Map.of("state", "draining"));
  }

  private Map<String, Object> explain(HttpExchange exchange) {
    Map<String, List<String>> query = query(exchange.getRequestURI());
    List<String> urls = query.getOrDefault("url", List.of());
    if (urls.size() != 1) {
      throw Refused.field("url", "is missing: write /explain?url=http://HOST/PATH");
    }
    URI url = absolute(urls.getFirst());
    return Explain.url(
        engine,
        url.getScheme(),
        url.getRawAuthority(),
        OwnPurges.target(url),
        SupposedFields.of(query));
  }

  static URI absolute(String text) {
    URI url;
    try {
      url = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw Refused.field("url", "is not a URL: " + e.getMessage());
    }
    if (url.getHost() == null || url.getScheme() == null) {
      throw Refused.field("url", "must be absolute: write http://HOST/PATH");
    }
    return url;
  }

  private static Map<String, List<String>> query(URI uri) {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    String raw = uri.getRawQuery();
    if (raw != null) {
      for (String parameter : raw.split("&", -1)) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = equals < 0 ? "" : parameter.substring(equals + 1);
        parameters
            .computeIfAbsent(name, _ -> new ArrayList<>(1))
            .add(URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    return parameters;
  }

  @Override
  public void close() {
    http.stop(0);
    threads.close();
  }

  /** What is answered. */
  static final class Reply {
    private final int status;
    private final String type;
    private final byte[] body;

    Reply(int status, String type, byte[] body) {
      this.status = status;
      this.type = type;
      this.body = body;
    }

    static Reply text(int status, String text) {
      return new Reply(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    static Reply json(int status, Object value) {
      return new Reply(status, "application/json", pretty(value));
    }

    /** For people: indented, in the order in which it was found out. */
    private static byte[] pretty(Object value) {
      try {
        return Documents.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(value);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("what this node says cannot be written as JSON", e);
      }
    }

    static Reply problem(int status, String title, List<?> errors) {
      Map<String, Object> problem = new LinkedHashMap<>();
      problem.put("title", title);
      problem.put("status", status);
      problem.put("errors", errors);
      return new Reply(status, "application/problem+json", Documents.writeJson(problem));
    }

    void send(HttpExchange exchange) throws IOException {
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }
}
