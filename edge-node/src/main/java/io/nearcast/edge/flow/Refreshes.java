package io.nearcast.edge.flow;

import io.nearcast.config.model.Service;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How fast what was purged softly is refreshed behind the clients' backs: after a soft purge of
 * everything each request for a stored response would begin a refresh, and all of them together
 * would be a stampede on the origins. Each service has a rate for the whole CDN, of which each edge
 * takes an equal share, and no more are under way than begin in a second. What finds no room is not
 * begun: the client gets the stale response, and the next request for it tries again.
 *
 * <p>For any thread.
 */
final class Refreshes {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /** How much of what was not used may be used at once. */
  private static final long BURST_NANOS = SECOND_NANOS / 10;

  private final ConcurrentMap<String, Budget> budgets = new ConcurrentHashMap<>();
  private final LongSupplier nanoClock;
  private volatile int edges = 1;

  /**
   * @param nanoClock monotonic, in ns
   */
  Refreshes(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** How many edges share the rates, this one included. */
  void edges(int count) {
    edges = Math.max(1, count);
  }

  /** Forgets all services but these. */
  void retain(Collection<Service> services) {
    Set<String> names = new HashSet<>();
    services.forEach(service -> names.add(service.name()));
    budgets.keySet().retainAll(names);
  }

  /**
   * Makes room for one refresh.
   *
   * @return to be told when the refresh is over; null where there is no room
   */
  @Nullable Budget begin(Service service) {
    double rate = (double) service.purge().refreshRate() / edges;
    long now = nanoClock.getAsLong();
    Budget budget = budgets.computeIfAbsent(service.name(), _ -> new Budget(now));
    return budget.begin(rate, now) ? budget : null;
  }

  /** How many refreshes are under way. */
  int underWay() {
    return budgets.values().stream().mapToInt(Budget::underWay).sum();
  }

  /** What one service may still begin. */
  static final class Budget {
    /** When the next one is due; guarded by this. */
    private long dueNanos;

    /** Guarded by this. */
    private int underWay;

    private Budget(long now) {
      dueNanos = now;
    }

    private synchronized boolean begin(double rate, long now) {
      if (dueNanos - now > BURST_NANOS || underWay >= Math.max(1, rate)) {
        return false;
      }
      long from = dueNanos - now > 0 ? dueNanos : now;
      dueNanos = from + (long) (SECOND_NANOS / rate);
      underWay++;
      return true;
    }

    /** One is over, however it ended. */
    synchronized void over() {
      underWay--;
    }

    private synchronized int underWay() {
      return underWay;
    }
  }
}
