package io.nearcast.edge.flow;

import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request and why: one member of {@code Cache-Status} (RFC 9211), the same in the
 * access log and in the metrics.
 *
 * @param reason why it was answered, forwarded or refused as it was
 * @param way whether it went forward
 * @param forwardStatus the status that came from upstream, 0 where none did
 * @param stored whether the response was or is being stored
 * @param collapsed whether the request joined another one's fill
 * @param notStored why the response was not stored, null where it was or was not asked to be
 * @param detail more in words, such as how the upstream failed; null for none
 */
record Outcome(
    Reason reason,
    Way way,
    int forwardStatus,
    boolean stored,
    boolean collapsed,
    @Nullable Reason notStored,
    @Nullable String detail) {

  /** Where the answer came from; "hit" and "fwd" are exclusive (RFC 9211 section 2). */
  enum Way {
    /** The cache, without going forward. */
    HIT,
    /** The request went forward, be it in vain. */
    FORWARD,
    /** Neither: this node made the answer itself. */
    OWN
  }

  /** Answered from the cache. */
  static Outcome hit(Reason reason) {
    return new Outcome(reason, Way.HIT, 0, false, false, null, null);
  }

  /** The node answers itself, without having asked anybody. */
  static Outcome own(Reason reason, @Nullable String detail) {
    return new Outcome(reason, Way.OWN, 0, false, false, null, detail);
  }

  /** Went forward, and no answer came. */
  static Outcome inVain(Reason reason, String detail) {
    return new Outcome(reason, Way.FORWARD, 0, false, false, null, detail);
  }

  /** Went forward and was answered with a status. */
  static Outcome forwarded(Reason reason, int status, boolean stored, @Nullable Reason notStored) {
    return new Outcome(reason, Way.FORWARD, status, stored, false, notStored, null);
  }

  /** Went forward in vain, and was answered with what is stored. */
  static Outcome staleOnError(int status, @Nullable String detail) {
    return new Outcome(Reason.STALE_IF_ERROR, Way.FORWARD, status, false, false, null, detail);
  }

  /** Whether it was answered from the cache without going forward. */
  boolean hit() {
    return way == Way.HIT;
  }

  /**
   * Whether the answer was made for an earlier request, so that it must have an Age (RFC 9111
   * section 5.1: "the presence of an Age header field implies that the response was not generated
   * or validated by the origin server for this request").
   */
  boolean fromCache() {
    return hit() || collapsed || reason == Reason.STALE_IF_ERROR;
  }

  Outcome because(Reason other) {
    return new Outcome(other, way, forwardStatus, stored, collapsed, notStored, detail);
  }

  Outcome collapsedIf(boolean joined) {
    return new Outcome(reason, way, forwardStatus, stored, joined, notStored, detail);
  }

  /**
   * The member of {@code Cache-Status}, without the cache's name.
   *
   * @param ttlSeconds how long the response stays fresh, negative where it is stale already; not
   *     given where there is no such time
   * @param key what the answer is stored under, or would be; not given where no cache was asked
   */
  String parameters(@Nullable Long ttlSeconds, @Nullable CacheKey key) {
    StringBuilder text = new StringBuilder(160);
    switch (way) {
      case HIT -> text.append("; hit");
      case FORWARD -> forward(text);
      case OWN -> {}
    }
    if (ttlSeconds != null) {
      text.append("; ttl=").append((long) ttlSeconds);
    }
    String why = why();
    if (why != null) {
      text.append("; detail=").append(why);
    }
    if (key != null && looksUp()) {
      text.append("; key=");
      ShownKey.append(text, key);
    }
    return text.toString();
  }

  private void forward(StringBuilder text) {
    text.append("; fwd=").append(forward());
    if (forwardStatus != 0) {
      text.append("; fwd-status=").append(forwardStatus);
    }
    if (stored) {
      text.append("; stored");
    }
    if (collapsed) {
      text.append("; collapsed");
    }
  }

  /** Whether the cache counted for the request at all. */
  private boolean looksUp() {
    return switch (reason) {
      case METHOD, BYPASS, UPGRADE, PRECONDITION, NO_SERVICE, LOOP -> false;
      default -> true;
    };
  }

  /** The value of {@code fwd} (RFC 9211 section 2.2). */
  private String forward() {
    return switch (reason) {
      case URI_MISS, HEAD -> "uri-miss";
      case VARY_MISS -> "vary-miss";
      case STALE, NO_CACHE, SOFT_PURGED, CUT_OFF, STALE_IF_ERROR, STALE_WHILE_REVALIDATE -> "stale";
      case REQUEST -> "request";
      case PARTIAL_MISS -> "partial";
      case METHOD -> "method";
      case BYPASS, UPGRADE, PRECONDITION -> "bypass";
      default -> "miss";
    };
  }

  /** What the parameters above do not say: a token, or a quoted string where it has blanks. */
  private @Nullable String why() {
    String word = notStored == null ? untold() : notStored.token();
    if (detail == null) {
      return word;
    }
    // A string of RFC 9651: printable ASCII only.
    String said = detail.replaceAll("[^ -~]", "?").replace("\\", "").replace("\"", "'");
    return '"' + (word == null ? said : word + ": " + said) + '"';
  }

  /** The reason, where neither {@code hit} nor {@code fwd} says it. */
  private @Nullable String untold() {
    if (way == Way.OWN) {
      return reason.token();
    }
    return switch (reason) {
      case FRESH, URI_MISS, VARY_MISS, STALE, METHOD, REQUEST -> null;
      default -> reason.token();
    };
  }
}
