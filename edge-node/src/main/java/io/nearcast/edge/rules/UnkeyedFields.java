package io.nearcast.edge.rules;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Fields of clients' requests by which many origins choose another host, URL, scheme or method than
 * the request line and Host say, and hardly any origin names them in Vary. The cache key does not
 * have them, so whoever sends one could have an answer of their choice stored for everybody (web
 * cache poisoning): they go upstream only where the service's key has them. Pure.
 */
public final class UnkeyedFields {
  private static final Set<String> URL =
      Set.of(
          "base-url",
          "client-url",
          "forwarded",
          "front-end-https",
          "http-host",
          "http-url",
          "original-url",
          "proxy",
          "proxy-host",
          "proxy-url",
          "request-uri",
          "uri",
          "url",
          "x-forwarded",
          "x-forwarded-host",
          "x-forwarded-path",
          "x-forwarded-port",
          "x-forwarded-prefix",
          "x-forwarded-proto",
          "x-forwarded-protocol",
          "x-forwarded-scheme",
          "x-forwarded-server",
          "x-forwarded-ssl",
          "x-forwarded-uri",
          "x-forwarded-url",
          "x-host",
          "x-http-host-override",
          "x-http-path-override",
          "x-https",
          "x-original-host",
          "x-original-uri",
          "x-original-url",
          "x-override-url",
          "x-proto",
          "x-protocol",
          "x-proxy-url",
          "x-rewrite-url",
          "x-scheme",
          "x-script-name",
          "x-server-name",
          "x-url-scheme");

  private static final Set<String> METHOD =
      Set.of(
          "x-forwarded-method",
          "x-http-method",
          "x-http-method-override",
          "x-method",
          "x-method-override",
          "x-original-method");

  /** What this node writes or reads itself, and what frames a message. */
  private static final Set<String> WITH_A_MEANING =
      Set.of(
          "cache-control",
          "cdn-loop",
          "content-encoding",
          "content-length",
          "content-type",
          "host",
          "if-match",
          "if-modified-since",
          "if-none-match",
          "if-range",
          "if-unmodified-since",
          "surrogate-capability",
          "x-forwarded-for");

  private UnkeyedFields() {}

  /**
   * The fields that go upstream.
   *
   * @param keyed the request fields that the key has, in lower case
   * @param unsafe whether the method is one that no cache answers: those say by a field what
   *     clients cannot say otherwise, and their answers are not stored then, see {@link
   *     #overridesMethod}
   */
  public static Fields without(Fields request, List<String> keyed, boolean unsafe) {
    return request.without(name -> {
      String lower = name.toLowerCase(Locale.ROOT);
      return dropped(lower, unsafe) && !keyed.contains(lower);
    });
  }

  /** Whether a field says that another method is meant than the request line has. */
  public static boolean overridesMethod(Fields request) {
    for (int i = 0; i < request.size(); i++) {
      if (METHOD.contains(canonical(request.name(i).toLowerCase(Locale.ROOT)))) {
        return true;
      }
    }
    return false;
  }

  private static boolean dropped(String lower, boolean unsafe) {
    String name = canonical(lower);
    // What an origin may take for another field could be one that the key or Vary has.
    boolean twin = !name.equals(lower);
    return URL.contains(name)
        || (!unsafe && (METHOD.contains(name) || twin))
        || (twin && WITH_A_MEANING.contains(name));
  }

  /** Many origins (CGI, WSGI, Rack) cannot tell {@code _} and {@code -} apart. */
  static String canonical(String lower) {
    return lower.indexOf('_') < 0 ? lower : lower.replace('_', '-');
  }
}
