package io.nearcast.edge.upstream;

import io.nearcast.edge.rules.Fields;
import java.nio.charset.StandardCharsets;

/**
 * Reads field lines (RFC 9112 section 5) strictly: what two parsers could read differently is an
 * error, for the difference is how responses are smuggled.
 */
final class FieldLines {
  /** The most field lines that a head or a trailer section of an origin may have. */
  static final int LINES_MAX = 200;

  /** The same of a shield, which passes on what an origin says with fields of its own. */
  static final int LINES_OF_SHIELD_MAX = LINES_MAX + 20;

  private static final boolean[] TOKEN = tokenCharacters();

  private FieldLines() {}

  /**
   * Reads lines that end with CR LF each.
   *
   * @param bytes holds the lines, and nothing else, from {@code from} to {@code to} (exclusive)
   * @param linesMax how many there may be
   */
  static Fields parse(byte[] bytes, int from, int to, int linesMax) throws MalformedResponse {
    if (from == to) {
      return Fields.EMPTY;
    }
    Fields.Builder fields = Fields.builder();
    int lines = 0;
    for (int start = from; start < to; ) {
      if (++lines > linesMax) {
        throw new MalformedResponse("more than " + linesMax + " fields");
      }
      int end = lineEnd(bytes, start, to);
      addLine(fields, bytes, start, end);
      start = end + 2;
    }
    return fields.build();
  }

  /** The index of the CR that ends a line, whose text is checked on the way. */
  static int lineEnd(byte[] bytes, int start, int to) throws MalformedResponse {
    int i = start;
    while (isText(bytes[i])) {
      i++;
    }
    // The caller has seen to it that the last two bytes are CR LF, so the loop ends within bounds.
    if (bytes[i] != '\r' || i + 1 >= to || bytes[i + 1] != '\n') {
      throw new MalformedResponse("byte " + (bytes[i] & 0xff) + " within a line");
    }
    return i;
  }

  private static void addLine(Fields.Builder fields, byte[] bytes, int start, int end)
      throws MalformedResponse {
    int colon = start;
    while (colon < end && isToken(bytes[colon])) {
      colon++;
    }
    // Also catches folded lines and blanks before the colon (RFC 9112 sections 5.1 and 5.2).
    if (colon == start || colon == end || bytes[colon] != ':') {
      throw new MalformedResponse("a field line without a valid name");
    }
    int valueStart = colon + 1;
    while (valueStart < end && isBlank(bytes[valueStart])) {
      valueStart++;
    }
    int valueEnd = end;
    while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) {
      valueEnd--;
    }
    fields.add(text(bytes, start, colon), text(bytes, valueStart, valueEnd));
  }

  /** Bytes as text, one character each. */
  static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  /**
   * Whether a byte may stand in a value or reason (RFC 9110 section 5.5): no control but the tab.
   */
  static boolean isText(byte b) {
    return b >= ' ' ? b != 0x7f : b < 0 || b == '\t';
  }

  /** Whether a byte may stand in a name (RFC 9110 section 5.6.2). */
  static boolean isToken(byte b) {
    return b > 0 && TOKEN[b];
  }

  private static boolean[] tokenCharacters() {
    boolean[] token = new boolean[128];
    for (char c = '0'; c <= 'z'; c++) {
      token[c] = Character.isLetterOrDigit(c);
    }
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
      token[c] = true;
    }
    return token;
  }
}
