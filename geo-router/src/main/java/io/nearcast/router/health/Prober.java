package io.nearcast.router.health;

import io.nearcast.router.pick.Edge;
import io.nearcast.router.pick.Probed;
import io.nearcast.router.pick.Probes;
import io.prometheus.client.CollectorRegistry;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Probes every edge of the fleet for as long as it is a member.
 *
 * <p>{@link #watch} is called by one thread; the rest by any.
 */
public final class Prober implements Probes, AutoCloseable {
  private final HealthCounters counters;
  private volatile Map<Key, Watch> watches = Map.of();

  /** A node that comes back at another address is another edge. */
  private record Key(String id, InetSocketAddress address) {
    static Key of(Edge edge) {
      return new Key(edge.id(), edge.address());
    }
  }

  /** A prober of nobody. */
  public Prober(CollectorRegistry registry) {
    this.counters = new HealthCounters(registry);
    new EdgesGauge(this::states).register(registry);
  }

  /** Probes these edges from now on, and no others. */
  public void watch(Collection<Edge> edges) {
    Map<Key, Watch> next = new HashMap<>();
    for (Edge edge : edges) {
      Key key = Key.of(edge);
      Watch before = watches.get(key);
      if (before == null) {
        before = new Watch(edge, counters);
        before.start();
      }
      next.put(key, before);
    }
    Map<Key, Watch> gone = new HashMap<>(watches);
    gone.keySet().removeAll(next.keySet());
    watches = Map.copyOf(next);
    gone.values().forEach(Watch::stop);
  }

  @Override
  public Probed of(Edge edge) {
    Watch watch = watches.get(Key.of(edge));
    return watch == null ? Probed.UNKNOWN : watch.health().state();
  }

  @Override
  public double share(Edge edge) {
    Watch watch = watches.get(Key.of(edge));
    return watch == null ? 1 : watch.health().share(System.nanoTime());
  }

  private Map<String, Probed> states() {
    Map<String, Probed> states = new HashMap<>();
    watches.forEach((key, watch) -> states.put(key.id(), watch.health().state()));
    return states;
  }

  /** Ends all probing. */
  @Override
  public void close() {
    watch(java.util.List.of());
  }
}
