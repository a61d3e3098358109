package io.nearcast.edge.flow;

import java.time.Duration;

/**
 * What connections that have left HTTP behind may use.
 *
 * @param open the most tunnels at a time; each holds two connections for as long as its client
 *     likes
 * @param idle how long a tunnel may carry nothing
 */
public record TunnelLimits(int open, Duration idle) {
  /** Idle for longer than what WebSocket peers leave between pings. */
  public static final TunnelLimits DEFAULT = new TunnelLimits(10_000, Duration.ofMinutes(5));
}
