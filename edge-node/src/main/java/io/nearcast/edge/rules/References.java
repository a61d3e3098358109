package io.nearcast.edge.rules;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.NormalTarget;
import io.nearcast.config.model.QueryPolicy;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Resolves references in fields such as Location against a request's URI (RFC 3986 section 5.2),
 * without judging the characters in them, into the form that targets have here ({@link
 * NormalTarget}).
 */
final class References {
  /** Scheme and port count. */
  private static final KeyPolicy STRICT =
      new KeyPolicy(
          QueryPolicy.DEFAULT,
          false,
          true,
          true,
          List.of(),
          List.of(),
          false,
          KeyPolicy.VARIANTS_DEFAULT);

  private References() {}

  /**
   * The target in origin form that a reference names on the request's own origin, or null where it
   * names another origin's or one that no request here can have.
   *
   * @param key whether scheme and port make an origin, beside the host (RFC 9110 section 4.3.1)
   */
  static @Nullable String targetOnSameOrigin(RequestHead request, String reference, KeyPolicy key) {
    int fragment = reference.indexOf('#');
    String rest = fragment < 0 ? reference : reference.substring(0, fragment);
    String scheme = request.scheme();
    int colon = schemeEnd(rest);
    if (colon > 0) {
      scheme = rest.substring(0, colon).toLowerCase(Locale.ROOT);
      boolean http = scheme.equals("http") || scheme.equals("https");
      if (!http || (key.scheme() && !scheme.equals(request.scheme()))) {
        return null;
      }
      rest = rest.substring(colon + 1);
      // Only http://..., for "http:path" names no host.
      if (!rest.startsWith("//")) {
        return null;
      }
    }
    if (rest.startsWith("//")) {
      int end = authorityEnd(rest);
      boolean same = sameAuthority(request, scheme, rest.substring(2, end), key.port());
      return same ? absolute(rest.substring(end)) : null;
    }
    return relative(request.target(), rest);
  }

  /** Whether a reference names the request's own URI, scheme and port included. */
  static boolean sameUri(RequestHead request, String reference) {
    return request.target().equals(targetOnSameOrigin(request, reference, STRICT));
  }

  /** The index of the colon after a scheme, or -1: a colon after a slash belongs to the path. */
  private static int schemeEnd(String reference) {
    for (int i = 0; i < reference.length(); i++) {
      char c = reference.charAt(i);
      if (c == ':') {
        return i;
      }
      if (c == '/' || c == '?') {
        return -1;
      }
    }
    return -1;
  }

  private static int authorityEnd(String rest) {
    for (int i = 2; i < rest.length(); i++) {
      if (rest.charAt(i) == '/' || rest.charAt(i) == '?') {
        return i;
      }
    }
    return rest.length();
  }

  /**
   * @param scheme of the reference, whose own port another scheme's own port is equal to: either is
   *     left out of the key
   */
  private static boolean sameAuthority(
      RequestHead request, String scheme, String authority, boolean portCounts) {
    if (!request.host().equals(RequestHead.hostOf(authority))) {
      return false;
    }
    if (!portCounts) {
      return true;
    }
    long port = portOf(scheme, authority);
    long own = port(request);
    return port == defaultPort(scheme) ? own == defaultPort(request.scheme()) : own == port;
  }

  /** The port that a request was sent to. */
  static long port(RequestHead request) {
    return portOf(request.scheme(), request.authority());
  }

  /**
   * The port of an authority, the scheme's own where it has none, or -1 for one that is no number.
   */
  private static long portOf(String scheme, String authority) {
    int colon = authority.lastIndexOf(':');
    boolean none = colon < 0 || authority.indexOf(']', colon) >= 0;
    if (none || colon == authority.length() - 1) {
      return defaultPort(scheme);
    }
    return CacheControl.parseSeconds(authority.substring(colon + 1));
  }

  private static int defaultPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }

  private static @Nullable String absolute(String pathAndQuery) {
    try {
      return NormalTarget.of(pathAndQuery.startsWith("/") ? pathAndQuery : "/" + pathAndQuery);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable String relative(String base, String reference) {
    if (reference.isEmpty()) {
      return base;
    }
    if (reference.startsWith("/")) {
      return absolute(reference);
    }
    String basePath = base.substring(0, queryStart(base));
    if (reference.startsWith("?")) {
      return basePath + reference;
    }
    return absolute(basePath.substring(0, basePath.lastIndexOf('/') + 1) + reference);
  }

  private static int queryStart(String target) {
    int question = target.indexOf('?');
    return question < 0 ? target.length() : question;
  }
}
