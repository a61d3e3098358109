package io.nearcast.control.fleet;

import io.nearcast.control.store.SharedRecords;
import io.nearcast.control.store.Store;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The leases of edges: those that this control plane gives, and what is known of those that others
 * on the same store give. Where the store is not shared there are no others, and no records.
 *
 * <p>Thread-safe. Nothing but {@link #othersFloorNow} blocks.
 */
final class Leases {
  private final LeaseBook book;
  private final @Nullable Shared shared;

  /** What there is where others share the store. */
  record Shared(SharedRecords records, ReplicaStore store, Replica replica, OtherReplicas others) {}

  private Leases(LeaseBook book, @Nullable Shared shared) {
    this.book = book;
    this.shared = shared;
  }

  /**
   * The leases of a control plane that starts.
   *
   * @param log that is in the store
   * @param head its last sequence
   */
  static Leases of(Store store, String log, long head, long nowNanos) {
    SharedRecords records = store.records();
    if (records == null) {
      return new Leases(new LeaseBook(head, nowNanos), null);
    }
    LeaseBook book = LeaseBook.shared();
    Replica replica = new Replica(log, book, () -> UUID.randomUUID().toString());
    return new Leases(
        book, new Shared(records, new StoredReplicas(records), replica, new OtherReplicas(log)));
  }

  @Nullable Shared shared() {
    return shared;
  }

  /**
   * Renews the lease of an edge whose report has come.
   *
   * @return the watermark of the lease, empty where none can be given now
   */
  OptionalLong renew(Member edge, long applied, long nowNanos) {
    if (shared == null) {
      return OptionalLong.of(
          book.renew(edge.id(), edge.boot(), edge.registered(), applied, nowNanos));
    }
    Moment now = new Moment(nowNanos, System.currentTimeMillis());
    return shared.replica().renew(edge.id(), edge.boot(), edge.registered(), applied, now);
  }

  /** A node has told another control plane what it has applied. */
  void applied(String id, String boot, long applied) {
    book.applied(id, boot, applied);
  }

  void givenUp(String id, String boot) {
    book.givenUp(id, boot);
  }

  /** Whether a node may hold a lease, as far as it is known. */
  boolean holds(Node node, long nowNanos) {
    return book.holds(node.member().id(), nowNanos)
        || (shared != null && node.isLeasedElsewhere(nowNanos));
  }

  /** The sequence that all leases given here are past, now and later. */
  long floor(long head, long nowNanos) {
    return book.floor(head, nowNanos);
  }

  /** The sequence that the leases of the others are past, as was last heard. */
  long othersFloor() {
    return shared == null ? Long.MAX_VALUE : shared.others().floor(shared.replica().id());
  }

  /**
   * The sequence that the leases of the others are past.
   *
   * @throws io.nearcast.control.store.StoreFailure if that cannot be read
   */
  long othersFloorNow() {
    return shared == null
        ? Long.MAX_VALUE
        : shared.others().floor(shared.store().all(), shared.replica().id());
  }

  /** In how many ns the next lease that was given here ends if nobody reports. */
  long changesInNanos(long nowNanos) {
    return book.changesInNanos(nowNanos);
  }
}
