package io.nearcast.control.fleet;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Where the log ended a while ago: an edge that has not applied that does not follow it, for
 * whatever reason, and gets no lease. Guarded by the lock of {@link Members}.
 */
final class RecentHeads {
  /** How long an edge may take to apply an entry. */
  static final Duration LATE = Duration.ofSeconds(5);

  private static final long GRAIN_NANOS = LATE.toNanos() / 50;

  private final Deque<At> seen = new ArrayDeque<>();
  private long newest;
  private long longAgo;

  private record At(long head, long nanos) {}

  /** Takes in the last sequence of the log; to be called again and again. */
  void saw(long head, long nowNanos) {
    if (head <= newest) {
      return;
    }
    newest = head;
    At last = seen.peekLast();
    if (last == null || nowNanos - last.nanos() >= GRAIN_NANOS) {
      seen.addLast(new At(head, nowNanos));
    } else { // those that come close together count from the first of them
      seen.removeLast();
      seen.addLast(new At(head, last.nanos()));
    }
  }

  /** The last sequence that was seen {@link #LATE} ago, 0 where nothing was. */
  long longAgo(long nowNanos) {
    At first = seen.peekFirst();
    while (first != null && nowNanos - first.nanos() >= LATE.toNanos()) {
      longAgo = first.head();
      seen.removeFirst();
      first = seen.peekFirst();
    }
    return longAgo;
  }
}
