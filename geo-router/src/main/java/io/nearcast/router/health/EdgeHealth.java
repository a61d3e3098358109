package io.nearcast.router.health;

import io.nearcast.router.pick.Probed;
import java.time.Duration;

/**
 * What the probes of one edge add up to.
 *
 * <p>Transitions, made by {@link #record} alone:
 *
 * <ul>
 *   <li>UNKNOWN or UP to DOWN: at 3 points since the last success (a refused connection has 2, any
 *       other failure 1).
 *   <li>UNKNOWN to UP: at the first success.
 *   <li>DOWN to UP: at 2 successes in a row.
 * </ul>
 *
 * Results of probes that began before one whose result is known already are old news and do not
 * count. An edge that has come back gets its share of clients over {@link #SLOW_START}.
 *
 * <p>Any thread; its own lock.
 */
final class EdgeHealth {
  static final int DOWN_POINTS = 3;
  static final int UP_SUCCESSES = 2;
  static final Duration SLOW_START = Duration.ofSeconds(30);

  /** Most edges that go down come back soon, or not for long. */
  static final Duration RESTLESS = Duration.ofMinutes(1);

  private static final double SHARE_MIN = 0.1;

  private volatile Probed state = Probed.UNKNOWN;
  private int points;
  private int successes;
  private boolean anyKnown;
  private long newestStartNanos;
  private long downNanos;
  private volatile boolean recovered;
  private volatile long recoveredNanos;

  /**
   * Takes a result.
   *
   * @param startNanos when the probe began, on the clock of {@code nowNanos}
   * @return whether the state has changed
   */
  synchronized boolean record(long startNanos, ProbeResult result, long nowNanos) {
    if (anyKnown && startNanos - newestStartNanos < 0) {
      return false;
    }
    anyKnown = true;
    newestStartNanos = startNanos;
    Probed before = state;
    if (result == ProbeResult.ALIVE) {
      succeeded(nowNanos);
    } else {
      successes = 0;
      points = Math.min(DOWN_POINTS, points + result.points());
      if (points == DOWN_POINTS) {
        if (state != Probed.DOWN) {
          downNanos = nowNanos;
        }
        state = Probed.DOWN;
        recovered = false;
      }
    }
    return state != before;
  }

  private void succeeded(long nowNanos) {
    points = 0;
    successes = Math.min(UP_SUCCESSES, successes + 1);
    if (state == Probed.DOWN && successes == UP_SUCCESSES) {
      recoveredNanos = nowNanos;
      recovered = true;
      state = Probed.UP;
    } else if (state == Probed.UNKNOWN) {
      state = Probed.UP;
    }
  }

  /** What is known. */
  Probed state() {
    return state;
  }

  /**
   * Whether the state may be about to change, so that the next probe should not wait: after a
   * failure, and for {@link #RESTLESS} after the edge went down, or when it seems to come back.
   */
  synchronized boolean inDoubt(long nowNanos) {
    return state == Probed.DOWN
        ? successes > 0 || nowNanos - downNanos < RESTLESS.toNanos()
        : points > 0;
  }

  /** How much of its usual load the edge may take, above 0 and at most 1. */
  double share(long nowNanos) {
    if (!recovered) {
      return 1;
    }
    double passed = (double) (nowNanos - recoveredNanos) / SLOW_START.toNanos();
    return Math.clamp(passed, SHARE_MIN, 1);
  }
}
