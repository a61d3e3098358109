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
import java.util.concurrent.CountDownLatch;
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
  private final CountDownLatch ready = new CountDownLatch(1);
  private @Nullable FeedState state;
  private @Nullable Fleet fleet;
  private volatile Zones zones = Zones.EMPTY;

  RouterFeed(Directions directions, Prober prober, NameServer self) {
    this.directions = directions;
    this.prober = prober;
    this.self = self;
  }

  @Override
  public void snapshot(FeedState newState) {
    state = newState;
    update();
  }

  @Override
  public void entries(List<FeedEntry> entries, FeedState after) {
    state = after;
    update();
  }

  @Override
  public void fleet(Fleet newFleet) {
    fleet = newFleet;
    update();
  }

  /** Services without a fleet are of no use to anybody: both are needed. */
  private void update() {
    if (state == null || fleet == null) {
      return;
    }
    directions.update(state, fleet);
    prober.watch(directions.topology().edges());
    zones = zones.next(state, fleet, self);
    ready.countDown();
  }

  /** Waits until there is something to answer from. */
  void awaitReady() throws InterruptedException {
    ready.await();
  }

  /** The newest names, {@link Zones#EMPTY} before the router is ready. */
  Zones zones() {
    return zones;
  }
}
