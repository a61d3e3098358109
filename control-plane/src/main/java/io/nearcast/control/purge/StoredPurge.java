package io.nearcast.control.purge;

import io.nearcast.config.feed.Selector;
import io.nearcast.config.json.Documents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
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
 * @param nodes the nodes that it was for when it became complete and that had not applied it, empty
 *     before
 * @param applied the ids of those that had applied it then
 * @param leftOut how many more it was for, whose ids the record has no room for; null for none
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
    List<NodeReceipt> nodes,
    List<String> applied,
    @Nullable Integer leftOut) {

  /** The most bytes that a record has as JSON, so that every store takes it in one commit. */
  static final int BYTES_MAX = 340_000;

  /** What an id and a receipt have as JSON beside the id. */
  private static final int ID_BYTES = 3;

  private static final int RECEIPT_BYTES = 40;
  private static final int LEFT_OUT_BYTES = 30;

  /** Copies the lists. */
  public StoredPurge {
    selectors = List.copyOf(selectors);
    nodes = List.copyOf(nodes);
    applied = List.copyOf(applied);
  }

  /** A purge that has just been accepted. */
  StoredPurge(
      String id,
      long sequence,
      String service,
      boolean soft,
      List<Selector> selectors,
      Instant createdAt,
      String author) {
    this(
        id, sequence, service, soft, selectors, createdAt, author, null, List.of(), List.of(),
        null);
  }

  /** As it is once it is complete; first come the nodes that have not applied it. */
  StoredPurge completed(Instant at, List<NodeReceipt> receipts) {
    int room =
        BYTES_MAX - LEFT_OUT_BYTES - Documents.writeJson(with(at, List.of(), List.of(), 0)).length;
    List<NodeReceipt> others = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    int more = 0;
    for (NodeReceipt receipt : appliedLast(receipts)) {
      boolean isApplied = receipt.state() == ReceiptState.APPLIED;
      int bytes = receipt.id().length() + (isApplied ? ID_BYTES : RECEIPT_BYTES);
      if (bytes > room) {
        more++;
        continue;
      }
      room -= bytes;
      if (isApplied) {
        ids.add(receipt.id());
      } else {
        others.add(receipt);
      }
    }
    return with(at, others, ids, more);
  }

  private static List<NodeReceipt> appliedLast(List<NodeReceipt> receipts) {
    return receipts.stream()
        .sorted(Comparator.comparing(receipt -> receipt.state() == ReceiptState.APPLIED))
        .toList();
  }

  private StoredPurge with(Instant at, List<NodeReceipt> others, List<String> ids, int more) {
    return new StoredPurge(
        id,
        sequence,
        service,
        soft,
        selectors,
        createdAt,
        author,
        at,
        others,
        ids,
        more == 0 ? null : more);
  }

  /**
   * How far it was at each node that is named when it became complete, in the order of their ids.
   */
  List<NodeReceipt> receipts() {
    return Stream.concat(
            nodes.stream(),
            applied.stream().map(node -> new NodeReceipt(node, ReceiptState.APPLIED, null)))
        .sorted(Comparator.comparing(NodeReceipt::id))
        .toList();
  }
}
