package io.nearcast.edge.rules;

import org.jspecify.annotations.Nullable;

/** Decides what to do with a request (RFC 9111 section 4). */
public final class Decide {
  private static final Decision PASS_BYPASS = new Decision.Pass(Reason.BYPASS);
  private static final Decision PASS_UPGRADE = new Decision.Pass(Reason.UPGRADE);
  private static final Decision PASS_METHOD = new Decision.Pass(Reason.METHOD);
  private static final Decision PASS_PRECONDITION = new Decision.Pass(Reason.PRECONDITION);
  private static final Decision PASS_HEAD = new Decision.Pass(Reason.HEAD);
  private static final Decision REFUSE = new Decision.Refuse(504, Reason.ONLY_IF_CACHED);
  private static final Decision URI_MISS = new Decision.Miss(Reason.URI_MISS);
  private static final Decision VARY_MISS = new Decision.Miss(Reason.VARY_MISS);
  private static final Decision SERVE_STALE = new Decision.Stale(Reason.STALE_WHILE_REVALIDATE);
  private static final Decision VALIDATE_STALE = new Decision.Validate(Reason.STALE);
  private static final Decision VALIDATE_NO_CACHE = new Decision.Validate(Reason.NO_CACHE);
  private static final Decision VALIDATE_PURGED = new Decision.Validate(Reason.SOFT_PURGED);

  private Decide() {}

  /**
   * Whether a request goes past the cache whatever is stored: asked before a look at the store.
   *
   * @param bypass whether a rule of the service says bypass
   * @return a {@link Decision.Pass}, or null where the cache is to be looked at
   */
  public static @Nullable Decision beforeLookup(RequestTraits request, boolean bypass) {
    // A tunnel is no message that could be stored (RFC 9110 section 7.8).
    if (request.upgrade()) {
      return PASS_UPGRADE;
    }
    // The operator's word comes before every other.
    if (bypass) {
      return PASS_BYPASS;
    }
    // Unsafe methods are written through (RFC 9111 section 4), the other safe ones are not
    // cacheable.
    if (!request.method().answeredFromCache()) {
      return PASS_METHOD;
    }
    // Neither can be decided from a stored copy: its origin may have changed (RFC 9111 section
    // 4.3.2).
    if (request.precondition()) {
      return PASS_PRECONDITION;
    }
    return null;
  }

  /**
   * What to do with a request that {@link #beforeLookup} has let through. Allocates nothing.
   *
   * @param stored the response stored for this request's key and variant, or null
   * @param otherVariants whether there are responses under the key that Vary keeps from this
   *     request
   * @param softPurged whether {@code stored} was purged softly
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
    // Fresh and nothing forbids its use: reuse it (RFC 9111 section 4.2).
    if (!softPurged && !freshness.alwaysValidate() && freshness.freshAt(nowMillis)) {
      return Decision.Hit.FRESH;
    }
    // Stale, but it may be served while it is refreshed (RFC 5861 section 3).
    if (freshness.mayServeWhileRevalidating(nowMillis, softPurged)) {
      return SERVE_STALE;
    }
    // A gateway timeout where the client wants no upstream (RFC 9111 section 5.2.1.7).
    if (request.onlyIfCached()) {
      return REFUSE;
    }
    // A HEAD does not fetch a body: it is written through and updates what is stored (4.3.5).
    if (request.method() == RequestTraits.Method.HEAD) {
      return PASS_HEAD;
    }
    // no-cache: validated at each use (RFC 9111 section 5.2.2.4).
    if (freshness.alwaysValidate()) {
      return VALIDATE_NO_CACHE;
    }
    // Stale: validated (RFC 9111 section 4.3).
    return freshness.freshAt(nowMillis) ? VALIDATE_PURGED : VALIDATE_STALE;
  }

  private static Decision withoutStored(RequestTraits request, boolean otherVariants) {
    if (request.onlyIfCached()) {
      return REFUSE;
    }
    if (request.method() == RequestTraits.Method.HEAD) {
      return PASS_HEAD;
    }
    return otherVariants ? VARY_MISS : URI_MISS;
  }
}
