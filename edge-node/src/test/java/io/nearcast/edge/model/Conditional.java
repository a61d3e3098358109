package io.nearcast.edge.model;

import org.jspecify.annotations.Nullable;

/** Conditional requests (RFC 9110 section 13) for what has a 2xx status. */
final class Conditional {
  private Conditional() {}

  /** Whether a GET or HEAD is to be answered 304. */
  static boolean notModified(Head request, Head response) {
    String tags = request.all("If-None-Match");
    if (tags != null) {
      // Section 13.2.2: with If-None-Match, If-Modified-Since does not count.
      return anyMatches(tags, response.first("ETag"));
    }
    Long since = request.date("If-Modified-Since");
    Long modified = response.date("Last-Modified");
    return since != null && modified != null && modified <= since;
  }

  /** Whether If-Modified-Since is there and nothing says whether it holds. */
  static boolean undecided(Head request, Head response) {
    return !request.has("If-None-Match")
        && request.date("If-Modified-Since") != null
        && response.date("Last-Modified") == null;
  }

  /** Section 13.1.2: weak comparison, and {@code *}. */
  static boolean anyMatches(String tags, @Nullable String tag) {
    if (tags.strip().equals("*")) {
      return true;
    }
    if (tag != null) {
      for (String member : tags.split(",", -1)) {
        if (opaque(member.strip()).equals(opaque(tag))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Section 8.8.3.2. */
  static String opaque(String tag) {
    return tag.startsWith("W/") ? tag.substring(2) : tag;
  }

  /** Section 13.1.5: whether Range counts; strong comparison, dates exactly. */
  static boolean ifRange(Head request, Head response) {
    String condition = request.first("If-Range");
    if (condition == null) {
      return true;
    }
    if (condition.contains("\"")) {
      return !condition.startsWith("W/") && condition.equals(response.first("ETag"));
    }
    return condition.equals(response.first("Last-Modified"));
  }
}
