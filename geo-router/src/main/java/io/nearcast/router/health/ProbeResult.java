package io.nearcast.router.health;

import java.util.Locale;

/** What one probe found. */
enum ProbeResult {
  /** A well-formed HTTP response came in time, whatever its status. */
  ALIVE(0),
  /** Nobody listens: a sure sign, so it counts double. */
  REFUSED(2),
  /** No connection or no response in time. */
  TIMED_OUT(1),
  /** The network says that there is no way. */
  UNREACHABLE(1),
  /** The connection ended early, or what came was no HTTP. */
  GARBLED(1);

  private final int points;

  ProbeResult(int points) {
    this.points = points;
  }

  /** How much it says against the edge. */
  int points() {
    return points;
  }

  /** The label in metrics. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
