package io.nearcast.edge.rules;

import io.nearcast.edge.rules.CacheControl.Directive;

/**
 * What a request's directives say about the age of its answer (RFC 9111 section 5.2.1). They are
 * advisory; a service honours them only where its policy says so.
 *
 * @param noCache whether only a validated response will do: {@code no-cache}, or {@code Pragma:
 *     no-cache} where there is no Cache-Control (sections 5.2.1.4 and 5.4)
 * @param maxAgeMillis the greatest age that will do (section 5.2.1.1)
 * @param minFreshMillis how long it must still be fresh (section 5.2.1.3)
 * @param maxStaleMillis how long it may be stale already (section 5.2.1.2)
 */
public record ClientWishes(
    boolean noCache, long maxAgeMillis, long minFreshMillis, long maxStaleMillis) {
  /** No wishes: every fresh response will do. */
  public static final ClientWishes NONE = new ClientWishes(false, Long.MAX_VALUE, 0, 0);

  /** The wishes in a request's fields. */
  static ClientWishes of(Fields request) {
    if (!request.has("Cache-Control")) {
      boolean noCache =
          ListReader.members(request.all("Pragma")).stream().anyMatch("no-cache"::equalsIgnoreCase);
      return noCache ? new ClientWishes(true, Long.MAX_VALUE, 0, 0) : NONE;
    }
    CacheControl control = CacheControl.parse(request, "Cache-Control");
    long maxAge = control.seconds(Directive.MAX_AGE);
    return new ClientWishes(
        control.has(Directive.NO_CACHE),
        maxAge == CacheControl.ABSENT ? Long.MAX_VALUE : maxAge * 1000,
        Math.max(0, control.seconds(Directive.MIN_FRESH)) * 1000,
        Math.max(0, control.seconds(Directive.MAX_STALE)) * 1000);
  }

  /** Whether a fresh response will do. */
  boolean acceptFresh(StoredView stored, long nowMillis) {
    Freshness freshness = stored.freshness();
    long ageMillis = freshness.ageMillis(nowMillis);
    // A reload of what does not change has nothing to bring, "unless there is a signal from the
    // client that a validation is necessary (e.g., a no-cache)" (RFC 8246 section 2.1).
    boolean youngEnough = ageMillis <= maxAgeMillis || stored.immutable();
    return !noCache && youngEnough && freshness.lifetimeMillis() - ageMillis >= minFreshMillis;
  }

  /** Whether a response will do that the origin allows to be served while it is refreshed. */
  boolean acceptStaleWhileRevalidating(Freshness stored, long nowMillis) {
    boolean wants = maxAgeMillis != Long.MAX_VALUE || minFreshMillis > 0;
    // "Unless the max-stale request directive is also present, the client does not wish to receive
    // a stale response" (section 5.2.1.1).
    return !noCache && (!wants || acceptStale(stored, nowMillis));
  }

  /** Whether a stale response will do that no directive of the origin forbids to serve. */
  boolean acceptStale(Freshness stored, long nowMillis) {
    // What was purged softly may be within its lifetime: it is stale as of now.
    long staleForMillis = Math.max(0, stored.ageMillis(nowMillis) - stored.lifetimeMillis());
    return !noCache && staleForMillis < maxStaleMillis && !stored.mustRevalidate();
  }
}
