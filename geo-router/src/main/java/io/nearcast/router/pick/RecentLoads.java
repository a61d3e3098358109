package io.nearcast.router.pick;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Counts how often each edge was named first, in windows of 10 s: what counts is the window before
 * and the one that runs, so the last 10 to 20 s. Any thread; a count may be lost when a window
 * ends.
 */
final class RecentLoads implements Loads {
  static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();

  private final Map<String, Counter> counters = new ConcurrentHashMap<>();
  private final LongSupplier nanoTime;

  RecentLoads(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Counts one answer that names the edge first. */
  void count(Edge edge) {
    counters.computeIfAbsent(edge.id(), _ -> new Counter()).add(window());
  }

  @Override
  public long recent(Edge edge) {
    Counter counter = counters.get(edge.id());
    return counter == null ? 0 : counter.sum(window());
  }

  /** Forgets all edges but these. */
  void retain(Set<String> ids) {
    counters.keySet().retainAll(ids);
  }

  private long window() {
    return Math.floorDiv(nanoTime.getAsLong(), WINDOW_NANOS);
  }

  private static final class Counter {
    private final AtomicLong running = new AtomicLong();
    private volatile long window = Long.MIN_VALUE;
    private volatile long before;

    void add(long now) {
      turn(now);
      running.incrementAndGet();
    }

    long sum(long now) {
      turn(now);
      return before + running.get();
    }

    private void turn(long now) {
      if (window != now) {
        turnLocked(now);
      }
    }

    private synchronized void turnLocked(long now) {
      long ended = window;
      if (ended == now) {
        return;
      }
      long count = running.getAndSet(0);
      before = ended == now - 1 ? count : 0;
      window = now;
    }
  }
}
