package io.nearcast.config.fleet;

import io.nearcast.config.lease.LeaseGrant;
import org.jspecify.annotations.Nullable;

/**
 * What a control plane answers to a node's report.
 *
 * @param log the log that it serves
 * @param head the last sequence of it
 * @param lease what the report was worth, null for a node that holds no leases
 */
public record ReportAnswer(String log, long head, @Nullable LeaseGrant lease) {}
