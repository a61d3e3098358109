package io.nearcast.edge.flow;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The tunnels that are open on this node, at most {@link #OPEN_MAX}. For any thread. */
final class Tunnels implements AutoCloseable {
  /** The most tunnels at a time; each holds two connections for as long as its client likes. */
  static final int OPEN_MAX = 10_000;

  /** How long a tunnel may carry nothing: longer than what WebSocket peers leave between pings. */
  static final Duration IDLE_MAX = Duration.ofMinutes(5);

  private final FlowMetrics metrics;
  private final int openMax;
  private final Set<Tunnel> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Tunnels(FlowMetrics metrics, int openMax) {
    this.metrics = metrics;
    this.openMax = openMax;
  }

  /** Whether another one may be opened; if not, it is counted as refused. */
  boolean admit() {
    boolean may = !closed && open.size() < openMax;
    if (!may) {
      metrics.tunnelRefused();
    }
    return may;
  }

  void opened(Tunnel tunnel) {
    open.add(tunnel);
    metrics.tunnelOpened();
    if (closed) {
      tunnel.close();
    }
  }

  void over(Tunnel tunnel) {
    if (open.remove(tunnel)) {
      metrics.tunnelOver();
    }
  }

  /** Ends all of them, and every one that is still being opened. */
  @Override
  public void close() {
    closed = true;
    open.forEach(Tunnel::close);
  }
}
