package io.nearcast.config.feed;

import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.ReportAnswer;
import java.time.Duration;

/**
 * Tells from answers to reports when a control plane that answers is none to stay with, because it
 * is cut off from the store that it shares with others: it gives an edge no lease, or its feed says
 * nothing of what others know.
 *
 * <p>Pure; for one thread.
 */
final class CutOffPlane {
  /** After one round without a lease so many reports go to the same control plane. */
  private static final int STAY = 30;

  private final int planes;
  private final long behindMaxNanos;
  private int unleased;
  private long stuckAt = -1;
  private long stuckNanos;

  /**
   * @param planes how many control planes there are
   * @param behindMax how long nothing may be applied though there is more
   */
  CutOffPlane(int planes, Duration behindMax) {
    this.planes = planes;
    behindMaxNanos = behindMax.toNanos();
  }

  /**
   * Whether the next report is to go to the next control plane: each is tried, then one kept to.
   */
  boolean givesNoLease(NodeReport report, ReportAnswer answer) {
    if (planes == 1 || report.role() != NodeRole.EDGE || answer.lease() != null) {
      unleased = 0;
      return false;
    }
    return unleased++ % (planes + STAY) < planes;
  }

  /** Whether the feed is to be that of the next control plane. */
  boolean feedIsBehind(NodeReport report, ReportAnswer answer, long nowNanos) {
    boolean behind =
        planes > 1 && answer.log().equals(report.log()) && answer.head() > report.appliedSequence();
    if (!behind || report.appliedSequence() != stuckAt) {
      stuckAt = behind ? report.appliedSequence() : -1;
      stuckNanos = nowNanos;
      return false;
    }
    boolean tooLong = nowNanos - stuckNanos >= behindMaxNanos;
    stuckNanos = tooLong ? nowNanos : stuckNanos;
    return tooLong;
  }
}
