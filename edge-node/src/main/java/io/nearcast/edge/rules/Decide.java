package io.nearcast.edge.rules;

import io.nearcast.edge.rules.RequestTraits.Method;
import org.jspecify.annotations.Nullable;

/**
 * Decides how to answer a request (RFC 9111 section 4): {@link #beforeLookup}, then, with what the
 * store has, {@link #decide}. Neither allocates.
 */
public final class Decide {
  private static final Decision PASS_BYPASS = new Decision.Pass(Reason.BYPASS);
  private static final Decision PASS_UPGRADE = new Decision.Pass(Reason.UPGRADE);
  private static final Decision PASS_METHOD = new Decision.Pass(Reason.METHOD);
  private static final Decision PASS_PRECONDITION = new Decision.Pass(Reason.PRECONDITION);
  private static final Decision PASS_HEAD = new Decision.Pass(Reason.HEAD);
  private static final Decision REFUSE = new Decision.Refuse(504, Reason.ONLY_IF_CACHED);
  private static final Decision URI_MISS = new Decision.Miss(Reason.URI_MISS);
  private static final Decision VARY_MISS = new Decision.Miss(Reason.VARY_MISS);
  private static final Decision PARTIAL_MISS = new Decision.Miss(Reason.PARTIAL_MISS);
  private static final Decision SERVE_STALE = new Decision.Stale(Reason.STALE_WHILE_REVALIDATE);
  private static final Decision SERVE_MAX_STALE = new Decision.Stale(Reason.MAX_STALE);
  private static final Decision VALIDATE_REQUEST = new Decision.Validate(Reason.REQUEST);
  private static final Decision VALIDATE_STALE = new Decision.Validate(Reason.STALE);
  private static final Decision VALIDATE_NO_CACHE = new Decision.Validate(Reason.NO_CACHE);
  private static final Decision VALIDATE_PURGED = new Decision.Validate(Reason.SOFT_PURGED);

  private Decide() {}

  /**
   * Whether a request goes past the cache whatever is stored.
   *
   * @param bypass whether a rule of the service says bypass
   * @return a {@link Decision.Pass} or {@link Decision.Refuse}, or null where the store is to be
   *     asked
   */
  public static @Nullable Decision beforeLookup(RequestTraits request, boolean bypass) {
    // "A cache MUST write through requests with methods that are unsafe to the origin server"
    // (section 4); the other safe methods are not defined to be cacheable (RFC 9110 section 9.3).
    if (!request.method().answeredFromCache()) {
      return PASS_METHOD;
    }
    // A tunnel is no message that could be stored.
    if (request.upgrade()) {
      return PASS_UPGRADE;
    }
    // The operator's word. Nothing is stored, so only-if-cached finds nothing (section 5.2.1.7).
    if (bypass) {
      return request.onlyIfCached() ? REFUSE : PASS_BYPASS;
    }
    // "A cache MUST NOT evaluate conditional header fields that only apply to an origin server";
    // they are "likely intended for some other (inbound) server" (section 4.3.2).
    if (request.precondition()) {
      return request.onlyIfCached() ? REFUSE : PASS_PRECONDITION;
    }
    return null;
  }

  /**
   * How to answer a request that {@link #beforeLookup} has let through.
   *
   * @param stored the response stored for this request's key and variant, or null
   * @param otherVariants whether there are responses under the key that Vary keeps from this
   *     request
   * @param softPurged whether {@code stored} was purged softly: it is stale from now on
   * @param nowMillis the time, in ms since 1970
   */
  public static Decision decide(
      RequestTraits request,
      @Nullable StoredView stored,
      boolean otherVariants,
      boolean softPurged,
      long nowMillis) {
    if (stored == null) {
      return withoutStored(request, otherVariants);
    }
    Freshness freshness = stored.freshness();
    ClientWishes wishes = request.wishes();
    boolean fresh = !softPurged && freshness.freshAt(nowMillis);
    // "the stored response does not contain the no-cache directive, unless it is successfully
    // validated, and the stored response is fresh".
    boolean usable = fresh && !freshness.alwaysValidate();
    if (usable && wishes.acceptFresh(stored, nowMillis)) {
      return Decision.Hit.FRESH;
    }
    // "or allowed to be served stale": while it is refreshed (RFC 5861 section 3).
    if (freshness.mayServeWhileRevalidating(softPurged, nowMillis)
        && wishes.acceptStaleWhileRevalidating(freshness, nowMillis)) {
      return SERVE_STALE;
    }
    // Or because the client takes it (section 5.2.1.2).
    if (!fresh && !freshness.alwaysValidate() && wishes.acceptStale(freshness, nowMillis)) {
      return SERVE_MAX_STALE;
    }
    // "respond with either a stored response consistent with the other constraints of the request
    // or a 504 (Gateway Timeout) status code" (section 5.2.1.7).
    if (request.onlyIfCached()) {
      return REFUSE;
    }
    // A HEAD does not fetch a body; it is written through and updates what is stored (section
    // 4.3.5).
    if (request.method() == Method.HEAD) {
      return PASS_HEAD;
    }
    // "or successfully validated" (section 4.3).
    if (freshness.alwaysValidate()) {
      return VALIDATE_NO_CACHE;
    }
    if (usable) {
      return VALIDATE_REQUEST;
    }
    return freshness.freshAt(nowMillis) ? VALIDATE_PURGED : VALIDATE_STALE;
  }

  /**
   * How to answer a request that has found a stored part, where that cannot answer it.
   *
   * @return null where it can, so that {@link #decide} counts
   */
  public static @Nullable Decision decidePart(
      RequestTraits traits, RequestHead request, StoredView stored, PartialContent part) {
    if (partAnswers(request, stored.head(), part)) {
      return null;
    }
    Decision decision = withoutStored(traits, false);
    return decision instanceof Decision.Miss ? PARTIAL_MISS : decision;
  }

  /**
   * Whether a part can answer a request: "A cache MUST NOT use an incomplete response to answer
   * requests unless the response has been made complete, or the request is partial and specifies a
   * range wholly within the incomplete response" (section 3.3).
   *
   * <p>Nor by a 304: conditions are evaluated where a request "can be satisfied by reusing a stored
   * 200 (OK) or 206 (Partial Content) response, as per Section 4" (section 4.3.2), which a part
   * satisfies only for ranges within it.
   */
  public static boolean partAnswers(RequestHead request, ResponseHead stored, PartialContent part) {
    return part.find(request, stored) instanceof PartialContent.Found.Here;
  }

  private static Decision withoutStored(RequestTraits request, boolean otherVariants) {
    // Section 5.2.1.7.
    if (request.onlyIfCached()) {
      return REFUSE;
    }
    // A HEAD's response has no body that could be stored.
    if (request.method() == Method.HEAD) {
      return PASS_HEAD;
    }
    // "If no stored response matches, the cache cannot satisfy the presented request" (section
    // 4.1).
    return otherVariants ? VARY_MISS : URI_MISS;
  }
}
