package io.nearcast.edge.flow;

import io.nearcast.config.model.Upgrade;
import io.nearcast.edge.http.Request;
import io.nearcast.edge.http.RequestHandler;
import io.nearcast.edge.http.ResponseEncoder;
import io.nearcast.edge.http.ServerResponse;
import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.Verdict;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Decide;
import io.nearcast.edge.rules.Decision;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Invalidation;
import io.nearcast.edge.rules.MaxForwards;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.RequestTraits;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.UpstreamFailure;
import io.nearcast.edge.upstream.UpstreamListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One client's request, from its head to the end of its answer. Read {@link #begin} and on: the
 * methods stand in the order in which a request comes to them.
 *
 * <pre>
 *   accept     http   ServerConnection cuts the request out of the bytes
 *   route      route  host to service, rule to policy
 *   key        rules  host, path and query to a CacheKey
 *   look up    store  and purge: what is stored, and whether a purge has hit it
 *   decide     rules  Decide
 *   act        flow   serve | serve stale and refresh | validate | join a fill | pass | refuse
 *   respond    flow   Responder writes head and body
 *   log        flow   AccessLog, FlowMetrics
 * </pre>
 *
 * <p>Confined to the client's event loop. It waits for at most one fill at a time.
 */
final class Exchange implements RequestHandler.Stream, FillReader, SlicedAnswer.Owner {
  /** How often an answer may turn out to be for somebody else before the request goes alone. */
  private static final int RESTARTS_MAX = 3;

  private final Engine engine;
  private final Request request;
  private final RequestHead head;
  private final ServerResponse response;
  private final Responder responder;
  private final Upload upload;
  private final AtomicLong relayed = new AtomicLong();

  private @Nullable Routed routed;
  private Position applied = Position.NONE;
  private long ownEpoch;
  private @Nullable Fill fill;
  private @Nullable FilledBody body;
  private @Nullable SlicedAnswer sliced;
  private Reason reason = Reason.URI_MISS;
  private int restarts;

  Exchange(Engine engine, Request request, ServerResponse response) {
    this.engine = engine;
    this.request = request;
    this.head = request.head();
    this.response = response;
    this.responder = new Responder(engine, request, response);
    this.upload = new Upload(response);
  }

  // Route

  /** Begins to answer; a hit in memory is answered before this returns. */
  void begin() {
    if (head.method().equals("TRACE") || head.method().equals("CONNECT")) {
      responder.refuse(501, Reason.METHOD, "the method " + head.method() + " is not supported");
      return;
    }
    if (head.method().equals("PURGE")) {
      responder.refuse(405, Reason.METHOD, "purge at the admin endpoint");
      return;
    }
    Routes.Match match = engine.routes().find(head.host());
    if (match == null) {
      responder.refuse(
          request.http10() ? 404 : 421, Reason.NO_SERVICE, "no service answers for this host");
      return;
    }
    routed = route(match);
    responder.route(routed);
    if (UpstreamHeads.loops(head, engine.loopId())) {
      responder.refuse(508, Reason.LOOP, "the request has been here before");
      return;
    }
    if (MaxForwards.isLast(head)) {
      responder.own(OwnAnswer.options());
      return;
    }
    lookUp(routed);
  }

  private Routed route(Routes.Match match) {
    Route.Policy policy = match.route().policy(head.target());
    Demand asked = engine.tiers().demand(head, response.client());
    return new Routed(
        match,
        policy,
        match.route().key(match.domain(), head),
        RequestTraits.of(head, policy.cache()),
        asked == null ? engine.clientDemand(match.route().service()) : asked,
        asked != null);
  }

  // Look up and decide

  private void lookUp(Routed to) {
    // Before the look-up: an answer may not claim more than was applied then (PURGE.md rule 6).
    applied = engine.purges().applied();
    ownEpoch = engine.ownPurges().applied().sequence();
    Decision past = Decide.beforeLookup(to.traits(), to.policy().bypass());
    if (past != null) {
      act(past, null, false);
      return;
    }
    StoredResponse stored = engine.store().lookup(to.key(), head);
    boolean soft = false;
    if (stored != null) {
      stored.under(to.policy().cache());
      Verdict verdict = Purged.verdict(engine, stored, applied);
      if (verdict == Verdict.HARD) {
        engine.store().remove(stored);
        stored.release();
        stored = null;
      }
      soft = verdict == Verdict.SOFT;
    }
    boolean otherVariants = stored == null && engine.store().holds(to.key());
    act(to.decide(engine, head, stored, otherVariants, soft, applied), stored, soft);
  }

  // Act

