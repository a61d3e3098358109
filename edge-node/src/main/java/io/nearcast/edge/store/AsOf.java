package io.nearcast.edge.store;

import org.jspecify.annotations.Nullable;

/**
 * Which purges a response is known to be newer than: all entries of a log up to a sequence, which
 * was applied when the upstream was asked, or which the answering tier stated (PURGE.md rule 1).
 *
 * @param log the log that the sequence counts in, {@code null} where the node follows none
 * @param sequence the last entry that counts as applied, 0 before the first
 */
public record AsOf(@Nullable String log, long sequence) {
  /** Of no log, before everything. */
  public static final AsOf NONE = new AsOf(null, 0);
}
