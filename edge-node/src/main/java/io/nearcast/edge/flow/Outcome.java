package io.nearcast.edge.flow;

import io.nearcast.edge.rules.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request and why: one member of {@code Cache-Status} (RFC 9211), the same in the
 * access log and in the metrics.
 *
 * @param reason why it was answered, forwarded or refused as it was
 * @param hit whether it was answered from the cache without going forward
 * @param forwardStatus the status that came from upstream, 0 where none did
 * @param stored whether the response was or is being stored
 * @param collapsed whether the request joined another one's fill
 * @param notStored why the response was not stored, null where it was or was not asked to be
 * @param detail more in words, such as how the upstream failed; null for none
 */
record Outcome(
    Reason reason,
    boolean hit,
    int forwardStatus,
    boolean stored,
    boolean collapsed,
    @Nullable Reason notStored,
    @Nullable String detail) {

  /** Answered from the cache. */
  static Outcome hit(Reason reason) {
    return new Outcome(reason, true, 0, false, false, null, null);
  }

  /** Nothing came from upstream; the node answers itself. */
  static Outcome own(Reason reason, @Nullable String detail) {
    return new Outcome(reason, false, 0, false, false, null, detail);
  }

  /** Went forward and was answered with a status. */
  static Outcome forwarded(Reason reason, int status, boolean stored, @Nullable Reason notStored) {
    return new Outcome(reason, false, status, stored, false, notStored, null);
  }

  /** Went forward in vain, and was answered with what is stored. */
  static Outcome staleOnError(int status, @Nullable String detail) {
    return new Outcome(Reason.STALE_IF_ERROR, false, status, false, false, null, detail);
  }

  /**
   * Whether the answer was made for an earlier request, so that it must have an Age (RFC 9111
   * section 5.1: "the presence of an Age header field implies that the response was not generated
   * or validated by the origin server for this request").
   */
  boolean fromCache() {
    return hit || collapsed || reason == Reason.STALE_IF_ERROR;
  }

  Outcome because(Reason other) {
    return new Outcome(other, hit, forwardStatus, stored, collapsed, notStored, detail);
  }

  Outcome collapsedIf(boolean joined) {
    return new Outcome(reason, hit, forwardStatus, stored, joined, notStored, detail);
  }

  /**
   * The member of {@code Cache-Status}, without the cache's name.
   *
   * @param ttlSeconds how long the response stays fresh, negative where it is stale already; not
   *     given where there is no such time
   */
  String parameters(@Nullable Long ttlSeconds) {
    StringBuilder text = new StringBuilder(48);
    if (hit) {
      text.append("; hit");
    } else {
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
    if (ttlSeconds != null) {
      text.append("; ttl=").append((long) ttlSeconds);
    }
    String why = why();
    if (why != null) {
      text.append("; detail=").append(why);
    }
    return text.toString();
  }

  /** The value of {@code fwd} (RFC 9211 section 2.2). */
  private String forward() {
    return switch (reason) {
      case URI_MISS, HEAD -> "uri-miss";
      case VARY_MISS -> "vary-miss";
      case STALE, NO_CACHE, SOFT_PURGED, CUT_OFF, STALE_IF_ERROR, STALE_WHILE_REVALIDATE -> "stale";
      case REQUEST, ONLY_IF_CACHED -> "request";
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

  /** The reason, where {@code fwd} is not the same word. */
  private @Nullable String untold() {
    return switch (reason) {
      case FRESH, URI_MISS, VARY_MISS, STALE, METHOD, REQUEST -> null;
      default -> reason.token();
    };
  }
}
