package io.nearcast.edge.flow;

import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.store.StoredResponse;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Finds the fill that brings what a request needs, or makes one. For the request's event loop.
 *
 * @param loop where fills that are made live
 * @param orders makes what they are to fetch
 */
record Fetches(Engine engine, EventLoop loop, Orders orders) {

  /**
   * A fill.
   *
   * @param made whether it is a new one, which is to be begun; else it is to be joined
   */
  record Found(Fill fill, boolean made) {}

  /**
   * Makes a fill.
   *
   * @param place where others find it, null where nobody may join
   * @param stored what is to be validated or completed, a reference passes; null for nothing
   * @param soft whether {@code stored} was purged softly
   */
  Fill make(
      FillTable.@Nullable Place place, @Nullable StoredResponse stored, boolean soft, Reason why) {
    return new Fill(engine, loop, orders.fill(stored, why), place, stored, soft);
  }

  /** The fill at the place, where the request may join it, or a new one; as {@link #make}. */
  Found joinOrMake(
      FillTable.Place place, @Nullable StoredResponse stored, boolean soft, Reason why) {
    Fill[] made = new Fill[1];
    Fill chosen =
        engine
            .fills()
            .joinOrStart(
                place,
                other -> other.joinable(orders.request().head(), orders.routed().demand()),
                () -> made[0] = make(place, stored, soft, why));
    return found(chosen, made[0], stored);
  }

  /** The fill that is to begin next at the place, which nobody has begun; as {@link #make}. */
  Found nextTurn(FillTable.Place place, @Nullable StoredResponse stored, boolean soft, Reason why) {
    Fill[] made = new Fill[1];
    Fill next = engine.turns().next(place, loop, () -> made[0] = make(place, stored, soft, why));
    return found(next, made[0], stored);
  }

  private static Found found(Fill chosen, @Nullable Fill made, @Nullable StoredResponse stored) {
    boolean own = chosen.equals(made);
    if (!own && stored != null) {
      stored.release();
    }
    return new Found(chosen, own);
  }

  /**
   * Fetches a fresh copy for later requests, unless somebody does already.
   *
   * @param stale a reference passes
   * @return false where too many are being refreshed after a soft purge, so that it is left to a
   *     later request
   */
  boolean refresh(StoredResponse stale, boolean soft) {
    FillTable.Place place = new FillTable.Place(stale.key(), stale.variant());
    if (!soft) {
      Found found = joinOrMake(place, stale, false, Reason.STALE_WHILE_REVALIDATE);
      if (found.made()) {
        found.fill().begin();
      }
      return true;
    }
    if (engine.fills().filling(place)) {
      stale.release();
      return true;
    }
    return refreshWithin(place, stale);
  }

  private boolean refreshWithin(FillTable.Place place, StoredResponse stale) {
    Refreshes.Budget budget = engine.refreshes().begin(orders.routed().match().route().service());
    if (budget == null) {
      stale.release();
      return false;
    }
    Found found = joinOrMake(place, stale, true, Reason.STALE_WHILE_REVALIDATE);
    if (found.made()) {
      found.fill().beginRefresh(budget);
    } else {
      budget.over();
    }
    return true;
  }
}
