package io.nearcast.edge.flow;

import io.nearcast.edge.http.Request;
import io.nearcast.edge.http.RequestHandler;
import io.nearcast.edge.http.ResponseEncoder;
import io.nearcast.edge.http.ServerResponse;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.Verdict;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Decide;
import io.nearcast.edge.rules.Decision;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Invalidation;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.RequestTraits;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Validation;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.UpstreamExchange;
import io.nearcast.edge.upstream.UpstreamFailure;
import io.nearcast.edge.upstream.UpstreamRequest;
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
final class Exchange implements RequestHandler.Stream, FillReader {
  /** How often an answer may turn out to be for somebody else before the request goes alone. */
  private static final int RESTARTS_MAX = 3;

  private final Engine engine;
  private final Request request;
  private final RequestHead head;
  private final ServerResponse response;
  private final Responder responder;
  private RequestTraits traits;
  private final AtomicLong relayed = new AtomicLong();

  private Routes.@Nullable Match match;
  private Route.@Nullable Policy policy;
  private @Nullable CacheKey key;
  private Tiers.@Nullable Ask ask;
  private Position applied = Position.NONE;
  private @Nullable Fill fill;
  private @Nullable UpstreamExchange bodyTo;
  private Reason reason = Reason.URI_MISS;
  private boolean bodyEnded;
  private int restarts;

  Exchange(Engine engine, Request request, ServerResponse response) {
    this.engine = engine;
    this.request = request;
    this.head = request.head();
    this.response = response;
    this.traits = RequestTraits.of(head);
    this.responder = new Responder(engine, request, response);
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
    match = engine.routes().find(head.host());
    if (match == null) {
      responder.refuse(
          request.http10() ? 404 : 421, Reason.NO_SERVICE, "no service answers for this host");
      return;
    }
    if (UpstreamHeads.loops(head, engine.loopId())) {
      responder.refuse(508, Reason.LOOP, "the request has been here before");
      return;
    }
    policy = match.route().policy(head.target());
    if (policy.cache().honourClientDirectives()) {
      traits = RequestTraits.of(head, policy.cache());
    }
    ask = engine.tiers().ask(head, response.client());
    responder.route(policy, ask != null);
    key = match.route().key(match.domain(), head);
    lookUp();
  }

  // Look up and decide

  private void lookUp() {
    // Before the look-up: an answer may not claim more than was applied then (PURGE.md rule 6).
    applied = engine.purges().applied();
    Decision past = Decide.beforeLookup(traits, policy().bypass());
    if (past != null) {
      act(past, null, false);
      return;
    }
    StoredResponse stored = engine.store().lookup(key(), head);
    boolean soft = false;
    if (stored != null) {
      Verdict verdict = verdict(stored);
      if (verdict == Verdict.HARD) {
        engine.store().remove(stored);
        stored.release();
        stored = null;
      }
      soft = verdict == Verdict.SOFT;
    }
    boolean otherVariants = stored == null && engine.store().holds(key());
    Decision decision =
        Decide.decide(
            traits, stored == null ? null : stored.view(), otherVariants, soft, engine.nowMillis());
    act(forTier(decision, stored), stored, soft);
  }

  private Verdict verdict(StoredResponse stored) {
    PurgeIndex purges = engine.purges();
    PurgeIndex own = engine.ownPurges();
    // Sequences of another log say nothing (PURGE.md rule 16).
    if (!Objects.equals(stored.asOf().log(), applied.log())) {
      return Verdict.HARD;
    }
    if (stored.checkedAt() >= purges.newest() && stored.ownEpoch() >= own.newest()) {
      return Verdict.VALID;
    }
    long newest = purges.newest();
    Verdict byFeed = purges.check(stored.key(), stored.tags(), stored.asOf().sequence());
    Verdict byNode = own.check(stored.key(), stored.tags(), stored.ownEpoch());
    if (byFeed == Verdict.VALID && byNode == Verdict.VALID) {
      stored.checkedAt(newest);
    }
    return byFeed.compareTo(byNode) >= 0 ? byFeed : byNode;
  }

  /**
   * What another tier may be given: nothing stale, and nothing stored where this node is behind
   * what the tier has applied (PURGE.md, tiers).
   */
  private Decision forTier(Decision decision, @Nullable StoredResponse stored) {
    Tiers.Ask asked = ask;
    if (asked == null || stored == null) {
      return decision;
    }
    return switch (decision) {
      case Decision.Hit _ when mustAskOrigin(asked) -> new Decision.Validate(Reason.REQUEST);
      case Decision.Stale _ -> new Decision.Validate(Reason.STALE);
      default -> decision;
    };
  }

