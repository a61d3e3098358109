package io.nearcast.router;

import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedListener;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.router.health.Prober;
import io.nearcast.router.pick.Directions;
import io.nearcast.router.zone.NameServer;
import io.nearcast.router.zone.Zones;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the feed says into names, PoPs and edges to probe.
 *
 * <p>All calls of the listener come from one thread; {@link #zones} from any.
 */
final class RouterFeed implements FeedListener {
  private final Directions directions;
  private final Prober prober;
  private final NameServer self;
  private @Nullable FeedState state;
  private Fleet fleet = Fleet.EMPTY;
  private volatile Zones zones = Zones.EMPTY;

  RouterFeed(Directions directions, Prober prober, NameServer self) {
    this.directions = directions;
    this.prober = prober;
    this.self = self;
  }

  @Override
  public void snapshot(FeedState newState) {
    state = newState;
    update(newState);
  }

  @Override
  public void entries(List<FeedEntry> entries, FeedState after) {
    state = after;
    update(after);
  }

  @Override
  public void fleet(Fleet newFleet) {
    fleet = newFleet;
    if (state != null) {
      update(state);
    }
  }

  private void update(FeedState now) {
    directions.update(now, fleet);
    prober.watch(directions.topology().edges());
    zones = Zones.of(now, fleet, self);
  }

  /** The newest names, {@link Zones#EMPTY} before there is a state. */
  Zones zones() {
    return zones;
  }
}