  /**
   * Does what was decided.
   *
   * @param stored what the decision is about, a reference passes; null for nothing
   */
  private void act(Decision decision, @Nullable StoredResponse stored, boolean soft) {
    reason = decision.reason();
    switch (decision) {
      case Decision.Hit _ -> serve(held(stored), Outcome.hit(reason));
      case Decision.Stale _ -> {
        StoredResponse stale = held(stored);
        reason = fetches().refresh(stale.retain(), soft) ? reason : Reason.REFRESH_DEFERRED;
        serve(stale, Outcome.hit(reason));
      }
      case Decision.Validate _ -> fill(stored, soft);
      case Decision.Miss _ -> fill(stored, soft);
      case Decision.Pass _ -> {
        if (stored != null) {
          stored.release();
        }
        pass();
      }
      case Decision.Refuse(int status, Reason why) -> {
        if (stored != null) {
          stored.release();
        }
        responder.refuse(status, why, "nothing stored can answer");
      }
    }
  }

  private static StoredResponse held(@Nullable StoredResponse stored) {
    if (stored == null) {
      throw new IllegalStateException("decided to serve what is not stored");
    }
    return stored;
  }

  private void serve(StoredResponse stored, Outcome outcome) {
    // A tier is told what was applied before the look-up, for no purge up to there touches it.
    if (stored.content() instanceof Content.Sliced) {
      slices(Answer.of(stored, Answer.asOf(applied)), outcome);
    } else {
      responder.stored(stored, outcome, applied);
    }
  }

  /** Joins the fill for the key, or begins one. */
  private void fill(@Nullable StoredResponse stored, boolean soft) {
    boolean shareable = !engine.fills().isUnshared(key()) && !orders().unsliceable();
    if (restarts > RESTARTS_MAX || !shareable) {
      alone(stored, soft);
      return;
    }
    FillTable.Place place =
        stored != null
            ? new FillTable.Place(key(), stored.variant())
            : engine.fills().placeOf(key(), head, engine.store().newestVariant(key()));
    // Without a lease the next asking of the origin is shared with all that come before it is sent.
    boolean turn = routed().cutOff();
    Fetches.Found found =
        turn
            ? fetches().nextTurn(place, stored, soft, reason)
            : fetches().joinOrMake(place, stored, soft, reason);
    Fill chosen = found.fill();
    if (found.made() && !turn && stored == null && filledMeanwhile(chosen)) {
      return;
    }
    fill = chosen;
    if (!found.made()) {
      chosen.join(this);
    } else if (turn) {
      chosen.belongTo(this);
    } else {
      chosen.begin(this);
    }
  }

  /**
   * Whether a fill ended between this request's look-up and its turn at the place, so that what it
   * stored can answer; the one that was about to begin is then given up.
   */
  private boolean filledMeanwhile(Fill began) {
    StoredResponse found = engine.store().lookup(key(), head);
    if (found == null) {
      return false;
    }
    Decision decision =
        Purged.verdict(engine, found, applied) == Verdict.VALID
            ? routed().decide(engine, head, found, false, false, applied)
            : new Decision.Miss(reason);
    if (!(decision instanceof Decision.Hit)) {
      found.release();
      return false;
    }
    began.abandon();
    serve(found, Outcome.hit(decision.reason()));
    response.flush();
    return true;
  }

  private Fetches fetches() {
    return new Fetches(engine, response.loop(), orders());
  }

  private Orders orders() {
    return new Orders(engine, request, response.client(), routed(), applied, ownEpoch);
  }

  // Go forward alone

  /** Asks for an answer that cannot be shared, with the client's own conditions. */
  private void alone(@Nullable StoredResponse stored, boolean soft) {
    if (stored != null) {
      Fill own = fetches().make(null, stored, soft, reason);
      fill = own;
      own.begin(this);
      return;
    }
    forward(true);
  }

  /** Hands the request on as it is. */
  private void pass() {
    Routed to = routed();
    if (to.traits().upgrade()) {
      upgrade(to);
      return;
    }
    forward(to.traits().method() == RequestTraits.Method.POST && !to.policy().bypass());
  }

  private void forward(boolean mayStore) {
    Order order = orders().forward(reason, mayStore);
    Fill own = begin(order);
    if (order.upstream().hasBody()) {
      upload.to(own.placed().exchange());
    }
  }

  /** Hands a WebSocket handshake on, where the service allows it. */
  private void upgrade(Routed to) {
    if (!to.policy().upgrades().contains(Upgrade.WEBSOCKET)) {
      responder.refuse(403, Reason.UPGRADE, OwnAnswer.UPGRADE_REFUSED);
    } else if (!engine.tunnels().admit()) {
      responder.refuse(503, Reason.UPGRADE, "too many tunnels are open");
    } else {
      begin(orders().upgrade(reason, "websocket"));
    }
  }

