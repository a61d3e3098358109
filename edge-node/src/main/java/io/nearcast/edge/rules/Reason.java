package io.nearcast.edge.rules;

import java.util.Locale;

/**
 * Why a request was answered, passed on or refused as it was, or a response was not stored: the
 * same word in {@code Cache-Status}, access log and metrics.
 */
public enum Reason {
  // Answered from the cache.
  /** A stored response was fresh. */
  FRESH,
  /** A stored response was stale and is refreshed in the background (RFC 5861 section 3). */
  STALE_WHILE_REVALIDATE,
  /**
   * A stored response was purged softly and may be served while it is refreshed, but as many are
   * being refreshed as the service allows: a later request tries again.
   */
  REFRESH_DEFERRED,
  /** A stored response was stale, which the client takes: {@code max-stale}. */
  MAX_STALE,
  /** A stored response was stale and the upstream failed (RFC 5861 section 4). */
  STALE_IF_ERROR,

  // Asked for upstream although something may be stored.
  /** Nothing was stored under the key. */
  URI_MISS,
  /** Something was stored under the key, but for another value of a field that Vary names. */
  VARY_MISS,
  /** What was stored is stale. */
  STALE,
  /** What was stored must be validated at each use: {@code no-cache}. */
  NO_CACHE,
  /** What was stored was purged softly and no rule allows to serve it before it is refreshed. */
  SOFT_PURGED,
  /** The client asked for a fresher answer and the service honours that. */
  REQUEST,
  /** A part is stored, but not the bytes that were asked for. */
  PARTIAL_MISS,
  /** The edge is cut off from the control plane, and the service says to ask the origin then. */
  CUT_OFF,

  // Passed on without a look at the cache.
  /** The method is not one that is answered from a cache. */
  METHOD,
  /** A rule of the service says bypass. */
  BYPASS,
  /** The client asked to change the protocol. */
  UPGRADE,
  /** The client's condition can only be decided by the origin: If-Match or If-Unmodified-Since. */
  PRECONDITION,
  /** A HEAD that nothing fresh was stored for. */
  HEAD,

  // Refused.
  /** No service answers for the host. */
  NO_SERVICE,
  /** The request has been through this node already (RFC 8586). */
  LOOP,
  /** {@code only-if-cached} and nothing that may be used was stored. */
  ONLY_IF_CACHED,

  // Not stored.
  /** A POST's response without explicit freshness and a Content-Location equal to its URI. */
  POST_NOT_REUSABLE,
  /** A status that this cache does not store. */
  STATUS,
  /** {@code must-understand} with a status that this cache does not know. */
  NOT_UNDERSTOOD,
  /** The response says {@code no-store}. */
  NO_STORE,
  /** The request says {@code no-store} and the service honours that. */
  REQUEST_NO_STORE,
  /** The response says {@code private}. */
  PRIVATE,
  /** The request had Authorization and the response does not say that it may be shared. */
  AUTHORIZATION,
  /** {@code Vary: *}. */
  VARY_STAR,
  /** {@code Set-Cookie} on a response that does not say that it may be cached. */
  SET_COOKIE,
  /** A partial response that cannot be stored. */
  PARTIAL,
  /** Neither a freshness lifetime nor a validator: it could never be used. */
  NO_FRESHNESS,
  /** The body is larger than what the cache keeps. */
  TOO_LARGE,
  /** Vary names more fields than this cache compares. */
  TOO_COMPLEX,
  /** A page or data came from the path of a static file, which may be web cache deception. */
  CONTENT_TYPE,
  /** More tags than a response may have: a purge by the rest would miss it. */
  TOO_MANY_TAGS;

  private final String token = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** The word, in lower case with dashes: a token of RFC 9110. */
  public String token() {
    return token;
  }
}
