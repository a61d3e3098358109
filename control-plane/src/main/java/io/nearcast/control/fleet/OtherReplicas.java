package io.nearcast.control.fleet;

import io.nearcast.config.lease.LeaseTerms;
import io.nearcast.control.fleet.ReplicaStore.Kept;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a control plane knows of the records of the others on the same store, and which of them are
 * left over.
 *
 * <p>A record that has stood still for {@link #KEPT} is of a process that gives no leases any more
 * and whose leases are over (PURGE.md rule 20). It is removed only in the version that was seen, so
 * a process that was just slow keeps its record if it writes first, and learns that it has none if
 * not. Anybody may remove it: time is counted from when the version was seen here, which is after
 * it was written.
 *
 * <p>Thread-safe: guarded by this.
 */
public final class OtherReplicas {
  /**
   * How long a record stands after its last version was seen: leases are given for {@link
   * Replica#SESSION} after that was sent, and last; a tenth for clocks that drift apart.
   */
  public static final Duration KEPT =
      Replica.SESSION.plus(Replica.SESSION.dividedBy(10)).plus(LeaseTerms.COUNTED);

  private record Seen(Kept kept, long sinceNanos) {}

  private final String log;
  private Map<String, Seen> seen = Map.of();

  /**
   * @param log the log that sequences count in
   */
  public OtherReplicas(String log) {
    this.log = log;
  }

  /**
   * Takes in all records.
   *
   * @param nowNanos after they were read
   */
  public synchronized void saw(List<Kept> all, long nowNanos) {
    Map<String, Seen> next = new HashMap<>();
    for (Kept kept : all) {
      Seen before = seen.get(kept.id());
      boolean same = before != null && before.kept().version() == kept.version();
      next.put(kept.id(), same ? before : new Seen(kept, nowNanos));
    }
    seen = next;
  }

  /**
   * The records that are to be removed, in the versions in which they are.
   *
   * @param own this control plane's, or null
   */
  public synchronized List<Kept> leftOver(@Nullable String own, long nowNanos) {
    return seen.values().stream()
        .filter(one -> !one.kept().id().equals(own))
        .filter(one -> nowNanos - one.sinceNanos() >= stands(one.kept().record()).toNanos())
        .map(Seen::kept)
        .toList();
  }

  /** Who has stopped has given the last lease before it said so. */
  private static Duration stands(ReplicaRecord record) {
    return record.stopped() ? LeaseTerms.COUNTED : KEPT;
  }

  /**
   * The sequence that the leases of the others are past, as far as it is known: for people, for a
   * record may have been created since.
   *
   * @param own this control plane's, or null
   */
  public synchronized long floor(@Nullable String own) {
    return floor(seen.values().stream().map(Seen::kept).toList(), own);
  }

  /**
   * The sequence that the leases of the others are past, {@link Long#MAX_VALUE} where there are
   * none. A purge that was in the store before the records were read, and is at or below this, is
   * past their leases for good.
   *
   * @param all the records, of one moment
   * @param own this control plane's, or null
   */
  public long floor(Collection<Kept> all, @Nullable String own) {
    return all.stream()
        .filter(kept -> !kept.id().equals(own))
        .mapToLong(kept -> kept.record().log().equals(log) ? kept.record().watermark() : 0)
        .reduce(Long.MAX_VALUE, Math::min);
  }
}
