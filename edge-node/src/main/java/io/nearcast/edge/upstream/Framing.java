package io.nearcast.edge.upstream;

import io.nearcast.edge.rules.Fields;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the end of a response is found, and what becomes of its connection (RFC 9112 sections 6 and
 * 9.3).
 *
 * @param kind what says where the body ends
 * @param length the body's length in bytes; -1 where {@code kind} is not {@link Kind#LENGTH}
 * @param persistent whether the server keeps the connection
 * @param keepAliveSeconds how long the server says that it keeps it unused, or -1
 */
record Framing(Kind kind, long length, boolean persistent, int keepAliveSeconds) {

  /** What says where a body ends. */
  enum Kind {
    /** Its length is known. */
    LENGTH,
    /** Its last chunk says so. */
    CHUNKED,
    /** The server closes the connection. */
    UNTIL_CLOSE
  }

  private static final String CHUNKED = "chunked";

  /** Codings that are or were registered, and words that some readers take for one. */
  private static final Set<String> CODINGS =
      Set.of(
          "gzip",
          "x-gzip",
          "compress",
          "x-compress",
          "deflate",
          "identity",
          "br",
          "zstd",
          "trailers");

  /** Digits of a length that cannot overflow a long. */
  private static final int LENGTH_DIGITS_MAX = 18;

  /**
   * The framing of a response.
   *
   * @param minorVersion 0 or 1, for HTTP/1.0 and HTTP/1.1
   * @param status 100 to 999
   * @param toHead whether it answers a HEAD request
   */
  static Framing of(int minorVersion, int status, boolean toHead, Fields fields)
      throws MalformedResponse {
    boolean close = false;
    boolean keepAlive = false;
    int keepAliveSeconds = -1;
    String digits = null;
    String coding = null;
    for (int i = 0; i < fields.size(); i++) {
      String name = fields.name(i);
      String value = fields.value(i);
      switch (name.length()) {
        case 10 -> {
          if (name.equalsIgnoreCase("connection")) {
            close |= hasToken(value, "close");
            keepAlive |= hasToken(value, "keep-alive");
          } else if (name.equalsIgnoreCase("keep-alive")) {
            keepAliveSeconds = timeout(value);
          }
        }
        case 14 -> {
          if (name.equalsIgnoreCase("content-length")) {
            digits = sameLength(digits, value);
          }
        }
        case 17 -> {
          if (name.equalsIgnoreCase("transfer-encoding")) {
            coding = onlyCoding(coding, value);
          }
        }
        default -> {}
      }
    }
    long length = digits == null ? -1 : length(digits);
    if (coding != null && length >= 0) {
      throw new MalformedResponse("both Content-Length and Transfer-Encoding");
    }
    if (coding != null && minorVersion == 0) {
      throw new MalformedResponse("Transfer-Encoding in an HTTP/1.0 response");
    }
    boolean chunked = coding != null && coding.equals(CHUNKED);
    // "the message body length is determined by reading the connection until it is closed".
    boolean unknown = coding != null && !chunked;
    boolean persistent = !close && !unknown && (minorVersion == 1 || keepAlive);
    if (toHead || status < 200 || status == 204 || status == 304) {
      // A server that announces a body where there can be none may well send one: do not go on.
      boolean suspect = status == 204 && (chunked || length > 0);
      return new Framing(Kind.LENGTH, 0, persistent && !suspect, keepAliveSeconds);
    }
    if (chunked) {
      return new Framing(Kind.CHUNKED, -1, persistent, keepAliveSeconds);
    }
    if (length >= 0) {
      return new Framing(Kind.LENGTH, length, persistent, keepAliveSeconds);
    }
    return new Framing(Kind.UNTIL_CLOSE, -1, false, -1);
  }

  /**
   * The only transfer coding, in lower case. Chunked is all that an HTTP/1.1 server may use towards
   * a client that sends no {@code TE}; a word that nobody knows says no more than that the body
   * ends with the connection (section 6.3). What another reader could undo, or take for chunked, is
   * refused: the body would be another one there.
   */
  private static String onlyCoding(@Nullable String before, String value) throws MalformedResponse {
    String coding = value.toLowerCase(Locale.ROOT);
    boolean known = CODINGS.contains(coding) || coding.contains("chunk") || !isToken(coding);
    if (before != null || (known && !coding.equals(CHUNKED))) {
      throw new MalformedResponse("Transfer-Encoding is not just chunked");
    }
    return coding;
  }

  private static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c ->
                (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  /** A length may be repeated as long as it stays the same (RFC 9110 section 8.6). */
  private static String sameLength(@Nullable String known, String value) throws MalformedResponse {
    String same = known;
    for (int start = 0; start <= value.length(); ) {
      int comma = value.indexOf(',', start);
      int end = comma < 0 ? value.length() : comma;
      String member = value.substring(start, end).strip();
      if (same != null && !member.equals(same)) {
        throw new MalformedResponse("two different Content-Lengths");
      }
      same = member;
      start = end + 1;
    }
    return same == null ? "" : same;
  }

  private static long length(String digits) throws MalformedResponse {
    boolean valid = !digits.isEmpty() && digits.length() <= LENGTH_DIGITS_MAX;
    for (int i = 0; valid && i < digits.length(); i++) {
      valid = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    if (!valid) {
      throw new MalformedResponse("Content-Length is not a number");
    }
    return Long.parseLong(digits);
  }

  /** Whether Connection says that Upgrade is meant for this connection. */
  static boolean namesUpgrade(Fields fields) {
    String connection = fields.combined("Connection");
    return connection != null && hasToken(connection, "upgrade");
  }

  private static boolean hasToken(String value, String token) {
    if (value.equalsIgnoreCase(token)) {
      return true;
    }
    if (value.indexOf(',') < 0) {
      return false;
    }
    for (String member : value.split(",", -1)) {
      if (member.strip().equalsIgnoreCase(token)) {
        return true;
      }
    }
    return false;
  }

  /** The timeout of {@code Keep-Alive: timeout=5, max=100} in seconds, or -1. */
  private static int timeout(String value) {
    String text = value.toLowerCase(Locale.ROOT);
    int start = text.indexOf("timeout=");
    if (start < 0) {
      return -1;
    }
    int seconds = 0;
    int i = start + "timeout=".length();
    int first = i;
    for (; i < text.length() && i < first + 6; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      seconds = seconds * 10 + digit;
    }
    return i == first ? -1 : seconds;
  }
}
