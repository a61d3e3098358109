package io.nearcast.edge.rules;

import java.util.Locale;
import java.util.Set;

/** Fields behind a body (RFC 9110 section 6.5), which never become fields of a head here. Pure. */
public final class Trailers {
  /**
   * What must not stand there, as it counts before the body or frames, routes, authenticates or
   * directs (section 6.5.1).
   */
  private static final Set<String> HEAD_ONLY =
      Set.of(
          "accept-ranges",
          "age",
          "authorization",
          "cache-control",
          "cache-status",
          "cache-tag",
          "cdn-cache-control",
          "cdn-loop",
          "content-encoding",
          "content-length",
          "content-location",
          "content-range",
          "content-type",
          "cookie",
          "date",
          "expires",
          "host",
          "location",
          "pragma",
          "retry-after",
          "set-cookie",
          "surrogate-control",
          "surrogate-key",
          "vary",
          "via",
          "warning",
          "www-authenticate");

  private Trailers() {}

  /** Whether a client says that it takes them: {@code TE: trailers} (section 10.1.4). */
  public static boolean wanted(Fields request) {
    return request.has("TE")
        && ListReader.members(request.all("TE")).stream().anyMatch("trailers"::equalsIgnoreCase);
  }

  /** Those that go on to a client that takes them. */
  public static Fields forClient(Fields trailers) {
    return HopByHop.forClient(trailers)
        .without(name -> HEAD_ONLY.contains(name.toLowerCase(Locale.ROOT)));
  }
}
