package io.nearcast.config.fleet;

import io.nearcast.config.lease.LeaseGrant;
import org.jspecify.annotations.Nullable;

/**
 * What a control plane answers to a node's report.
 *
 * @param log the log that it serves
 * @param head the last sequence of it
 * @param lease what the report was worth, null for a node that holds no leases
 * @param again whether counts and receipts of the report could not be written down and are to be
 *     said again; null where all is written
 */
public record ReportAnswer(
    String log, long head, @Nullable LeaseGrant lease, @Nullable Boolean again) {

  /** Whether all that the report said is written down. */
  public boolean isKept() {
    return again == null || !again;
  }
}
