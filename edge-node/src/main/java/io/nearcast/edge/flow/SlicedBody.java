package io.nearcast.edge.flow;

import io.nearcast.edge.http.Request;
import io.nearcast.edge.http.ServerResponse;
import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.Verdict;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.Slices;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The body of a large object as one client reads it, slice after slice: the one that is being
 * written and the next one are held, each from the store or from a fill that all who want it share.
 *
 * <p>Each slice is compared with the purges when its turn comes, and every one is pinned to the
 * manifest's strong validator: a body never has bytes of two versions. Confined to the client's
 * event loop. The manifest is the caller's; only its head and variant are used.
 */
final class SlicedBody implements BodySource, Slice.Owner {
  /** How often a slice may turn out to be for somebody else before it is given up. */
  private static final int RESTARTS_MAX = 8;

  /** Whom the body belongs to. */
  interface Owner {
    /** There are bytes to write, or there will be none. */
    void moved();

    /** There is no first byte, for the object has changed. */
    void changed();

    /** There is no first byte, for the upstream has failed. */
    void failed(UpstreamFailure failure);
  }

  private final Engine engine;
  private final Request request;
  private final ServerResponse response;
  private final Routed routed;
  private final StoredResponse manifest;
  private final long length;
  private final Owner owner;

  private @Nullable Slice current;
  private @Nullable Slice next;
  private int restarts;

  /** The slice that could not be had ahead of its turn; -1 for none. */
  private long failedAhead = -1;

  /** Whether the fetch of the current slice began ahead of its turn. */
  private boolean fetchedAhead;

  private int fetching;
  private boolean begun;
  private boolean broken;
  private boolean closed;

  /**
   * @param manifest what is stored of the whole
   * @param length of the whole
   */
  SlicedBody(
      Engine engine,
      Request request,
      ServerResponse response,
      Routed routed,
      StoredResponse manifest,
      long length,
      Owner owner) {
    this.engine = engine;
    this.request = request;
    this.response = response;
    this.routed = routed;
    this.manifest = manifest;
    this.length = length;
    this.owner = owner;
  }

  /**
   * Looks for the slice that has a byte.
   *
   * @return whether it is here; if not, {@link Owner} hears of it
   */
  boolean begin(long position) {
    Slice first = open(Slices.index(position));
    current = first;
    fetch(first);
    return ready();
  }

  /** Whether the first slice is there, so that the object is what the manifest says. */
  boolean ready() {
    return !broken && current != null && current.body() != null;
  }

  // Reading

  @Override
  public @Nullable ByteBuf read(long position, long to) {
    if (broken) {
      return null;
    }
    begun = true;
    Slice here = turnTo(Slices.index(position));
    boolean ahead = here.index() < Slices.index(to - 1) && here.index() + 1 != failedAhead;
    if (next == null && ahead) {
      next = open(here.index() + 1);
      fetch(next);
    }
    FilledBody bytes = here.body();
    long end = Slices.range(here.index(), length).last() + 1;
    return bytes == null || broken ? null : bytes.read(position, Math.min(to, end));
  }

  /** Lets go of the slices that are read, and begins the one that is to be read now. */
  private Slice turnTo(long index) {
    Slice here = current;
    if (here != null && here.index() == index) {
      return here;
    }
    Slice ahead = next;
    next = null;
    close(here);
    restarts = 0;
    if (ahead != null && ahead.index() == index && !broken(ahead)) {
      current = ahead;
      fetchedAhead = true;
      return ahead;
    }
    close(ahead);
    return fetchCurrent(index);
  }

  private Slice fetchCurrent(long index) {
    fetchedAhead = false;
    Slice opened = open(index);
    current = opened;
    fetch(opened);
    return opened;
  }

  /** Whether a slice that was fetched ahead ends before its end: it is worth another try. */
  private boolean broken(Slice ahead) {
    FilledBody bytes = ahead.body();
    long last = Slices.range(ahead.index(), length).last();
    return bytes != null && bytes.at(last) == State.BROKEN;
  }

  private static void close(@Nullable Slice slice) {
    if (slice != null) {
      slice.close();
    }
  }

  @Override
  public State at(long position) {
    Slice here = current;
    FilledBody bytes = here == null ? null : here.body();
    if (broken) {
      return State.BROKEN;
    }
    State state = bytes == null ? State.LATER : bytes.at(position);
    // A slice that ends before its end is broken: the writer is told where the parts end.
    return state == State.END ? State.BROKEN : state;
  }

  @Override
  public void close() {
    closed = true;
    close(current);
    close(next);
    current = null;
    next = null;
  }

  // Fetching

