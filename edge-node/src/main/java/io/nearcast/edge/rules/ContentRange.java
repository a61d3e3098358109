package io.nearcast.edge.rules;

import org.jspecify.annotations.Nullable;

/**
 * The Content-Range of a single part in bytes (RFC 9110 section 14.4).
 *
 * @param first the index of the first byte
 * @param last the index of the last byte
 * @param completeLength how many bytes the whole representation has, or {@link #UNKNOWN}
 */
public record ContentRange(long first, long last, long completeLength) {
  /** A complete length that was not known to the sender: {@code *}. */
  public static final long UNKNOWN = -1;

  /** The greatest position; a longer number is no position. */
  private static final int DIGITS_MAX = 18;

  /** The range of a response's fields, or null where there is none, or not a single valid one. */
  public static @Nullable ContentRange of(Fields fields) {
    String value = fields.count("Content-Range") == 1 ? fields.first("Content-Range") : null;
    if (value == null || !value.regionMatches(true, 0, "bytes ", 0, 6)) {
      return null;
    }
    int dash = value.indexOf('-', 6);
    int slash = value.indexOf('/', 6);
    if (dash < 0 || slash < dash) {
      return null;
    }
    long first = position(value, 6, dash);
    long last = position(value, dash + 1, slash);
    boolean unknown = value.startsWith("*", slash + 1) && slash + 2 == value.length();
    long complete = unknown ? UNKNOWN : position(value, slash + 1, value.length());
    // "invalid if it contains a last-pos value less than its first-pos value, or a complete-length
    // value less than or equal to its last-pos value".
    boolean valid = first >= 0 && last >= first && (unknown || complete > last);
    return valid ? new ContentRange(first, last, complete) : null;
  }

  /** How many bytes there are. */
  public long length() {
    return last - first + 1;
  }

  /** Digits as a number, or -1. */
  static long position(String text, int from, int to) {
    if (from >= to || to - from > DIGITS_MAX) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
