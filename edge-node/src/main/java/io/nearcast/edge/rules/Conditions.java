package io.nearcast.edge.rules;

import java.util.Locale;

/**
 * Evaluates a client's conditions on a stored response (RFC 9110 section 13, RFC 9111 section
 * 4.3.2).
 *
 * <p>If-Match and If-Unmodified-Since are for the origin only; {@link Decide#beforeLookup} hands
 * them on. If-Range belongs to {@link Ranges}.
 */
public final class Conditions {
  private Conditions() {}

  /** What a client with conditions is answered with. */
  public enum Outcome {
    /** The stored response. */
    FULL,
    /** {@code 304 Not Modified}. */
    NOT_MODIFIED
  }

  /**
   * Evaluates If-None-Match and If-Modified-Since.
   *
   * @param stored the response that would be sent
   * @param freshness its age and lifetime
   * @param purged whether anything may ever have been purged: a client's copy may be older
   * @param nowMillis the time, in ms since 1970
   */
  public static Outcome evaluate(
      RequestHead request,
      ResponseHead stored,
      Freshness freshness,
      boolean purged,
      long nowMillis) {
    Fields fields = request.fields();
    // Only "by reusing a stored 200 (OK) or 206 (Partial Content) response" (RFC 9111 4.3.2), and
    // for GET and HEAD.
    boolean applicable = stored.status() == 200 || stored.status() == 206;
    if (!applicable || !RequestTraits.Method.of(request.method()).answeredFromCache()) {
      return Outcome.FULL;
    }
    // "When If-None-Match is present, evaluate the If-None-Match precondition" (13.2.2 step 3).
    if (fields.has("If-None-Match")) {
      return noneMatch(fields, stored) ? Outcome.FULL : Outcome.NOT_MODIFIED;
    }
    // "When the method is GET or HEAD, If-None-Match is not present, and If-Modified-Since is
    // present" (13.2.2 step 4); with more than one member it is ignored (13.1.3).
    if (fields.count("If-Modified-Since") == 1) {
      return modifiedSince(fields, stored, freshness, purged, nowMillis)
          ? Outcome.FULL
          : Outcome.NOT_MODIFIED;
    }
    return Outcome.FULL;
  }

  /** Whether If-None-Match is true (13.1.2). */
  private static boolean noneMatch(Fields request, ResponseHead stored) {
    // "If the field value is *, the condition is false if" there is a representation; there is.
    if ("*".equals(request.combined("If-None-Match"))) {
      return false;
    }
    // "the condition is false if one of the listed tags matches", compared weakly.
    return !EntityTag.listedWeakly(request, "If-None-Match", stored.fields().first("ETag"));
  }

  /** Whether If-Modified-Since is true (13.1.3). */
  private static boolean modifiedSince(
      Fields request, ResponseHead stored, Freshness freshness, boolean purged, long nowMillis) {
    long since = HttpDate.parse(request.first("If-Modified-Since"), nowMillis);
    // "MUST ignore the If-Modified-Since header field if the received field value is not a valid
    // HTTP-date".
    if (since == HttpDate.INVALID) {
      return true;
    }
    long modified = HttpDate.parse(stored.fields().first("Last-Modified"), nowMillis);
    if (modified != HttpDate.INVALID) {
      return modified > since;
    }
    return !unmodifiedByItsDate(stored, freshness, since, purged, nowMillis);
  }

  /**
   * Without Last-Modified, "a cache SHOULD use the stored response's Date field value (or, if no
   * Date field is present, the time that the stored response was received)" (RFC 9111 4.3.2).
   *
   * <p>Beyond that: a response without any validator of which the origin says that it may be used
   * unasked for a time that reaches from the client's date until now. Whoever took a copy at that
   * date may still use it without asking, so it is told no more than it knows. But a purge says
   * that such copies are wrong; it has no date that could be compared with the client's.
   */
  private static boolean unmodifiedByItsDate(
      ResponseHead stored, Freshness freshness, long since, boolean purged, long nowMillis) {
    long date = HttpDate.parse(stored.fields().first("Date"), nowMillis);
    long made = date == HttpDate.INVALID ? freshness.responseTimeMillis() : date;
    if (made <= since) {
      return true;
    }
    boolean withinLifetime = nowMillis - since < freshness.lifetimeMillis();
    return withinLifetime
        && !purged
        && freshness.source().explicit()
        && !freshness.alwaysValidate()
        && !Validation.validatable(stored);
  }

  /**
   * The fields of a 304 for a client (RFC 9110 section 15.4.5): those of the 200, less what
   * describes a body that the client already has. Last-Modified is left out beside an ETag.
   */
  public static Fields notModifiedFields(ResponseHead stored) {
    boolean tagged = stored.fields().has("ETag");
    return stored
        .fields()
        .without(name -> describesBody(name) || (tagged && Fields.sameName(name, "Last-Modified")));
  }

  /**
   * The fields of a 304 for another cache, which takes from it what has changed since it stored the
   * response: there representation metadata serves "the purpose of guiding cache updates" (RFC 9110
   * section 15.4.5). Content-Length, which would be of a body, is left out.
   */
  public static Fields notModifiedFieldsForCache(ResponseHead stored) {
    return stored.fields().without("Content-Length");
  }

  /** Representation metadata (RFC 9110 section 8) that a 304 is not to have. */
  private static boolean describesBody(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "content-type", "content-encoding", "content-language", "content-length" -> true;
      case "content-range", "content-md5", "content-digest", "content-disposition" -> true;
      default -> false;
    };
  }
}
