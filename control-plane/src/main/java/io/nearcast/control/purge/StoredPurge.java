package io.nearcast.control.purge;

import io.nearcast.config.feed.Selector;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a purge.
 *
 * @param id unique for ever: its sequence and the beginning of the log's UUID
 * @param sequence its entry in the log
 * @param service the service's name
 * @param soft whether responses became stale instead of unusable
 * @param selectors what was purged
 * @param createdAt for people only
 * @param author the id of the token that asked for it
 * @param completedAt for people only; null while it is not complete
 * @param nodes the nodes that it was for when it became complete, empty before
 */
public record StoredPurge(
    String id,
    long sequence,
    String service,
    boolean soft,
    List<Selector> selectors,
    Instant createdAt,
    String author,
    @Nullable Instant completedAt,
    List<NodeReceipt> nodes) {

  /** Copies the lists. */
  public StoredPurge {
    selectors = List.copyOf(selectors);
    nodes = List.copyOf(nodes);
  }

  StoredPurge completed(Instant at, List<NodeReceipt> receipts) {
    return new StoredPurge(id, sequence, service, soft, selectors, createdAt, author, at, receipts);
  }
}
