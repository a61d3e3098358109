package io.nearcast.edge.testing;

import java.util.Locale;

/**
 * The normal form of a request target, word by word as RFC 3986 has it, for comparing with the
 * node's.
 */
public final class PathForm {
  private PathForm() {}

  /**
   * Sections 6.2.2.1 to 6.2.2.3, for the path; the query stays. What is no path in origin form
   * stays too.
   */
  public static String normal(String target) {
    if (!target.startsWith("/")) {
      return target;
    }
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    return withoutDotSegments(decoded(path)) + target.substring(path.length());
  }

  private static String decoded(String path) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < path.length(); i++) {
      String encoded = path.substring(i, Math.min(i + 3, path.length()));
      if (encoded.matches("%[0-9A-Fa-f]{2}")) {
        String character = String.valueOf((char) Integer.parseInt(encoded.substring(1), 16));
        boolean unreserved = character.matches("[A-Za-z0-9._~-]");
        out.append(unreserved ? character : encoded.toUpperCase(Locale.ROOT));
        i += 2;
      } else {
        out.append(path.charAt(i));
      }
    }
    return out.toString();
  }

  /** Section 5.2.4, with its steps. */
  private static String withoutDotSegments(String path) {
    String in = path;
    StringBuilder out = new StringBuilder();
    while (!in.isEmpty()) {
      if (in.startsWith("/./") || in.equals("/.")) { // B
        in = "/" + in.substring(Math.min(3, in.length()));
      } else if (in.startsWith("/../") || in.equals("/..")) { // C
        in = "/" + in.substring(Math.min(4, in.length()));
        out.setLength(Math.max(0, out.lastIndexOf("/")));
      } else { // E
        int next = in.indexOf('/', 1);
        int end = next < 0 ? in.length() : next;
        out.append(in, 0, end);
        in = in.substring(end);
      }
    }
    return out.toString();
  }
}