  /** Whether a tier knows of purges that what is stored here has not been compared with. */
  private boolean mustAskOrigin(Tiers.Ask asked) {
    return asked.origin()
        || !asked.min().sameLog(applied)
        || asked.min().sequence() > applied.sequence();
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
        refresh(stale.retain(), soft);
        serve(stale, Outcome.hit(reason));
      }
      case Decision.Validate _ -> fill(stored, soft);
      case Decision.Miss _ -> fill(null, false);
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
    responder.stored(stored, outcome, applied);
  }

  /** Fetches a fresh copy for later requests, unless somebody does already. */
  private void refresh(StoredResponse stale, boolean soft) {
    FillTable.Place place = new FillTable.Place(key(), stale.variant());
    Fill began = startFill(place, stale, soft, Reason.STALE_WHILE_REVALIDATE);
    if (began != null) {
      began.begin();
    }
  }

  /** Joins the fill for the key, or begins one. */
  private void fill(@Nullable StoredResponse stored, boolean soft) {
    if (restarts > RESTARTS_MAX || engine.fills().isUnshared(key())) {
      alone(stored, soft);
      return;
    }
    FillTable.Place place = place(stored);
    Fill began = startFill(place, stored, soft, reason);
    if (began != null && !(stored == null && filledMeanwhile(began))) {
      fill = began;
      began.join(this);
      began.begin();
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
        verdict(found) == Verdict.VALID
            ? Decide.decide(traits, found.view(), false, false, engine.nowMillis())
            : new Decision.Miss(reason);
    if (!(forTier(decision, found) instanceof Decision.Hit)) {
      found.release();
      return false;
    }
    began.abandon();
    serve(found, Outcome.hit(decision.reason()));
    response.flush();
    return true;
  }

  /** Where requests that this one can share an answer with look for its fill. */
  private FillTable.Place place(@Nullable StoredResponse stored) {
    if (stored != null) {
      return new FillTable.Place(key(), stored.variant());
    }
    FillTable.Place first = new FillTable.Place(key(), null);
    Fill there = engine.fills().find(first);
    Variant seen = there == null ? engine.store().newestVariant(key()) : there.variant();
    return seen == null || VaryRule.matches(seen, head)
        ? first
        : new FillTable.Place(key(), VaryRule.like(seen, head));
  }

  /**
   * Joins the fill at the place, or makes one.
   *
   * @return the new fill, which is to be begun; null where another one was joined
   */
  private @Nullable Fill startFill(
      FillTable.Place place, @Nullable StoredResponse stored, boolean soft, Reason why) {
    long min = ask == null ? 0 : ask.min().sequence();
    // What a tier on another log asks for is asked of the origin, after it was (PURGE.md rule 16).
    boolean mayJoin = ask == null || (!ask.origin() && ask.min().sameLog(applied));
    Fill[] made = new Fill[1];
    Fill chosen =
        engine
            .fills()
            .joinOrStart(
                place,
                other -> mayJoin && other.joinable(head, min),
                () -> made[0] = newFill(place, stored, soft, why));
    if (chosen.equals(made[0])) {
      return chosen;
    }
    if (stored != null) {
      stored.release();
    }
    if (why != Reason.STALE_WHILE_REVALIDATE) {
      fill = chosen;
      chosen.join(this);
    }
    return null;
  }

  private Fill newFill(
      FillTable.@Nullable Place place, @Nullable StoredResponse stored, boolean soft, Reason why) {
    Fields conditions = stored == null ? Fields.EMPTY : Validation.conditionalFields(stored.head());
    RequestHead upstream =
        UpstreamHeads.fill(head, authority(), response.client(), engine.loopId(), conditions);
    return new Fill(
        engine,
        response.loop(),
        order(UpstreamRequest.of(withTierFields(upstream, stored)), why, true),
        place,
        stored,
        soft);
  }

  private Fill.Order order(UpstreamRequest upstream, Reason why, boolean mayStore) {
    // A tier that is ahead is told that the origin was asked after all that it knows of.
    long floor = applied.sequence();
    if (ask != null && ask.min().sameLog(applied)) {
      floor = Math.max(floor, ask.min().sequence());
    }
    RequestHead whole = traits.range() ? head.withFields(head.fields().without("Range")) : head;
    return new Fill.Order(
        match().route(),
        policy().cache(),
        key(),
        whole,
        upstream,
        why,
        mayStore,
        applied,
        floor,
        engine.ownPurges().applied().sequence(),
        // A tier that knows of more is told of the error instead (PURGE.md rule 12).
        ask == null || !mustAskOrigin(ask));
  }

  /**
   * @param stored what is validated, null for nothing: then a purge of the node's own may be newer
   *     than what the next tier has
   */
  private RequestHead withTierFields(RequestHead upstream, @Nullable StoredResponse stored) {
    Fields.Builder fields = Fields.builder().addAll(upstream.fields());
    long min = Math.max(engine.purges().min(key()), ask == null ? 0 : ask.min().sequence());
    long purgedUpTo = stored == null ? 0 : stored.ownEpoch();
    boolean origin = engine.ownPurges().min(key()) > purgedUpTo || (ask != null && ask.origin());
    engine.tiers().write(fields, new Position(applied.log(), min), origin);
    return upstream.withFields(fields.build());
  }

  /** Where the origin sees the request: the service's domain, not the node's name before it. */
  private String authority() {
    String host = head.host();
    String domain = match().domain();
    return host.equals(domain)
        ? head.authority()
        : domain + head.authority().substring(host.length());
  }

  // Go forward alone

  /** Asks for an answer that cannot be shared, with the client's own conditions. */
  private void alone(@Nullable StoredResponse stored, boolean soft) {
    if (stored != null) {
      Fill own = newFill(null, stored, soft, reason);
      fill = own;
      own.join(this);
      own.begin();
      return;
    }
    forward(true);
  }

  /** Hands the request on as it is. */
  private void pass() {
    forward(traits.method() == RequestTraits.Method.POST && !policy().bypass());
  }

  private void forward(boolean mayStore) {
    RequestHead upstream =
        UpstreamHeads.passed(head, authority(), response.client(), engine.loopId());
    if (request.expectContinue()) {
      upstream = upstream.withFields(upstream.fields().with("Expect", "100-continue"));
    }
    UpstreamRequest sent =
        new UpstreamRequest(
            withTierFields(upstream, null), request.hasBody(), request.contentLength());
    Fill own = new Fill(engine, response.loop(), order(sent, reason, mayStore), null, null, false);
    fill = own;
    own.join(this);
    own.begin();
    if (request.hasBody()) {
      bodyTo = own.upstream();
    }
  }

  @Override
  public void data(ByteBuf piece) {
    UpstreamExchange to = bodyTo;
    if (to == null || response.ended()) {
      // The body of a GET that is answered from the cache means nothing (RFC 9110 section 9.3.1).
      piece.release();
    } else if (!to.write(piece)) {
      response.pauseBody();
    }
  }

  @Override
  public void end() {
    bodyEnded = true;
    if (bodyTo != null && !response.ended()) {
      bodyTo.endRequest();
    }
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
    if (traits.method().invalidates()) {
      invalidate(answer.head());
    }
    responder.answer(answer, outcome.because(said), new Consumed());
  }

  /** RFC 9111 section 4.4: what an unsafe request may have changed is not served any more. */
  private void invalidate(ResponseHead answered) {
    for (String target : Invalidation.targets(head, answered)) {
      engine.store().invalidate(match().route().key(match().domain(), target));
    }
  }

  /** Tells the fill how far this reader is. */
  final class Consumed implements BodyWriter.Listener {
    @Override
    public void consumed(int bytes) {
      Fill from = fill;
      long left = relayed.addAndGet(-bytes);
      if (from != null && bytes > 0 && left < Fill.RELAY_WINDOW / 2) {
        from.drained();
      }
    }

    @Override
    public void over(boolean complete) {
      leave();
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
    responder.relay(piece);
  }

  @Override
  public void relayEnded(boolean complete) {
    fill = null;
    dropBody();
    responder.relayEnded(complete);
  }

  /** The upstream has answered without it: what still comes of the request's body is dropped. */
  private void dropBody() {
    if (bodyTo != null && !bodyEnded) {
      bodyTo = null;
      response.resumeBody();
    }
  }

  @Override
  public void restart() {
    fill = null;
    if (!response.ended()) {
      restarts++;
      lookUp();
      response.flush();
    }
  }

  @Override
  public void failed(UpstreamFailure failure) {
    fill = null;
    responder.failed(failure, reason);
    dropBody();
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
    if (!bodyEnded && bodyTo != null) {
      // A broken upload must never look complete to the origin.
      bodyTo.abort();
    }
    responder.gone();
    leave();
  }

  private Routes.Match match() {
    return Objects.requireNonNull(match);
  }

  private Route.Policy policy() {
    return Objects.requireNonNull(policy);
  }

  private CacheKey key() {
    return Objects.requireNonNull(key);
  }
}
