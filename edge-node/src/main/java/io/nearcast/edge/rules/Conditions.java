package io.nearcast.edge.rules;

/** Evaluates a client's conditions on a stored response (RFC 9110 section 13, RFC 9111 4.3.2). */
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
   * Evaluates If-None-Match and If-Modified-Since of a GET or HEAD.
   *
   * @param stored the response that would be sent
   * @param responseTimeMillis when it came, in ms since 1970: its date where it has none of its own
   */
  public static Outcome evaluate(
      RequestHead request, ResponseHead stored, long responseTimeMillis) {
    Fields fields = request.fields();
    // Conditions are for what would be a 200 (RFC 9110 section 13.2.1).
    if (stored.status() != 200) {
      return Outcome.FULL;
    }
    // If-None-Match comes first, and with it If-Modified-Since does not count (13.1.3, 13.2.2).
    if (fields.has("If-None-Match")) {
      return noneMatches(fields, stored) ? Outcome.FULL : Outcome.NOT_MODIFIED;
    }
    String since = fields.first("If-Modified-Since");
    if (since != null && fields.count("If-Modified-Since") == 1) {
      return modifiedSince(since, stored, responseTimeMillis) ? Outcome.FULL : Outcome.NOT_MODIFIED;
    }
    return Outcome.FULL;
  }

  /** If-None-Match: {@code *} or a list, compared weakly (13.1.2). */
  private static boolean noneMatches(Fields request, ResponseHead stored) {
    if (request.count("If-None-Match") == 1 && "*".equals(request.first("If-None-Match"))) {
      return false;
    }
    EntityTag tag = EntityTag.parse(stored.fields().first("ETag"));
    return tag == null
        || EntityTag.list(request.all("If-None-Match")).stream().noneMatch(tag::weaklyEquals);
  }

  /** If-Modified-Since: against Last-Modified, else Date, else when it came (RFC 9111 4.3.2). */
  private static boolean modifiedSince(String since, ResponseHead stored, long responseTimeMillis) {
    long sinceMillis = HttpDate.parse(since, responseTimeMillis);
    // A date that is none is ignored (13.1.3).
    if (sinceMillis == HttpDate.INVALID) {
      return true;
    }
    long modified = HttpDate.parse(stored.fields().first("Last-Modified"), responseTimeMillis);
    if (modified == HttpDate.INVALID) {
      modified = HttpDate.parse(stored.fields().first("Date"), responseTimeMillis);
    }
    if (modified == HttpDate.INVALID) {
      modified = responseTimeMillis;
    }
    return modified > sinceMillis;
  }

  /** The fields of a 304 for a stored response: those that a 200 would have, less its body's. */
  public static Fields notModifiedFields(ResponseHead stored) {
    return stored.fields().without(Conditions::describesBody);
  }

  private static boolean describesBody(String name) {
    return switch (name.toLowerCase(java.util.Locale.ROOT)) {
      case "content-length", "content-encoding", "content-type", "content-language" -> true;
      case "content-range", "content-md5", "content-digest", "transfer-encoding" -> true;
      default -> false;
    };
  }
}
