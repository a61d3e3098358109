package io.nearcast.config.lease;

import java.time.Duration;

/**
 * The times of leases. An edge counts {@link #TERM} from when it sent its report, its control plane
 * counts {@link #COUNTED} from when the report came: so the lease has ended at the edge before it
 * has at the control plane, unless one clock is a tenth slower than the other.
 */
public final class LeaseTerms {
  /** How long an edge holds a lease, from when it sent the report that it was the answer to. */
  public static final Duration TERM = Duration.ofSeconds(5);

  /** What clocks may drift apart within a lease. */
  public static final Duration MARGIN = Duration.ofMillis(500);

  /** How long a control plane counts a lease, from when the report came. */
  public static final Duration COUNTED = TERM.plus(MARGIN);

  /**
   * By how much the wall clock may differ from the monotonic one within a lease. Linux stops the
   * monotonic clock of Java while the machine is suspended; more than this is taken for that.
   */
  public static final Duration JUMP = Duration.ofMillis(200);

  private LeaseTerms() {}
}
