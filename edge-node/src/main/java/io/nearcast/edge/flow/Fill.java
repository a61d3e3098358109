package io.nearcast.edge.flow;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.HopByHop;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.StaleOnError;
import io.nearcast.edge.rules.Storability;
import io.nearcast.edge.rules.Storable;
import io.nearcast.edge.rules.Tags;
import io.nearcast.edge.rules.Validation;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.store.slab.SlabBody;
import io.nearcast.edge.upstream.Target;
import io.nearcast.edge.upstream.UpstreamExchange;
import io.nearcast.edge.upstream.UpstreamFailure;
import io.nearcast.edge.upstream.UpstreamListener;
import io.nearcast.edge.upstream.UpstreamRequest;
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

  /**
   * What a fill is about; immutable.
   *
   * @param route the service
   * @param policy what counts for the request
   * @param key under what it is stored
   * @param client the request that made it necessary
   * @param upstream what is sent
   * @param reason why it goes forward
   * @param mayStore whether the answer may be stored at all
   * @param position what had been applied when it was begun; its log and sequence name what the
   *     answer is as of
   * @param floor the sequence that its answer will at least be as of (PURGE.md rule 9)
   * @param ownEpoch the node's own purges that had been entered when it was begun
   * @param mayServeStale whether what is stored may be served because the upstream fails
   */
  record Order(
      Route route,
      CachePolicy policy,
      CacheKey key,
      RequestHead client,
      UpstreamRequest upstream,
      Reason reason,
      boolean mayStore,
      Position position,
      long floor,
      long ownEpoch,
      boolean mayServeStale) {}

  private final Engine engine;
  private final EventLoop loop;
  private final Order order;
  private final FillTable.@Nullable Place place;
  private final @Nullable StoredResponse candidate;
  private final boolean candidateSoft;
  private final List<Seat> seats = new ArrayList<>(2);

  private volatile State state = State.ASKING;
  private volatile @Nullable Variant variant;
  private volatile String @Nullable [] tags;
  private @Nullable UpstreamExchange exchange;
  private @Nullable Answer answer;
  private @Nullable Outcome outcome;
  private @Nullable SlabBody body;
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
    this.candidateSoft = candidateSoft;
  }

  // Readers

  /** Whether a request may join now (PURGE.md rules 8 and 9). For any thread. */
  boolean joinable(RequestHead request, long min) {
    State now = state;
    if (now != State.ASKING && now != State.STORING) {
      return false;
    }
    Variant known = variant;
    return (known == null || VaryRule.matches(known, request))
        // Sequences of another log say nothing (PURGE.md rule 16).
        && order.position().sameLog(engine.purges().applied())
        && order.floor() >= min
        && !engine.purges().fenced(order.key(), tags, order.position().sequence())
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
    } else if (state == State.STORING && fits(seat)) {
      seats.add(seat);
      give(seat);
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
    seats.removeIf(seat -> seat.reader().equals(reader));
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
    for (Seat seat : takeSeats()) {
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
    ResponseHead endToEnd = head.withFields(HopByHop.forStore(head.fields()));
    for (Seat seat : List.copyOf(seats)) {
      seat.interim(endToEnd);
    }
  }

  @Override
  public void head(Target from, ResponseHead raw, long length) {
    long now = engine.nowMillis();
    Position asOf = asOf(from, raw);
    if (raw.status() == 304 && (candidate != null || place != null)) {
      if (candidate != null && Validation.confirms(candidate.head(), raw)) {
        confirmed(candidate, raw, asOf, now);
      } else {
        upstream().abort();
        failed(new UpstreamFailure.Malformed(from, "304 for what was not asked about"));
      }
      return;
    }
    if (candidate != null && StaleOnError.isError(raw.status()) && maySaveUs(candidate, now)) {
      upstream().abort();
      serveStale(candidate, raw.status(), null);
      return;
    }
    ResponseHead head = raw.withFields(HopByHop.forStore(raw.fields())).dated(now);
    Freshness freshness = Freshness.of(order.client(), head, requestMillis, now, order.policy());
    Reason notStored = notStored(head, freshness, length);
    if (notStored == null) {
      beginStoring(head, freshness, length, asOf);
    } else {
      ResponseHead whole = raw.withFields(HopByHop.forClient(raw.fields())).dated(now);
      beginRelaying(whole, length, asOf, notStored);
    }
  }

  /** What the answer is as of: what the tier states, else what was applied here at the asking. */
  private Position asOf(Target from, ResponseHead head) {
    Position stated = from.shield() ? Tiers.asOf(head.fields()) : null;
    Position own = order.position();
    return stated != null && stated.sameLog(own)
        ? stated
        : new Position(own.log(), from.shield() ? own.sequence() : order.floor());
  }

  private @Nullable Reason notStored(ResponseHead head, Freshness freshness, long length) {
    if (!order.mayStore()) {
      return order.reason();
    }
    if (Storability.decide(order.client(), head, freshness, order.policy())
        instanceof Storable.DoNotStore(Reason reason)) {
      return reason;
    }
    return length > engine.objectBytesMax() ? Reason.TOO_LARGE : null;
  }

  // Storing

  private void beginStoring(ResponseHead head, Freshness freshness, long length, Position asOf) {
    Variant selected = VaryRule.of(head, order.client(), order.policy().key());
    SlabBody growing = engine.store().newBody(length);
    body = growing;
    tags = Tags.of(head.fields()).names().toArray(String[]::new);
    variant = selected;
    begun(
        new Answer(head, growing, length, freshness, new AsOf(asOf.log(), asOf.sequence())),
        Outcome.forwarded(order.reason(), head.status(), true, null),
        State.STORING);
    engine.fills().shared(order.key());
    for (Seat seat : takeSeats()) {
      if (fits(seat)) {
        seats.add(seat);
        give(seat);
      } else {
        seat.restart();
      }
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

  private List<Seat> takeSeats() {
    List<Seat> taken = List.copyOf(seats);
    seats.clear();
    return taken;
  }

  // Relaying

  private void beginRelaying(ResponseHead head, long length, Position asOf, Reason notStored) {
    leavePlace();
    if (order.mayStore()) {
      engine.fills().unshared(order.key());
    }
    begun(
        new Answer(head, null, length, null, new AsOf(asOf.log(), asOf.sequence())),
        Outcome.forwarded(
            order.reason(), head.status(), false, order.mayStore() ? notStored : null),
        State.RELAYING);
    List<Seat> waiting = takeSeats();
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
    if (state == State.STORING && body != null) {
      boolean fits =
          body.length() + piece.readableBytes() <= engine.objectBytesMax() && body.append(piece);
      if (fits) {
        piece.release();
        progress();
        return;
      }
      engine.metrics().notStoredForSpace();
      leavePlace();
      state = State.RELAYING;
    }
    for (Seat seat : List.copyOf(seats)) {
      seat.relay(piece.retainedDuplicate());
    }
    piece.release();
    if (seats.isEmpty()) {
      stop();
    } else {
      regulate();
    }
  }

  private void progress() {
    // Backwards: a reader that has all it wants gives up its own seat meanwhile.
    for (int i = seats.size() - 1; i >= 0; i--) {
      seats.get(i).progress();
    }
  }

  private void regulate() {
    if (exchange == null || state == State.OVER) {
      return;
    }
    boolean full = state == State.RELAYING && mostWaiting() >= RELAY_WINDOW;
    if (full && !paused) {
      paused = true;
      exchange.pause();
    } else if (!full && paused) {
      paused = false;
      exchange.resume();
    }
  }

  private long mostWaiting() {
    long most = 0;
    for (Seat seat : seats) {
      most = Math.max(most, seat.reader().relayed().get());
    }
    return most;
  }

  // Over

  @Override
  public void end(Fields trailers) {
    State was = state;
    if (was == State.STORING && body != null && answer != null) {
      body.finish();
      store(answer, body);
      over();
      progress();
      release();
    } else if (was == State.RELAYING) {
      over();
      for (Seat seat : takeSeats()) {
        seat.relayEnded(true);
      }
      release();
    }
  }

  private void store(Answer stored, SlabBody complete) {
    AsOf asOf = stored.asOf();
    Variant selected = variant;
    if (known(new Position(asOf.log(), asOf.sequence()))
        && selected != null
        && stored.freshness() != null) {
      engine
          .store()
          .put(
              new StoredResponse(
                  order.key(),
                  selected,
                  stored.head(),
                  stored.freshness(),
                  tagsOf(),
                  asOf,
                  order.ownEpoch(),
                  complete.retain()));
    }
  }

  /** What was asked for in another log or before the forgotten horizon is not stored (rule 3). */
  private boolean known(Position asOf) {
    return asOf.sameLog(engine.purges().applied()) && asOf.sequence() >= engine.purges().horizon();
  }

  private String[] tagsOf() {
    String[] known = tags;
    return known == null ? new String[0] : known;
  }

  @Override
  public void failed(UpstreamFailure failure) {
    engine.metrics().fillFailed();
    State was = state;
    if (was == State.ASKING) {
      if (candidate != null && maySaveUs(candidate, engine.nowMillis())) {
        serveStale(candidate, 0, failure);
        return;
      }
      over();
      for (Seat seat : takeSeats()) {
        seat.failed(failure);
      }
      release();
      return;
    }
    over();
    if (body != null && !body.complete()) {
      body.fail();
    }
    for (Seat seat : takeSeats()) {
      if (was == State.RELAYING) {
        seat.relayEnded(false);
      } else {
        seat.progress();
      }
    }
    release();
  }

  /** A 304: what is stored is fresh again, as of the asking (PURGE.md rule 1). */
  private void confirmed(StoredResponse stored, ResponseHead raw, Position asOf, long now) {
    ResponseHead head = Validation.update(stored.head(), raw.dated(now));
    Freshness freshness = Freshness.of(order.client(), head, requestMillis, now, order.policy());
    StoredResponse updated =
        stored.withHead(head, freshness, new AsOf(asOf.log(), asOf.sequence()), order.ownEpoch());
    Answer fresh =
        new Answer(head, updated.body(), updated.body().length(), freshness, updated.asOf());
    variant = stored.variant();
    begun(fresh, Outcome.forwarded(order.reason(), 304, true, null), State.OVER);
    List<Seat> waiting = takeSeats();
    List<Seat> others = new ArrayList<>(0);
    for (Seat seat : waiting) {
      if (fits(seat)) {
        give(seat);
      } else {
        others.add(seat);
      }
    }
    if (known(asOf) && notStored(head, freshness, 0) == null) {
      engine.store().put(updated);
    } else {
      engine.store().remove(stored);
      updated.release();
    }
    leavePlace();
    others.forEach(Seat::restart);
    release();
  }

  private boolean maySaveUs(StoredResponse stored, long now) {
    return order.mayServeStale() && StaleOnError.mayServe(stored.freshness(), candidateSoft, now);
  }

  private void serveStale(StoredResponse stored, int status, @Nullable UpstreamFailure failure) {
    variant = stored.variant();
    Outcome stale =
        new Outcome(
            Reason.STALE_IF_ERROR,
            false,
            status,
            false,
            false,
            null,
            failure == null ? null : failure.detail());
    begun(
        new Answer(
            stored.head(),
            stored.body(),
            stored.body().length(),
            stored.freshness(),
            stored.asOf()),
        stale,
        State.OVER);
    leavePlace();
    for (Seat seat : takeSeats()) {
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
      if (body != null && !body.complete()) {
        body.fail();
      }
      release();
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
    if (body != null) {
      body.release();
      body = null;
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
    for (Seat seat : List.copyOf(seats)) {
      seat.requestWritable();
    }
  }
}
