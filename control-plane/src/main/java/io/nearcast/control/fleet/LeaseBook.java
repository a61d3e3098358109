package io.nearcast.control.fleet;

import io.nearcast.config.lease.LeaseTerms;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A control plane's side of leases: which edges may hold one now, and what each of them has applied
 * at least.
 *
 * <p>A lease belongs to one boot of an edge, so that a process that somebody has replaced is still
 * counted until its lease has ended. A purge is past all leases when its sequence is at most {@link
 * #floor}: every edge that holds a lease has applied it, and every other one gets none before it
 * has, for the watermark of a new lease is never below a floor that was ever told.
 *
 * <p>Pure: the caller brings the time, in ns of one monotonic clock. Thread-safe: guarded by this.
 */
public final class LeaseBook {
  private static final long COUNTED_NANOS = LeaseTerms.COUNTED.toNanos();

  /**
   * @param atLeast what the holder has applied before it uses its lease
   * @param fromNanos when its last report came
   */
  private record Counted(long atLeast, long fromNanos) {
    boolean isOver(long nowNanos) {
      return nowNanos - fromNanos >= COUNTED_NANOS;
    }
  }

  /** By id, then by boot. */
  private final Map<String, Map<String, Counted>> counted = new HashMap<>();

  /** When it started, null where nobody can have been given a lease before. */
  private final @Nullable Long startedNanos;

  private long watermark;

  /**
   * The book of a control plane that starts: it knows of no lease, but others may have been given
   * before, and no purge is past those for one lease from now (PURGE.md rule 20).
   *
   * @param head the last sequence of the log: what may have been reported complete before
   */
  public LeaseBook(long head, long nowNanos) {
    this(head, (Long) nowNanos);
  }

  private LeaseBook(long head, @Nullable Long startedNanos) {
    watermark = head;
    this.startedNanos = startedNanos;
  }

  /**
   * The book of a control plane that shares a store: for the leases that others have given there
   * are {@linkplain Replica records}. {@link #raise} comes before the first lease.
   */
  public static LeaseBook shared() {
    return new LeaseBook(0, null);
  }

  /** From now on no lease is given below a sequence. */
  synchronized void raise(long head) {
    watermark = Math.max(watermark, head);
  }

  /** Whether no lease that it has given may still run. */
  synchronized boolean isUnused(long nowNanos) {
    return !isStarting(nowNanos)
        && counted.values().stream()
            .flatMap(boots -> boots.values().stream())
            .allMatch(one -> one.isOver(nowNanos));
  }

  /**
   * Counts an edge whose report has come, then says from where on it may have a lease (rule 18).
   *
   * @param registered the head when this boot registered: it is given no lease below
   * @param applied what it has applied
   * @return the watermark of its lease
   */
  public synchronized long renew(
      String id, String boot, long registered, long applied, long nowNanos) {
    Map<String, Counted> boots = counted.computeIfAbsent(id, _ -> new HashMap<>(2));
    Counted before = boots.get(boot);
    // A lease that it holds already may be from before it registered again.
    long least = before == null || before.isOver(nowNanos) ? registered : before.atLeast();
    boots.put(boot, new Counted(Math.max(least, applied), nowNanos));
    return Math.max(registered, watermark);
  }

  /** An edge has said elsewhere what it has applied, so a lease that it holds is past that. */
  public synchronized void applied(String id, String boot, long applied) {
    Map<String, Counted> boots = counted.get(id);
    if (boots != null) {
      boots.computeIfPresent(
          boot, (_, one) -> new Counted(Math.max(one.atLeast(), applied), one.fromNanos()));
    }
  }

  /** An edge has said that it holds no lease any more. */
  public synchronized void givenUp(String id, String boot) {
    Map<String, Counted> boots = counted.get(id);
    if (boots != null) {
      boots.remove(boot);
    }
  }

  /** Whether any boot of an edge may hold a lease. */
  public synchronized boolean holds(String id, long nowNanos) {
    if (isStarting(nowNanos)) {
      return true;
    }
    Map<String, Counted> boots = counted.get(id);
    return boots != null && boots.values().stream().anyMatch(one -> !one.isOver(nowNanos));
  }

  /**
   * The sequence that all leases are past; later leases are, too. 0 for one lease from the start.
   *
   * @param head the last sequence of the log as read before: the floor is never above it, also with
   *     no edges at all (rule 21)
   */
  public synchronized long floor(long head, long nowNanos) {
    if (isStarting(nowNanos)) {
      return 0;
    }
    counted
        .values()
        .removeIf(boots -> {
          boots.values().removeIf(one -> one.isOver(nowNanos));
          return boots.isEmpty();
        });
    long floor =
        counted.values().stream()
            .flatMap(boots -> boots.values().stream())
            .mapToLong(Counted::atLeast)
            .reduce(head, Math::min);
    watermark = Math.max(watermark, floor);
    return floor;
  }

  /** In how many ns the next lease ends if nobody reports. */
  public synchronized long changesInNanos(long nowNanos) {
    long start = isStarting(nowNanos) ? startLeft(nowNanos) : Long.MAX_VALUE;
    return counted.values().stream()
        .flatMap(boots -> boots.values().stream())
        .mapToLong(one -> left(one.fromNanos(), nowNanos))
        .reduce(start, Math::min);
  }

  private boolean isStarting(long nowNanos) {
    return startLeft(nowNanos) > 0;
  }

  private long startLeft(long nowNanos) {
    return startedNanos == null ? 0 : left(startedNanos, nowNanos);
  }

  private static long left(long fromNanos, long nowNanos) {
    return Math.max(0, fromNanos + COUNTED_NANOS - nowNanos);
  }
}
