package io.nearcast.edge.flow;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The tunnels that are open on this node, at most so many. For any thread. */
final class Tunnels implements AutoCloseable {
  private final FlowMetrics metrics;
  private final TunnelLimits limits;
  private final Set<Tunnel> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Tunnels(FlowMetrics metrics, TunnelLimits limits) {
    this.metrics = metrics;
    this.limits = limits;
  }

  /** How long one may carry nothing. */
  Duration idle() {
    return limits.idle();
  }

  /** Whether another one may be opened; if not, it is counted as refused. */
  boolean admit() {
    boolean may = !closed && open.size() < limits.open();
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
