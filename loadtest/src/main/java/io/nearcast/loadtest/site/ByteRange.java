package io.nearcast.loadtest.site;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of a body that a {@code Range} header asks for (RFC 9110 section 14).
 *
 * @param first offset of the first byte
 * @param last offset of the last byte, inclusive; before {@code first} where nothing matches
 */
record ByteRange(long first, long last) {
  private static final Pattern SINGLE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

  /** What no byte of the body satisfies: 416. */
  static final ByteRange NONE = new ByteRange(0, -1);

  /**
   * Reads a header.
   *
   * @param header the value, or null where the request has none
   * @param length the body's length in bytes
   * @return null where the whole body is to be sent: no header, several ranges, or not understood
   */
  static @Nullable ByteRange of(@Nullable String header, long length) {
    Matcher matcher = SINGLE.matcher(header == null ? "" : header);
    if (!matcher.matches() || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
      return null;
    }
    if (matcher.group(1).isEmpty()) {
      long suffix = Math.min(length, Long.parseLong(matcher.group(2)));
      return suffix == 0 ? NONE : new ByteRange(length - suffix, length - 1);
    }
    long first = Long.parseLong(matcher.group(1));
    long last =
        matcher.group(2).isEmpty()
            ? length - 1
            : Math.min(length - 1, Long.parseLong(matcher.group(2)));
    if (!matcher.group(2).isEmpty() && Long.parseLong(matcher.group(2)) < first) {
      return null;
    }
    return first >= length ? NONE : new ByteRange(first, last);
  }

  /** How many bytes it has. */
  long length() {
    return last - first + 1;
  }
}
