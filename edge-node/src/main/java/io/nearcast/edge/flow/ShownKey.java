package io.nearcast.edge.flow;

import io.nearcast.edge.rules.CacheKey;
import java.util.regex.Pattern;

/**
 * A cache key as {@code Cache-Status} shows it (RFC 9211 section 2.7), a String of RFC 9651 section
 * 3.3.3: host, path and the part of the query that counts, then the names of what else counts.
 *
 * <p>The values of header fields and cookies that a service has in its key are left out: the page's
 * scripts, and whoever a page is shared with, can read {@code Cache-Status}, but not the cookies of
 * others nor those marked HttpOnly. {@code explain}, for operators, has them. Pure.
 */
final class ShownKey {
  /** Characters of a key that are shown; an ellipsis stands for what is behind them. */
  static final int LENGTH_MAX = 256;

  private static final Pattern OPEN = Pattern.compile("scheme=https?|port=[0-9]{1,5}");
  private static final String HEX = "0123456789ABCDEF";

  private ShownKey() {}

  /** Appends the key, with quotes. */
  static void append(StringBuilder out, CacheKey key) {
    out.append('"');
    int room = quoted(out, key.host(), LENGTH_MAX);
    room = quoted(out, key.target(), room);
    String extra = key.extra();
    for (int from = 0; from < extra.length() && room >= 0; ) {
      int line = extra.indexOf('\n', from);
      int end = line < 0 ? extra.length() : line;
      room = quoted(out, " +" + nameOrAll(extra.substring(from, end)), room);
      from = end + 1;
    }
    out.append(room < 0 ? "...\"" : "\"");
  }

  /** Scheme and port with their values, for the URL says them too; of all others the name. */
  private static String nameOrAll(String line) {
    boolean open = OPEN.matcher(line).matches();
    int equals = line.indexOf('=');
    return open || equals < 0 ? line : line.substring(0, equals);
  }

  /**
   * Appends text as long as there is room.
   *
   * @param room how many of its characters there is room for
   * @return how much room is left, -1 where it was not enough
   */
  private static int quoted(StringBuilder out, String text, int room) {
    int shown = Math.min(text.length(), room);
    for (int i = 0; i < shown; i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c >= ' ' && c <= '~') {
        out.append(c);
      } else {
        // Targets and names have one character for each byte.
        out.append('%').append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
      }
    }
    return shown < text.length() ? -1 : room - shown;
  }
}