  private Fill begin(Order order) {
    Fill own = new Fill(engine, response.loop(), order, null, null, false);
    fill = own;
    own.begin(this);
    return own;
  }

  @Override
  public void switched(ResponseHead switched, UpstreamListener.Switched connection) {
    fill = null;
    Tunnel.open(engine.tunnels(), response.loop(), responder, switched, connection);
  }

  @Override
  public void data(ByteBuf piece) {
    upload.data(piece);
  }

  @Override
  public void end() {
    upload.end();
  }

  // The fill's answer

  @Override
  public EventLoop loop() {
    return response.loop();
  }

  @Override
  public RequestHead request() {
    return head;
  }

  @Override
  public AtomicLong relayed() {
    return relayed;
  }

  @Override
  public void interim(ResponseHead interim) {
    if (interim.status() != 100 || request.expectContinue()) {
      response.interim(
          ResponseEncoder.interim(response.allocator(), interim.status(), interim.fields()));
    }
  }

  @Override
  public void answer(Answer answer, Outcome outcome) {
    Reason said = outcome.reason() == Reason.STALE_IF_ERROR ? Reason.STALE_IF_ERROR : reason;
    if (routed().traits().method().invalidates()) {
      invalidate(answer.head());
    }
    if (SlicedAnswer.isFor(answer)) {
      fill = null;
      slices(answer, outcome.because(said));
      response.flush();
      return;
    }
    responder.answer(answer, outcome.because(said), this::source, _ -> leave());
  }

  private BodySource source(Answer answer) {
    FilledBody bytes = new FilledBody(answer.body(), answer.offset(), this::consumed);
    body = bytes;
    return bytes;
  }

  /** Answers from slices; the answer's body passes. */
  private void slices(Answer answer, Outcome outcome) {
    SlicedAnswer begun =
        new SlicedAnswer(engine, request, response, routed(), responder, answer, outcome, this);
    sliced = begun;
    begun.begin();
  }

  @Override
  public void lookAgain() {
    if (restarts >= RESTARTS_MAX) {
      engine.fills().unsliced(key());
    }
    restart();
  }

  /** RFC 9111 section 4.4: what an unsafe request may have changed is not served any more. */
  private void invalidate(ResponseHead answered) {
    Routes.Match match = routed().match();
    // By the URL that the origin was asked for, which is where its references start from.
    RequestHead asked =
        RequestHead.of(
            head.method(), head.scheme(), routed().authority(head), head.target(), head.fields());
    for (String target : Invalidation.targets(asked, answered, routed().policy().cache().key())) {
      CacheKey invalid = match.route().key(match.domain(), head.withTarget(target));
      engine.invalidations().add(invalid);
      engine.store().invalidate(invalid);
    }
    if (fill != null) {
      fill.survivesInvalidation();
    }
  }

  /** Tells the fill how far this reader is. */
  private void consumed(int bytes) {
    Fill from = fill;
    long left = relayed.addAndGet(-bytes);
    if (from != null && bytes > 0 && left < Fill.RELAY_WINDOW / 2) {
      from.drained();
    }
  }

  private void leave() {
    Fill from = fill;
    if (from != null) {
      fill = null;
      from.leave(this);
    }
  }

  @Override
  public void progress() {
    responder.pump();
  }

  @Override
  public void relay(ByteBuf piece) {
    if (body == null) {
      piece.release();
    } else {
      body.relay(piece);
      responder.pump();
    }
  }

  @Override
  public void relayEnded(boolean complete, Fields trailers) {
    fill = null;
    upload.drop();
    if (body != null) {
      body.relayEnded(complete);
      responder.trailers(trailers);
      responder.pump();
    }
  }

  @Override
  public void restart() {
    fill = null;
    if (!response.ended()) {
      restarts++;
      lookUp(routed());
      response.flush();
    }
  }

  @Override
  public void failed(UpstreamFailure failure) {
    fill = null;
    if (routed().cutOff()) {
      responder.own(OwnAnswer.cutOff(failure));
    } else {
      responder.failed(failure, reason);
    }
    upload.drop();
  }

  // The client's side again

  @Override
  public void writable() {
    responder.pump();
  }

  @Override
  public void requestWritable() {
    response.resumeBody();
  }

  @Override
  public void gone() {
    upload.gone();
    responder.gone();
    if (sliced != null) {
      sliced.gone();
    }
    leave();
  }

  @Override
  public CacheKey key() {
    return routed().key();
  }

  private Routed routed() {
    return Objects.requireNonNull(routed);
  }
}
