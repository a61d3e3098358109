package io.nearcast.edge.http;

import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open client connections of each event loop, and what they have in common: who answers, what
 * they may use, where they are counted.
 *
 * <p>A loop's set is touched on that loop only; {@link #drain} and {@link #draining} are for all
 * threads.
 */
final class Connections {
  private static final Logger log = LoggerFactory.getLogger(Connections.class);

  private final Map<EventExecutor, Set<ServerConnection>> open = new HashMap<>();
  private final RequestHandler handler;
  private final Limits limits;
  private final ServerMetrics metrics;
  private volatile boolean draining;

  /**
   * @param loops those that connections will live on
   */
  Connections(
      Iterable<? extends EventExecutor> loops,
      RequestHandler handler,
      Limits limits,
      ServerMetrics metrics) {
    this.handler = handler;
    this.limits = limits;
    this.metrics = metrics;
    for (EventExecutor loop : loops) {
      open.put(loop, new HashSet<>());
    }
  }

  // For the server.

  Set<EventExecutor> loops() {
    return open.keySet();
  }

  /** From now on each connection ends with its present answer. */
  void drain() {
    draining = true;
  }

  boolean draining() {
    return draining;
  }

  /** Closes those of a loop that are idle, slow or stalled. */
  void sweep(EventExecutor loop) {
    long now = System.nanoTime();
    boolean ending = draining;
    for (ServerConnection connection : List.copyOf(of(loop))) {
      connection.sweep(now, ending);
    }
  }

  /** Cuts those of a loop off. */
  void abort(EventExecutor loop) {
    List.copyOf(of(loop)).forEach(ServerConnection::abort);
  }

  private Set<ServerConnection> of(EventExecutor loop) {
    return Objects.requireNonNull(open.get(loop));
  }

  // For the connections, on their loops.

  void opened(ServerConnection connection) {
    of(connection.loop()).add(connection);
  }

  void closed(ServerConnection connection) {
    of(connection.loop()).remove(connection);
  }

  void connectionFailed(Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("connection lost: {}", cause.toString());
    } else {
      metrics.bug();
      log.error("connection closed after an internal error", cause);
    }
  }

  void refused(int status, String detail) {
    metrics.requestRefused(status);
    log.debug("refused with {}: {}", status, detail);
  }

  void stalled() {
    metrics.stalled();
  }

  RequestHandler handler() {
    return handler;
  }

  Limits limits() {
    return limits;
  }
}
