package io.nearcast.edge.flow;

import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.HopByHop;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Slices;
import io.nearcast.edge.rules.Trailers;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.Target;
import io.nearcast.edge.upstream.UpstreamFailure;
import io.nearcast.edge.upstream.UpstreamListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One fetch from upstream, with any number of readers.
 *
 * <p>Confined to the event loop of the one who began it; {@link #join}, {@link #leave} and {@link
 * #drained} may be called from any thread. States, in order: <i>asking</i> (the head has not come),
 * then <i>storing</i> (the body grows in memory, from where every reader reads at its own pace and
 * where more readers may join) or <i>relaying</i> (pieces are handed to the readers that are there,
 * none may join), then <i>over</i>. Storing turns to relaying where the memory's bound is reached.
 *
 * <p>A fill that is storing goes on to its end though all readers leave, for the next one will want
 * it; one that is relaying ends with its last reader. A relaying fill is paused while a reader has
 * {@link #RELAY_WINDOW} bytes that it has not written.
 */
final class Fill implements UpstreamListener {
  /** Bytes that may wait in one reader while a fill relays. */
  static final int RELAY_WINDOW = 256 * 1024;

  private enum State {
    ASKING,
    STORING,
    RELAYING,
    OVER
  }

  private final Engine engine;
  private final EventLoop loop;
  private final @Nullable StoredResponse candidate;
  private final boolean candidateSoft;
  private final Seats seats = new Seats();

  private volatile Order order;
  private volatile State state = State.ASKING;
  private volatile @Nullable Variant variant;
  private volatile @Nullable Growing growing;
  private volatile long invalidations;
  private FillTable.@Nullable Place place;
  private @Nullable FillReader owner;
  private @Nullable Placed placed;
  private @Nullable Answer answer;
  private @Nullable Outcome outcome;
  private boolean abandoned;
  private Refreshes.@Nullable Budget budget;

  /**
   * @param loop where the fill lives; calls of the constructor and {@link #begin} come from there
   * @param place where others find it, null where nobody may join
   * @param candidate what is stored and is to be validated, or may serve on an error; a reference
   *     to it passes
   * @param candidateSoft whether it was purged softly
   */
  Fill(
      Engine engine,
      EventLoop loop,
      Order order,
      FillTable.@Nullable Place place,
      @Nullable StoredResponse candidate,
      boolean candidateSoft) {
    this.engine = engine;
    this.loop = loop;
    this.order = order;
    this.place = place;
    this.candidate = candidate;
    this.candidateSoft = candidateSoft;
    this.invalidations = engine.invalidations().count();
  }

  // Readers

  /** Whether a request may join now. For any thread. */
  boolean joinable(RequestHead request, Demand demand) {
    State now = state;
    if (now != State.ASKING && now != State.STORING) {
      return false;
    }
    Variant known = variant;
    Growing response = growing;
    String[] tags = response == null ? null : response.tags();
    return (known == null || VaryRule.matches(known, request))
        && !invalidated()
        && order.joinable(engine, tags, demand);
  }

  /** Whether an unsafe request has made what was asked for doubtful. For any thread. */
  private boolean invalidated() {
    return engine.invalidations().since(order.key(), invalidations);
  }

  /** This is the fill of the unsafe request itself: what it brings is the newest there is. */
  void survivesInvalidation() {
    invalidations = engine.invalidations().count();
  }

  /** The values of the fields that Vary names, as far as the head has come. For any thread. */
  @Nullable Variant variant() {
    return variant;
  }

  /** Adds a reader, who hears at once what has been so far. For any thread. */
  void join(FillReader reader) {
    if (loop.inEventLoop()) {
      seat(reader);
    } else {
      loop.execute(() -> seat(reader));
    }
  }

  private void seat(FillReader reader) {
    Seat seat = new Seat(reader, !reader.equals(owner));
    if (!order.key().equals(reader.key())) {
      seat.restart();
    } else if (state == State.ASKING) {
      seats.add(seat);
    } else if (state == State.STORING) {
      seatOrRestart(seat, null);
    } else {
      seat.restart();
    }
  }

  /** A reader has gone, or has all that it wants. For any thread. */
  void leave(FillReader reader) {
    if (!loop.inEventLoop()) {
      loop.execute(() -> leave(reader));
      return;
    }
    seats.remove(reader);
    if (seats.isEmpty() && (state == State.RELAYING || (state == State.ASKING && place == null))) {
      stop();
    } else {
      regulate();
    }
  }

  /** A reader has written much of what was relayed to it. For any thread. */
  void drained() {
    // Never at once: what the upstream has at hand would come while the reader is still reading.
    loop.execute(this::regulate);
  }

  // Asking

  /**
   * Begins with a reader of its own, the only one whom an answer that cannot be shared may go to.
   */
  void begin(FillReader first) {
    belongTo(first);
    begin();
  }

  /** The same without beginning yet. */
  void belongTo(FillReader first) {
    owner = first;
    seat(first);
  }

  /** Begins without a reader, out of the budget of refreshes, which is told of the end. */
  void beginRefresh(Refreshes.Budget from) {
    budget = from;
    begin();
  }

  /** Begins without a reader. */
  void begin() {
    engine.metrics().fillBegun();
    ask();
  }

  private void ask() {
    placed = Placed.upstream(engine, loop, order, this);
  }

  /** Ends a fill that was never begun: what it was to fetch is there. */
  void abandon() {
    abandoned = true;
    over();
    seats.take().forEach(Seat::restart);
    release();
  }

  /** What was sent, once it was. */
  Placed placed() {
    return Objects.requireNonNull(placed, "the fill was not begun");
  }

  @Override
  public void interim(ResponseHead head) {
    seats.interim(head.withFields(HopByHop.forStore(head.fields())));
  }

  @Override
  public void head(Target from, ResponseHead raw, long length) {
    HeadEffects.apply(engine, order, raw, placed().atMillis(), this::invalidated);
    switch (arrivals().of(from, raw, length)) {
      case Arrival.Confirm confirm -> confirmed(confirm);
      case Arrival.ServeStale(StoredResponse stored, int status) -> {
        placed().abort();
        serveStale(stored, Outcome.staleOnError(status, null));
      }
      case Arrival.Store store -> beginStoring(store, raw);
      case Arrival.Slice sliced -> beginSlices(sliced, raw.status());
      case Arrival.Relay relay -> beginRelaying(relay, length);
      case Arrival.Again _ -> {
        if (order.aim() instanceof Aim.Far && raw.status() == 206 && !Slices.possible(raw)) {
          // What tells its versions apart weakly will do so next time.
          engine.fills().unsliced(order.key());
        }
        askInstead();
      }
      case Arrival.Changed(boolean sliceable) -> {
        stop();
        seats.take().forEach(seat -> seat.changed(sliceable));
      }
      case Arrival.Malformed(String detail) -> {
        placed().abort();
        failed(new UpstreamFailure.Malformed(from, detail));
      }
    }
  }

  @Override
  public void switched(Target from, ResponseHead head, Switched connection) {
    over();
    seats.switched(head, connection);
    release();
  }

  private Arrivals arrivals() {
    return new Arrivals(engine, order, candidate, candidateSoft, placed().atMillis());
  }

  /** What has come is of no use: places the order that was to be placed in that case, once. */
  private void askInstead() {
    placed().abort();
    order = Objects.requireNonNull(order.instead()).get();
    ask();
  }

  // Storing

  private void beginStoring(Arrival.Store store, ResponseHead raw) {
    if (!grow(store, raw.status())) {
      askInstead();
      return;
    }
    if (store.kind() == Arrival.Kind.PART) {
      // Nobody can tell beforehand whether it has what he wants.
      leavePlace();
    }
    engine.fills().shared(order.key());
    seats.take().forEach(seat -> seatOrRestart(seat, seat.joined() ? null : raw));
  }

  /**
   * From now on the body grows in memory; false where there is no room to complete a part.
   *
   * @param status as it came
   */
  private boolean grow(Arrival.Store store, int status) {
    Growing response =
        new Growing(order, store, engine.store().newBody(store.length()), engine.objectBytesMax());
    if (!response.begin()) {
      response.release();
      return false;
    }
    growing = response;
    variant = store.variant();
    begun(response.answer(), Outcome.forwarded(order.reason(), status, true, null), State.STORING);
    return true;
  }

  /**
   * @param raw the head as it came for the one who asked, null for others: what may not be stored
   *     of it is for that one alone (RFC 9111 sections 5.2.2.4 and 5.2.2.7)
   */
  private void seatOrRestart(Seat seat, @Nullable ResponseHead raw) {
    Variant selected = variant;
    if (answer != null
        && outcome != null
        && selected != null
        && answer.fits(seat.reader().request(), selected, order)) {
      seats.add(seat);
      seat.answer(
          raw == null || raw.status() == 206
              ? answer
              : answer.withFieldsOf(raw, engine.nowMillis()),
          outcome);
    } else {
      seat.restart();
    }
  }

  private void begun(Answer newAnswer, Outcome newOutcome, State newState) {
    answer = newAnswer;
    outcome = newOutcome;
    state = newState;
  }

  // Slices

  /** The object lies in slices from now on; everybody goes on with those. */
  private void beginSlices(Arrival.Slice sliced, int status) {
    StoredResponse manifest = sliced.manifest(order, engine.store().newBody(0));
    Arrival.Store slice = sliced.slice();
    leavePlace();
    engine.fills().shared(order.key());
    if (slice == null) {
      placed().abort();
      over();
    } else {
      becomeSlice(
          order.key().slice(sliced.index(), manifest.head(), manifest.variant()), slice, status);
    }
    store(manifest.retain());
    handOut(manifest, Outcome.forwarded(order.reason(), status, true, null), true);
    manifest.release();
    if (slice == null) {
      release();
    }
  }

  /** What comes is a slice, and this is the fill of that slice from now on. */
  private void becomeSlice(CacheKey key, Arrival.Store slice, int status) {
    order = order.withKey(key);
    FillTable.Place there = new FillTable.Place(key, null);
    place = there;
    grow(slice, status);
    engine.fills().enter(there, this);
  }

  // Relaying

  private void beginRelaying(Arrival.Relay relay, long length) {
    leavePlace();
    if (order.mayStore() && !relay.aboutRange()) {
      engine.fills().unshared(order.key(), relay.notStored());
    }
    Outcome said = relay.outcome(order);
    Answer relayed = relay.answer(length);
    begun(relayed, said, State.RELAYING);
    for (Seat seat : seats.take()) {
      // An answer that cannot be shared is the owner's only; the others ask for their own.
      if (seat.joined()) {
        seat.restart();
      } else {
        seats.add(seat);
        seat.answer(relayed, said);
      }
    }
    if (seats.isEmpty()) {
      stop();
    }
  }

  @Override
  public void data(ByteBuf piece) {
    Growing response = growing;
    if (response == null || response.came(piece.readableBytes())) {
      give(piece);
    } else {
      piece.release();
      placed().abort();
      broken();
    }
  }

  /** Gives all who read the next piece, which is released; false where nobody reads any more. */
  private boolean give(ByteBuf piece) {
    Growing response = growing;
    if (state == State.STORING && response != null) {
      if (response.append(piece)) {
        piece.release();
        seats.progress();
        return true;
      }
      engine.metrics().notStoredForSpace();
      leavePlace();
      state = State.RELAYING;
    }
    seats.forEach(seat -> seat.relay(piece.retainedDuplicate()));
    piece.release();
    if (seats.isEmpty()) {
      stop();
    } else {
      regulate();
    }
    return state != State.OVER;
  }

  private void regulate() {
    if (placed != null && state != State.OVER) {
      placed.regulate(state == State.RELAYING && seats.mostWaiting() >= RELAY_WINDOW);
    }
  }

  // Over

  @Override
  public void end(Fields trailers) {
    Growing response = growing;
    if (response != null) {
      response.behind(this::give);
    }
    State was = state;
    if (was == State.STORING && response != null) {
      if (!response.finish()) {
        broken();
        return;
      }
      store(response.stored());
      over();
      seats.progress();
      release();
    } else if (was == State.RELAYING) {
      over();
      seats.take().forEach(seat -> seat.relayEnded(true, Trailers.forClient(trailers)));
      release();
    }
  }

  private void store(@Nullable StoredResponse complete) {
    if (complete == null) {
      return;
    }
    AsOf asOf = complete.asOf();
    if (!invalidated() && engine.purges().keeps(new Position(asOf.log(), asOf.sequence()))) {
      if (candidate != null
          && order.aim() == Aim.Plain.COMPLETE
          && !complete.variant().equals(candidate.variant())) {
        engine.store().remove(candidate);
      }
      keep(complete);
    } else {
      complete.release();
    }
  }

  private void keep(StoredResponse response) {
    int variants = order.policy().key().variants();
    Keeping.put(engine.store(), response, variants, this::invalidated);
  }

  @Override
  public void failed(UpstreamFailure failure) {
    if (state == State.ASKING) {
      engine.metrics().fillFailed();
      StoredResponse saving = arrivals().onFailure();
      if (saving != null) {
        serveStale(saving, Outcome.staleOnError(0, failure.detail()));
        return;
      }
      over();
      seats.take().forEach(seat -> seat.failed(failure));
      release();
      return;
    }
    Growing response = growing;
    if (state == State.STORING && response != null) {
      response.fail();
      store(response.begun());
    }
    broken();
  }

  /** The body ends before its end. */
  private void broken() {
    engine.metrics().fillFailed();
    State was = state;
    over();
    breakOff();
    boolean relaying = was == State.RELAYING;
    seats.take().forEach(relaying ? seat -> seat.relayEnded(false, Fields.EMPTY) : Seat::progress);
    release();
  }

  /** A 304: what is stored is fresh again, as of the asking (PURGE.md rule 1). */
  private void confirmed(Arrival.Confirm confirm) {
    StoredResponse updated = confirm.updated(order);
    boolean keep = confirm.keep() && !invalidated();
    if (!keep || !updated.variant().equals(confirm.stored().variant())) {
      engine.store().remove(confirm.stored());
    }
    if (keep) {
      keep(updated.retain());
    }
    over();
    handOut(updated, Outcome.forwarded(order.reason(), 304, true, null), confirm.keep());
    updated.release();
    release();
  }

  private void serveStale(StoredResponse stored, Outcome said) {
    over();
    handOut(stored, said, true);
    release();
  }

  private void handOut(StoredResponse stored, Outcome said, boolean shared) {
    seats.handOut(order, stored, said, shared);
  }

  /** Nobody wants it any more. */
  private void stop() {
    if (state != State.OVER) {
      placed().abort();
      over();
      breakOff();
      release();
    }
  }

  private void breakOff() {
    if (growing != null) {
      growing.fail();
    }
  }

  private void over() {
    state = State.OVER;
    leavePlace();
  }

  private void leavePlace() {
    if (place != null) {
      engine.fills().remove(place, this);
    }
  }

  private void release() {
    Growing response = growing;
    if (response != null) {
      response.release();
    }
    if (candidate != null) {
      candidate.release();
    }
    if (budget != null) {
      budget.over();
    }
    if (!abandoned) {
      engine.metrics().fillEnded();
    }
  }

  @Override
  public void writable() {
    seats.forEach(Seat::requestWritable);
  }
}
