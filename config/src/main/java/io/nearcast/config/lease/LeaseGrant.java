package io.nearcast.config.lease;

import java.time.Duration;

/**
 * A lease, as the answer to an edge's report.
 *
 * @param log the log that the watermark counts in
 * @param watermark the highest sequence that may have been reported complete without this edge: it
 *     has no lease before it has applied that (PURGE.md rule 18)
 * @param term how long it lasts, from when the report was sent
 */
public record LeaseGrant(String log, long watermark, Duration term) {
  /** Checks the numbers. */
  public LeaseGrant {
    if (watermark < 0 || term.isNegative()) {
      throw new IllegalArgumentException("a lease has no negative numbers");
    }
  }
}
