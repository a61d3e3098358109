package io.nearcast.edge.rules;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** Resolves references in fields such as Location against a request's URI (RFC 3986 section 5). */
final class References {
  private References() {}

  /** The target in origin form that a reference names on the request's own origin, or null. */
  static @Nullable String targetOnSameOrigin(RequestHead request, String reference) {
    try {
      URI base = new URI(request.scheme() + "://" + request.authority() + request.target());
      URI uri = base.resolve(new URI(reference));
      boolean sameOrigin =
          request.scheme().equalsIgnoreCase(uri.getScheme())
              && request.authority().equalsIgnoreCase(uri.getRawAuthority());
      return sameOrigin ? targetOf(uri) : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** Whether a reference names the request's own URI. */
  static boolean sameUri(RequestHead request, String reference) {
    return request.target().equals(targetOnSameOrigin(request, reference));
  }

  private static String targetOf(URI uri) {
    String rawPath = uri.getRawPath();
    String path = rawPath == null || rawPath.isEmpty() ? "/" : rawPath;
    return uri.getRawQuery() == null ? path : path + '?' + uri.getRawQuery();
  }
}
