package io.nearcast.router.pick;

import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.router.geo.Location;
import io.nearcast.router.geo.Locator;
import io.nearcast.router.geo.Prefix;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What DNS and HTTP ask for a way: holds the newest of all that the picker needs.
 *
 * <p>Any thread may ask; {@link #update} is called by one thread.
 */
public final class Directions {
  private final Probes probes;
  private final RecentLoads loads;
  private final @Nullable String defaultPop;
  private volatile Locator locator;
  private volatile Topology topology = Topology.EMPTY;

  /**
   * @param defaultPop the PoP for clients of unknown location, null for the first by name
   * @param nanoTime a monotonic clock
   */
  public Directions(
      Locator locator, Probes probes, @Nullable String defaultPop, LongSupplier nanoTime) {
    this.locator = locator;
    this.probes = probes;
    this.defaultPop = defaultPop;
    this.loads = new RecentLoads(nanoTime);
  }

  /** Takes what the control plane says. */
  public void update(FeedState state, Fleet fleet) {
    Topology next = topology.next(state, fleet, defaultPop);
    topology = next;
    loads.retain(next.edges().stream().map(Edge::id).collect(Collectors.toSet()));
  }

  /** Takes new maps and databases. */
  public void locator(Locator newLocator) {
    locator = newLocator;
  }

  /** The PoPs and edges that choices are made from. */
  public Topology topology() {
    return topology;
  }

  /** Chooses edges for a client, and counts the choice as load. */
  public Choice choose(Prefix client, Family family, Breadth breadth) {
    Choice choice = pick(client, family, breadth);
    if (!choice.edges().isEmpty()) {
      loads.count(choice.edges().getFirst());
    }
    return choice;
  }

  /** Says in full how the edges for a client are chosen; without any effect. */
  public Explanation explain(Prefix client, Family family) {
    Topology now = topology;
    Location location = locator.locate(client, now::hasPop);
    Explanation.Listener listener = new Explanation.Listener(now, probes, loads);
    Choice choice =
        Picker.pick(
            new Picker.Question(client, location, family, Breadth.PLACE),
            now,
            probes,
            loads,
            listener);
    return listener.explanation(client, locator.mapped(client), choice);
  }

  private Choice pick(Prefix client, Family family, Breadth breadth) {
    Topology now = topology;
    Location location = locator.locate(client, now::hasPop);
    return Picker.pick(
        new Picker.Question(client, location, family, breadth), now, probes, loads, Trace.NONE);
  }
}
