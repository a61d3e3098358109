package io.nearcast.router.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a request line asks for (RFC 9112 section 3.2).
 *
 * @param authority the host that an absolute target names, null where it names none
 * @param pathAndQuery beginning with a slash, visible ASCII only
 */
record Target(@Nullable String authority, String pathAndQuery) {

  /**
   * Reads the target of a request line.
   *
   * @return null where it is none that can be redirected: neither a path nor an http URL, or with
   *     characters that cannot stand there
   */
  static @Nullable Target read(String text) {
    String lower = text.length() < 8 ? "" : text.substring(0, 8).toLowerCase(Locale.ROOT);
    if (text.startsWith("/")) {
      return of(null, text);
    }
    int from = lower.startsWith("http://") ? 7 : lower.equals("https://") ? 8 : -1;
    if (from < 0) {
      return null;
    }
    int end = from;
    while (end < text.length() && "/?".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    String rest = text.substring(end);
    return of(text.substring(from, end), rest.startsWith("/") ? rest : "/" + rest);
  }

  private static @Nullable Target of(@Nullable String authority, String pathAndQuery) {
    if (pathAndQuery.indexOf('#') >= 0
        || pathAndQuery.chars().anyMatch(c -> c <= ' ' || c == 127)) {
      return null;
    }
    return new Target(authority, visible(pathAndQuery));
  }

  /** Percent-encodes bytes beyond ASCII, which came as one char each. */
  private static String visible(String text) {
    if (text.chars().allMatch(c -> c < 128)) {
      return text;
    }
    StringBuilder encoded = new StringBuilder(text.length() + 32);
    for (byte octet : text.getBytes(StandardCharsets.ISO_8859_1)) {
      if (octet >= 0) {
        encoded.append((char) octet);
      } else {
        encoded.append(String.format("%%%02X", octet & 0xFF));
      }
    }
    return encoded.toString();
  }
}
