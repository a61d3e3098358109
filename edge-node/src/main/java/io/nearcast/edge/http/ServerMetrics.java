package io.nearcast.edge.http;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;

/** What is counted of client connections. For any thread. */
public final class ServerMetrics {
  private final Counter accepted;
  private final Counter refusedConnections;
  private final Counter stalled;
  private final Counter bugs;
  private final Counter refusedRequests;

  /**
   * @param registry where the metrics are shown
   */
  public ServerMetrics(CollectorRegistry registry) {
    accepted =
        Counter.build("nearcast_connections_total", "Client connections accepted.")
            .register(registry);
    refusedConnections =
        Counter.build("nearcast_connections_refused_total", "Client connections above the limit.")
            .register(registry);
    stalled =
        Counter.build("nearcast_connections_stalled_total", "Connections cut for no progress.")
            .register(registry);
    bugs =
        Counter.build("nearcast_internal_errors_total", "Connections cut by an internal error.")
            .register(registry);
    refusedRequests =
        Counter.build("nearcast_malformed_requests_total", "Requests that were no valid message.")
            .labelNames("status")
            .register(registry);
  }

  void accepted() {
    accepted.inc();
  }

  void connectionRefused() {
    refusedConnections.inc();
  }

  void stalled() {
    stalled.inc();
  }

  void bug() {
    bugs.inc();
  }

  void requestRefused(int status) {
    refusedRequests.labels(String.valueOf(status)).inc();
  }
}
