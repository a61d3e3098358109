package io.nearcast.edge.model;

/** What a reply was, so that histories can be shown to reach everything that they are about. */
public enum Kind {
  /** Handed on from the origin. */
  FORWARDED,
  /** Fresh from the cache, the origin not asked. */
  HIT,
  /** The same, of a response with Vary. */
  HIT_OF_VARIANT,
  /** The same, for a lifetime that is a guess. */
  HIT_BY_HEURISTIC,
  /** The same, for a lifetime of CDN-Cache-Control. */
  HIT_BY_CDN_CACHE_CONTROL,
  /** The same, to HEAD. */
  HIT_TO_HEAD,
  /** A hit that docs/caching.md promises. */
  HIT_REQUIRED,
  /** What a POST was answered, to a GET. */
  HIT_OF_POST,
  /** Of an error or redirect. */
  HIT_OF_OTHER_STATUS,
  /** Validated with the origin by a 304. */
  VALIDATED,
  /** Another variant is stored and fresh. */
  VARIANT_FETCHED,
  /** Stale, refreshed behind the client's back. */
  STALE_WHILE_REVALIDATE,
  /** Stale, for the origin failed. */
  STALE_IF_ERROR,
  /** Stale, for the client takes it. */
  STALE_BY_MAX_STALE,
  /** An error, where stale content is stored that may not be served. */
  ERROR_INSTEAD_OF_STALE,
  /** 304 from the cache. */
  NOT_MODIFIED,
  /** 304 after the origin was asked. */
  NOT_MODIFIED_FORWARDED,
  /** A part from the cache. */
  RANGE,
  /** Several parts. */
  RANGES,
  /** 416. */
  RANGE_UNSATISFIABLE,
  /** The whole, for If-Range does not hold. */
  IF_RANGE_WHOLE,
  /** Fetched again, for an unsafe request went before. */
  INVALIDATED,
  /** An unsafe request. */
  UNSAFE,
  /** 504 to only-if-cached. */
  ONLY_IF_CACHED_REFUSED,
  /** A hit to only-if-cached. */
  ONLY_IF_CACHED_HIT,
  /** One answer of the origin for two requests. */
  COLLAPSED,
  /** The transfer broke in the middle. */
  BROKEN,
  /** An error of the cache's own, for the origin failed. */
  FAILED,
  /** Fetched again, for what was stored would have been fresh, were it not no-store. */
  NO_STORE,
  /** The same with private. */
  PRIVATE,
  /** The same with no-cache. */
  NO_CACHE,
  /** The same with Authorization. */
  AUTHORIZATION,
  /** The same with Set-Cookie. */
  SET_COOKIE,
  /** From the cache without the fields that no-cache or private name. */
  FIELD_WITHHELD,
  /** Fetched again, for the client asked for something fresher. */
  CLIENT_DIRECTIVE
}
