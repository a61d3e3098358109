package io.nearcast.edge.flow;

import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.HopByHop;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Trailers;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.Target;
import io.nearcast.edge.upstream.UpstreamExchange;
import io.nearcast.edge.upstream.UpstreamFailure;
import io.nearcast.edge.upstream.UpstreamListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
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
  private final Order order;
  private final FillTable.@Nullable Place place;
  private final @Nullable StoredResponse candidate;
  private final Arrivals arrivals;
  private final Seats seats = new Seats();

  private volatile State state = State.ASKING;
  private volatile @Nullable Variant variant;
  private volatile @Nullable Growing growing;
  private @Nullable UpstreamExchange exchange;
  private @Nullable Answer answer;
  private @Nullable Outcome outcome;
  private long requestMillis;
  private boolean paused;
  private boolean abandoned;

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
    this.arrivals = new Arrivals(engine, order, candidate, candidateSoft, place != null);
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
        && order.epoch().joinable(engine.purges(), tags, demand)
        && !engine.ownPurges().fenced(order.key(), tags, order.ownEpoch());
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
    Seat seat = new Seat(reader, !seats.isEmpty());
    if (state == State.ASKING) {
      seats.add(seat);
    } else if (state == State.STORING) {
      seatOrRestart(seat);
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
    if (loop.inEventLoop()) {
      regulate();
    } else {
      loop.execute(this::regulate);
    }
  }

  // Asking

  /** Sends the request. */
  void begin() {
    requestMillis = engine.nowMillis();
    engine.metrics().fillBegun();
    exchange =
        engine
            .upstreams()
            .send(
                loop,
                engine.upstreams().plan(order.route().service(), order.key()),
                order.upstream(),
                this);
  }

  /** Ends a fill that was never begun: what it was to fetch is there. */
  void abandon() {
    abandoned = true;
    over();
    for (Seat seat : seats.take()) {
      seat.restart();
    }
    release();
  }

  /** Where the body of a request that is passed on is written to. */
  UpstreamExchange upstream() {
    if (exchange == null) {
      throw new IllegalStateException("the fill was not begun");
    }
    return exchange;
  }

  @Override
  public void interim(ResponseHead head) {
    seats.interim(head.withFields(HopByHop.forStore(head.fields())));
  }

  @Override
  public void head(Target from, ResponseHead raw, long length) {
    switch (arrivals.of(from, raw, length, requestMillis)) {
      case Arrival.Confirm confirm -> confirmed(confirm);
      case Arrival.ServeStale(StoredResponse stored, int status) -> {
        upstream().abort();
        serveStale(stored, status, null);
      }
      case Arrival.Store store -> beginStoring(store, length);
      case Arrival.Relay relay -> beginRelaying(relay, length);
      case Arrival.Malformed(String detail) -> {
        upstream().abort();
        failed(new UpstreamFailure.Malformed(from, detail));
      }
    }
  }

  @Override
  public void switched(Target from, ResponseHead head, Switched connection) {
    List<Seat> waiting = seats.take();
    over();
    // A request that asks for another protocol is never joined: its reader is the only one, here.
    if (waiting.isEmpty()) {
      connection.refuse();
    } else {
      waiting.getFirst().reader().switched(head, connection);
    }
    release();
  }

  // Storing

  private void beginStoring(Arrival.Store store, long length) {
    Growing response =
        new Growing(order, store, engine.store().newBody(length), engine.objectBytesMax());
    growing = response;
    variant = store.variant();
    begun(
        response.answer(length),
        Outcome.forwarded(order.reason(), store.head().status(), true, null),
        State.STORING);
    engine.fills().shared(order.key());
    for (Seat seat : seats.take()) {
      seatOrRestart(seat);
    }
  }

  private void seatOrRestart(Seat seat) {
    if (fits(seat)) {
      seats.add(seat);
      give(seat);
    } else {
      seat.restart();
    }
  }

  private boolean fits(Seat seat) {
    Variant selected = variant;
    return selected == null || VaryRule.matches(selected, seat.reader().request());
  }

  private void begun(Answer newAnswer, Outcome newOutcome, State newState) {
    answer = newAnswer;
    outcome = newOutcome;
    state = newState;
  }

  private void give(Seat seat) {
    if (answer != null && outcome != null) {
      if (answer.body() != null) {
        answer.body().retain();
      }
      seat.answer(answer, outcome);
    }
  }

  // Relaying

  private void beginRelaying(Arrival.Relay relay, long length) {
    leavePlace();
    if (order.mayStore()) {
      engine.fills().unshared(order.key(), relay.notStored());
    }
    begun(
        new Answer(relay.head(), null, length, null, Answer.asOf(relay.asOf())),
        Outcome.forwarded(
            order.reason(),
            relay.head().status(),
            false,
            order.mayStore() ? relay.notStored() : null),
        State.RELAYING);
    List<Seat> waiting = seats.take();
    for (int i = 0; i < waiting.size(); i++) {
      Seat seat = waiting.get(i);
      // An answer that cannot be shared is the first one's only; the others ask for their own.
      if (i == 0) {
        seats.add(seat);
        give(seat);
      } else {
        seat.restart();
      }
    }
    if (seats.isEmpty()) {
      stop();
    }
  }

  @Override
  public void data(ByteBuf piece) {
    Growing response = growing;
    if (state == State.STORING && response != null) {
      if (response.append(piece)) {
        piece.release();
        seats.progress();
        return;
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
  }

  private void regulate() {
    if (exchange == null || state == State.OVER) {
      return;
    }
    boolean full = state == State.RELAYING && seats.mostWaiting() >= RELAY_WINDOW;
    if (full && !paused) {
      paused = true;
      exchange.pause();
    } else if (!full && paused) {
      paused = false;
      exchange.resume();
    }
  }

  // Over

  @Override
  public void end(Fields trailers) {
    State was = state;
    Growing response = growing;
    if (was == State.STORING && response != null) {
      store(response.finish());
      over();
      seats.progress();
      release();
    } else if (was == State.RELAYING) {
      over();
      for (Seat seat : seats.take()) {
        seat.relayEnded(true, Trailers.forClient(trailers));
      }
      release();
    }
  }

  private void store(StoredResponse complete) {
    AsOf asOf = complete.asOf();
    if (Purged.known(engine, new Position(asOf.log(), asOf.sequence()))) {
      engine.store().put(complete, order.policy().key().variants());
    } else {
      complete.release();
    }
  }

  @Override
  public void failed(UpstreamFailure failure) {
    engine.metrics().fillFailed();
    State was = state;
    if (was == State.ASKING) {
      StoredResponse saving = arrivals.onFailure();
      if (saving != null) {
        serveStale(saving, 0, failure);
        return;
      }
      over();
      for (Seat seat : seats.take()) {
        seat.failed(failure);
      }
      release();
      return;
    }
    over();
    breakOff();
    for (Seat seat : seats.take()) {
      if (was == State.RELAYING) {
        seat.relayEnded(false, Fields.EMPTY);
      } else {
        seat.progress();
      }
    }
    release();
  }

  /** A 304: what is stored is fresh again, as of the asking (PURGE.md rule 1). */
  private void confirmed(Arrival.Confirm confirm) {
    StoredResponse stored = confirm.stored();
    StoredResponse updated =
        stored.withHead(
            confirm.head(),
            confirm.variant(),
            confirm.freshness(),
            Answer.asOf(confirm.asOf()),
            order.ownEpoch());
    variant = updated.variant();
    begun(Answer.of(updated), Outcome.forwarded(order.reason(), 304, true, null), State.OVER);
    List<Seat> waiting = seats.take();
    List<Seat> others = new ArrayList<>(0);
    for (int i = 0; i < waiting.size(); i++) {
      Seat seat = waiting.get(i);
      // What may not be kept, such as private, is for the one who asked only.
      if (fits(seat) && (confirm.keep() || i == 0)) {
        give(seat);
      } else {
        others.add(seat);
      }
    }
    if (!confirm.keep() || !updated.variant().equals(stored.variant())) {
      engine.store().remove(stored);
    }
    if (confirm.keep()) {
      engine.store().put(updated, order.policy().key().variants());
    } else {
      updated.release();
    }
    leavePlace();
    others.forEach(Seat::restart);
    release();
  }

  private void serveStale(StoredResponse stored, int status, @Nullable UpstreamFailure failure) {
    variant = stored.variant();
    String detail = failure == null ? null : failure.detail();
    begun(Answer.of(stored), Outcome.staleOnError(status, detail), State.OVER);
    leavePlace();
    for (Seat seat : seats.take()) {
      if (fits(seat)) {
        give(seat);
      } else {
        seat.restart();
      }
    }
    release();
  }

  /** Nobody wants it any more. */
  private void stop() {
    if (state != State.OVER) {
      if (exchange != null) {
        exchange.abort();
      }
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
    if (!abandoned) {
      engine.metrics().fillEnded();
    }
  }

  @Override
  public void writable() {
    seats.forEach(Seat::requestWritable);
  }
}