  private Slice open(long index) {
    CacheKey key = manifest.key().slice(index, manifest.head(), manifest.variant());
    return new Slice(response.loop(), key, index, request.head(), this);
  }

  /** Finds a slice in the store, joins the fill that fetches it, or begins one. */
  private void fetch(Slice slice) {
    fetching++;
    Orders orders =
        new Orders(
            engine,
            request,
            response.client(),
            routed,
            engine.purges().applied(),
            engine.ownPurges().applied().sequence());
    StoredResponse stored = stored(slice, orders);
    if (stored == null) {
      join(slice, orders);
    } else {
      slice.from(stored.body());
    }
    fetching--;
  }

  private void join(Slice slice, Orders orders) {
    FillTable.Place place = new FillTable.Place(slice.key(), null);
    Fill[] made = new Fill[1];
    Fill chosen =
        engine
            .fills()
            .joinOrStart(
                place,
                other -> other.joinable(request.head(), demand()),
                () -> made[0] = newFill(slice, orders, place));
    boolean own = chosen.equals(made[0]);
    // Another fill may have ended since the look-up.
    StoredResponse meanwhile = own ? stored(slice, orders) : null;
    if (meanwhile != null) {
      chosen.abandon();
      slice.from(meanwhile.body());
      return;
    }
    slice.from(chosen);
    if (own) {
      chosen.begin(slice);
    } else {
      chosen.join(slice);
    }
  }

  /**
   * What a fill of a slice must be as of. That the origin is asked after the request came is the
   * manifest's matter: slices are pinned to its validator (PURGE.md rule 7).
   */
  private Demand demand() {
    return new Demand(routed.demand().min(), false);
  }

  private Fill newFill(Slice slice, Orders orders, FillTable.Place place) {
    Aim.Slice aim = new Aim.Slice(slice.index(), manifest.head(), length);
    Order order = orders.slice(slice.key(), manifest, aim, Reason.PARTIAL_MISS);
    return new Fill(engine, response.loop(), order, place, null, false);
  }

  private @Nullable StoredResponse stored(Slice slice, Orders orders) {
    StoredResponse stored = engine.store().lookup(slice.key(), request.head());
    if (stored == null) {
      return null;
    }
    // Whether it is stale, or was purged softly, is the manifest's matter: it was validated.
    if (Purged.verdict(engine, stored, orders.applied()) != Verdict.HARD && !purgedByTags(stored)) {
      return stored;
    }
    engine.store().remove(stored);
    stored.release();
    return null;
  }

  /** A slice is purged by the tags of the whole, whatever its own answer named. */
  private boolean purgedByTags(StoredResponse slice) {
    String[] tags = manifest.tags();
    return engine.purges().check(slice.key(), tags, slice.asOf().sequence()) == Verdict.HARD
        || engine.ownPurges().check(slice.key(), tags, slice.ownEpoch()) == Verdict.HARD;
  }

  // What becomes of a slice

  @Override
  public void sliceMoved() {
    // Whoever fetches looks himself when the call has returned.
    if (!closed && fetching == 0) {
      owner.moved();
    }
  }

  @Override
  public void sliceLost(Slice slice) {
    if (++restarts > RESTARTS_MAX) {
      sliceChanged(false);
    } else {
      fetch(slice);
      sliceMoved();
    }
  }

  @Override
  public void sliceChanged(boolean sliceable) {
    if (closed) {
      return;
    }
    if (!sliceable) {
      engine.fills().unsliced(routed.key());
    }
    forget();
    broken = true;
    if (!begun) {
      owner.changed();
    } else if (fetching == 0) {
      owner.moved();
    }
  }

  /** Drops the manifest, and what has taken its place for the same version. */
  private void forget() {
    StoredResponse now = engine.store().lookup(manifest.key(), request.head());
    if (now == null) {
      return;
    }
    if (now.content() instanceof Content.Sliced && Slices.same(manifest.head(), now.head())) {
      engine.store().remove(now);
    }
    now.release();
  }

  @Override
  public void sliceFailed(Slice slice, UpstreamFailure failure) {
    if (closed) {
      return;
    }
    if (slice.equals(next)) {
      // What is being written is sound. It is fetched once more when its turn comes.
      failedAhead = slice.index();
      next = null;
      slice.close();
      return;
    }
    if (fetchedAhead) {
      // Its turn has come meanwhile.
      slice.close();
      var _ = fetchCurrent(slice.index());
      sliceMoved();
      return;
    }
    broken = true;
    if (!begun) {
      owner.failed(failure);
    } else if (fetching == 0) {
      owner.moved();
    }
  }
}
