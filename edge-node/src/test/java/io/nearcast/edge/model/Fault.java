package io.nearcast.edge.model;

/** What a {@link TinyCache} does wrong. */
enum Fault {
  /** Nothing. */
  NONE(""),
  /** Stores nothing at all. */
  STORES_NOTHING("docs/caching.md"),
  /** Gives everybody the variant that it has. */
  IGNORES_VARY("RFC 9111 section 4.1"),
  /** Takes an origin's failure for a licence to serve what is stale. */
  IGNORES_MUST_REVALIDATE("RFC 9111 section 4.2.4"),
  /** Serves what is stale. */
  NEVER_EXPIRES("RFC 9111 section 4.2.4"),
  /** Keeps what an unsafe request has changed. */
  IGNORES_INVALIDATION("RFC 9111 section 4.4"),
  /** Takes max-age where s-maxage says less. */
  IGNORES_S_MAXAGE("RFC 9111 section 4.2.4"),
  /** Takes Cache-Control where CDN-Cache-Control says other things. */
  IGNORES_CDN_CACHE_CONTROL("RFC 9111 section 4.2.4"),
  /** Counts from when it has stored. */
  UNDERSTATES_AGE("RFC 9111 section 4.2.3"),
  /** Leaves out Age. */
  NO_AGE("RFC 9111 section 5.1"),
  /** Believes that a response is new whatever its Date says. */
  IGNORES_DATE("RFC 9111 section 4.2.4"),
  /** Stores what is no-store. */
  IGNORES_NO_STORE("RFC 9111 section 5.2.2.5"),
  /** Stores what is private. */
  IGNORES_PRIVATE("RFC 9111 section 5.2.2.7"),
  /** Serves no-cache without asking. */
  IGNORES_NO_CACHE("RFC 9111 section 5.2.2.4"),
  /** Stores the fields that private and no-cache name. */
  KEEPS_FIELDS("RFC 9111 sections 5.2.2.4 and 5.2.2.7"),
  /** Stores answers to requests with Authorization. */
  IGNORES_AUTHORIZATION("RFC 9111 section 3.5"),
  /** Stores cookies without a stated lifetime. */
  STORES_COOKIES("docs/caching.md, Set-Cookie"),
  /** Does not update what is stored when a 304 comes. */
  FORGETS_UPDATES("RFC 9111 section 4.2.4"),
  /** Says 304 to every If-None-Match. */
  ALWAYS_304("RFC 9110 section 13.1"),
  /** Never says 304. */
  NEVER_304("RFC 9111 section 4.3.2"),
  /** Joins the head of one response with the body of another. */
  MIXES_BODIES("RFC 9111 section 4"),
  /** Cuts ranges from the version that it had first. */
  MIXES_RANGES("RFC 9110 section 14"),
  /** Sends a byte too few of each range. */
  SHORT_RANGES("RFC 9110 section 14"),
  /** Sends the range though If-Range does not hold. */
  IGNORES_IF_RANGE("RFC 9110 section 13.1.5"),
  /** Sends and stores what broke off as if it were whole. */
  HIDES_BREAKS("RFC 9111 section 4"),
  /** Asks the origin though the client wants only what is stored. */
  IGNORES_ONLY_IF_CACHED("RFC 9111 section 5.2.1.7"),
  /** Lets clients reach past it, where the service does not. */
  OBEYS_CLIENTS("docs/caching.md"),
  /** Does not obey clients where the service does. */
  DISOBEYS_CLIENTS("RFC 9111 section 5.2.1.4"),
  /** Serves stale content for longer than it may be. */
  STALE_TOO_LONG("RFC 9111 section 4.2.4"),
  /** Sends a body to HEAD. */
  BODY_TO_HEAD("RFC 9110 section 9.3.2"),
  /** Says 502 though nothing failed. */
  MAKES_UP_ERRORS("RFC 9110 section 15.6"),
  /** Makes a 200 of every status that it has stored. */
  FORGETS_STATUS("RFC 9111 section 4");

  /** What the model says to it. */
  final String rule;

  Fault(String rule) {
    this.rule = rule;
  }
}
