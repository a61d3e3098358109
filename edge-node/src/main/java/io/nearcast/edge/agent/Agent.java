package io.nearcast.edge.agent;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedListener;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.edge.flow.Engine;
import io.nearcast.edge.flow.Tiers;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.PurgeStamp;
import io.nearcast.edge.purge.PurgeStamp.Kind;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.upstream.Upstreams;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the feed to the engine. All calls come from the feed's thread, in order; what they change
 * is seen by every event loop before the applied sequence is published (PURGE.md rule 6).
 */
public final class Agent implements FeedListener {
  private static final Logger log = LoggerFactory.getLogger(Agent.class);

  private final String nodeId;
  private final Engine engine;
  private final Tiers tiers;
  private final Sweeper sweeper;
  private final boolean usesShields;
  private final Consumer<Change.WarmOrdered> warms;

  /**
   * @param nodeId this node's id
   * @param sweeper counts and removes what purges have hit
   * @param usesShields whether fills go to the fleet's shields first
   * @param warms takes the warms that name this node, and returns at once
   */
  public Agent(
      String nodeId,
      Engine engine,
      Tiers tiers,
      Sweeper sweeper,
      boolean usesShields,
      Consumer<Change.WarmOrdered> warms) {
    this.nodeId = nodeId;
    this.engine = engine;
    this.tiers = tiers;
    this.sweeper = sweeper;
    this.usesShields = usesShields;
    this.warms = warms;
  }

  @Override
  public void snapshot(FeedState state) {
    purges().reset(new Position(state.log(), state.sequence()));
    engine.parts().store().forEach(engine.parts().store()::remove);
    tiers.key(state.tierKey());
    routes(Routes.of(state, nodeId));
    log.info("services and purges as of {} of log {}", state.sequence(), state.log());
  }

  @Override
  public void leap(FeedState after, KnownPurges missed) {
    Routes before = engine.routes();
    Routes routes = Routes.of(after, nodeId);
    if (missed.horizon() > purges().applied().sequence()) {
      purges().raise(missed.horizon());
    }
    for (SelectorStamp stamp : missed.stamps()) {
      Route old = before.service(stamp.service());
      Route now = routes.service(stamp.service());
      if (old == null && now == null) {
        // Nobody can say which keys it had; should the service return, all of it is checked.
        purges().enter(everything(stamp));
      }
      enter(stamp, old);
      enter(stamp, now);
    }
    broaden(before, routes, after.sequence());
    tiers.key(after.tierKey());
    routes(routes);
    purges().applied(new Position(after.log(), after.sequence()));
    log.info("services and purges as of {}, with what was stored", after.sequence());
  }

  private static List<PurgeStamp> everything(SelectorStamp stamp) {
    return List.of(
        new PurgeStamp(stamp.service(), Kind.EVERYTHING, "", stamp.hard(), false),
        new PurgeStamp(stamp.service(), Kind.EVERYTHING, "", stamp.soft(), true));
  }

  private static List<PurgeStamp> everything(Change.PurgeIssued purge, long sequence) {
    return List.of(new PurgeStamp(purge.service(), Kind.EVERYTHING, "", sequence, purge.soft()));
  }

  /**
   * Where a service has other keys than before, purges so far are about the whole of it: responses
   * that were stored under the keys of before, which no purge since could name, are found again
   * once these keys return.
   */
  private void broaden(Routes before, Routes routes, long sequence) {
    for (Route route : routes.all()) {
      String name = route.service().name();
      Route old = before.service(name);
      if (old == null || !old.service().hasSameKeys(route.service())) {
        purges().broaden(name, sequence);
        engine.parts().ownPurges().broaden(name, 0); // its sequences are its own
      }
    }
  }

  private void enter(SelectorStamp stamp, @Nullable Route route) {
    if (route != null) {
      List<Selector> selector = List.of(stamp.selector());
      purges().enter(stamp.service(), false, selector, stamp.hard(), route::key);
      purges().enter(stamp.service(), true, selector, stamp.soft(), route::key);
    }
  }

  @Override
  public void entries(List<FeedEntry> entries, FeedState after) {
    Routes before = engine.routes();
    Routes routes = Routes.of(after, nodeId);
    for (FeedEntry entry : entries) {
      if (entry.change() instanceof Change.PurgeIssued purge) {
        // By the key policy of before and after: the batch may have changed it on either side.
        Route old = before.service(purge.service());
        Route now = routes.service(purge.service());
        if (old == null && now == null) {
          // It came and went with this batch: as in a leap.
          purges().enter(everything(purge, entry.sequence()));
        }
        enter(entry.sequence(), purge, old);
        enter(entry.sequence(), purge, now);
      }
    }
    broaden(before, routes, after.sequence());
    tiers.key(after.tierKey());
    routes(routes);
    purges().applied(new Position(after.log(), after.sequence()));
    for (FeedEntry entry : entries) {
      if (entry.change() instanceof Change.PurgeIssued purge) {
        sweeper.purged(entry.sequence(), purge);
      }
      // Not before what stands in front of it is published.
      if (entry.change() instanceof Change.WarmOrdered warm && warm.nodes().contains(nodeId)) {
        warms.accept(warm);
      }
    }
  }

  private void enter(long sequence, Change.PurgeIssued purge, @Nullable Route route) {
    if (route != null) {
      purges().enter(purge.service(), purge.soft(), purge.selectors(), sequence, route::key);
    }
  }

  private PurgeIndex purges() {
    return engine.parts().purges();
  }

  @Override
  public void fleet(Fleet fleet) {
    long edges =
        fleet.nodes().stream()
            .filter(node -> node.role() == NodeRole.EDGE && node.state() != NodeState.DOWN)
            .count();
    engine.edges((int) edges);
    if (usesShields) {
      upstreams().shields(Upstreams.shieldsOf(fleet));
    }
  }

  private void routes(Routes routes) {
    engine.routes(routes);
    upstreams().services(routes.all().stream().map(Route::service).toList());
  }

  private Upstreams upstreams() {
    return engine.parts().upstreams();
  }
}
