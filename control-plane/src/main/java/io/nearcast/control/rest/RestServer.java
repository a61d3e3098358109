package io.nearcast.control.rest;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.router.Endpoint;
import io.nearcast.config.json.InvalidDocument;
import io.nearcast.control.auth.Tokens;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.StoreFailure;
import io.prometheus.client.Counter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of the control plane: Javalin on Jetty, a virtual thread for each request.
 *
 * <p>All routes stand in one list, from which Javalin gets its endpoints, a wrong method its {@code
 * Allow}, and the test of the OpenAPI document its truth.
 */
public final class RestServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RestServer.class);

  /** With less, some of thousands of nodes that connect at once never do. */
  private static final int ACCEPT_QUEUE = 4_096;

  /** A connection that takes or says nothing for so long is closed: also a feed's slow reader. */
  private static final Duration IDLE_MAX = Duration.ofSeconds(30);

  /** How long requests have to end when the server stops. */
  private static final Duration DRAIN_MAX = Duration.ofSeconds(5);

  /** How long a connection may be idle when the server stops. */
  private static final Duration SHUTDOWN_IDLE_MAX = Duration.ofMillis(50);

  private static final Set<String> METHODS = Set.of("GET", "HEAD", "PUT", "POST", "DELETE");

  private final Javalin javalin;
  private final List<Route> routes;
  private final Tokens tokens;
  private final Counter answered;

  private RestServer(
      List<Route> routes, Tokens tokens, Counter answered, ServerSocketChannel socket) {
    this.routes = routes;
    this.tokens = tokens;
    this.answered = answered;
    javalin = Javalin.create(config -> configure(config, socket));
  }

  /**
   * Starts to listen.
   *
   * @throws IOException if the address cannot be listened on
   */
  static RestServer start(
      List<Route> routes, Tokens tokens, Counter answered, InetSocketAddress listen)
      throws IOException {
    ServerSocketChannel socket = bind(listen);
    RestServer server = new RestServer(routes, tokens, answered, socket);
    server.javalin.start();
    return server;
  }

  private static ServerSocketChannel bind(InetSocketAddress listen) throws IOException {
    ServerSocketChannel socket = ServerSocketChannel.open();
    try {
      return socket.bind(listen, ACCEPT_QUEUE);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void configure(JavalinConfig config, ServerSocketChannel socket) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = true;
    config.router.ignoreTrailingSlashes = false;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.jetty.modifyHttpConfiguration(RestServer::configure);
    config.jetty.modifyServer(RestServer::configure);
    config.jetty.addConnector((server, http) -> connector(server, http, socket));
    for (Route route : routes) {
      config.routes.addEndpoint(
          new Endpoint(
              HandlerType.findOrCreate(route.method()),
              route.path(),
              context -> answer(context, route)));
    }
    config.requestLogger.http((context, millis) ->
        answered.labels(method(context), String.valueOf(context.statusCode())).inc());
    config.routes.exception(HttpResponseException.class, this::unrouted);
    config.routes.exception(Exception.class, RestServer::failed);
  }

  private static ServerConnector connector(
      Server server, HttpConfiguration http, ServerSocketChannel socket) {
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setIdleTimeout(IDLE_MAX.toMillis());
    connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_MAX.toMillis());
    try {
      connector.open(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return connector;
  }

  /** Requests that are being answered when it stops still get their answer. */
  private static void configure(Server server) {
    server.setErrorHandler(new JettyProblems());
    server.insertHandler(new GracefulHandler());
    server.setStopTimeout(DRAIN_MAX.toMillis());
  }

  private static void configure(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setSendDateHeader(true);
  }

  /** The method as a label of a metric: strangers can send any word. */
  private static String method(Context context) {
    String method = context.req().getMethod();
    return METHODS.contains(method) ? method : "other";
  }

  private void answer(Context context, Route route) throws Exception {
    Call call = new Call(context, tokens);
    try {
      if (route.permission() != null) {
        call.principal().require(route.permission());
      }
      route.action().answer(call);
    } catch (Refusal e) {
      ProblemAnswer.write(context, e);
    } catch (InvalidDocument e) {
      ProblemAnswer.write(context, e);
    } catch (StoreFailure e) {
      LOG.warn("{} {}: {}", context.req().getMethod(), context.path(), e.getMessage());
      ProblemAnswer.write(context, new Refusal(Reason.UNAVAILABLE, "the store cannot be read now"));
    }
  }

  /** Javalin has no endpoint for the request, or cannot read it. */
  private void unrouted(HttpResponseException e, Context context) {
    TreeSet<String> allowed = new TreeSet<>();
    for (Route route : routes) {
      if (route.hasPath(context.path())) {
        allowed.add(route.method());
      }
    }
    if (allowed.isEmpty()) {
      ProblemAnswer.write(context, Refusal.absent("path", context.path()));
      return;
    }
    if (allowed.contains("GET")) {
      allowed.add("HEAD");
    }
    context.header("Allow", String.join(", ", allowed));
    ProblemAnswer.write(
        context,
        new Refusal(
            Reason.METHOD, context.path() + " takes " + String.join(", ", allowed) + " only"));
  }

  private static void failed(Exception e, Context context) {
    LOG.error("{} {} has failed", context.req().getMethod(), context.path(), e);
    ProblemAnswer.writeBug(context);
  }

  /** The port that it listens on. */
  public int port() {
    return javalin.port();
  }

  @Override
  public void close() {
    javalin.stop();
  }
}
