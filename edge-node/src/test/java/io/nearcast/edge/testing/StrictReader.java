package io.nearcast.edge.testing;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads one message out of bytes as RFC 9112 has it, and nothing else: the other opinion that the
 * node's parsers are held against, with which it has no line in common.
 *
 * <p>It has no limits, and is lenient only where the RFC lets a recipient be: empty lines before a
 * request line (section 2.2), an empty Host (section 3.2), equal lengths in a list (section 6.3),
 * no space where there is no reason (section 4), any text as a chunk extension (section 7.1.1).
 * Whole messages are read at once, from an array, so that there is no state that pieces could
 * confuse.
 */
public final class StrictReader {
  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

  private static final String CHUNKED = "chunked";

  private final byte[] bytes;
  private final boolean closed;
  private int at;

  private StrictReader(byte[] bytes, int from, boolean closed) {
    this.bytes = bytes;
    this.at = from;
    this.closed = closed;
  }

  /** What stands at the beginning of the bytes. */
  public sealed interface Read {
    /** A message, which ends before the byte {@code end}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Whole(List<String> start, List<Line> fields, byte[] body, int end) implements Read {
      /** The values of all fields of a name. */
      public List<String> values(String name) {
        return fields.stream()
            .filter(line -> line.name().equalsIgnoreCase(name))
            .map(Line::value)
            .toList();
      }
    }

    /** The beginning of a message that may still become whole. */
    record Partial() implements Read {}

    /** What no recipient may take for a message. */
    record Malformed(String why) implements Read {}
  }

  /** One field line. */
  public record Line(String name, String value) {}

  private static final class Bad extends Exception {
    private static final long serialVersionUID = 1L;

    Bad(String why) {
      super(why);
    }
  }

  private static final class More extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Reads a request; {@code start} of it is method, host with port, and target in origin form.
   *
   * @param from where it begins
   */
  public static Read request(byte[] bytes, int from) {
    return read(() -> new StrictReader(bytes, from, false).request());
  }

  /**
   * Reads a response, which may be an interim one; {@code start} of it is version and status.
   *
   * @param toHead whether it answers HEAD
   * @param closed whether the connection has ended after the bytes
   */
  public static Read response(byte[] bytes, int from, boolean toHead, boolean closed) {
    return read(() -> new StrictReader(bytes, from, closed).response(toHead));
  }

  private interface Reading {
    Read.Whole read() throws Bad, More;
  }

  private static Read read(Reading reading) {
    try {
      return reading.read();
    } catch (Bad e) {
      return new Read.Malformed(e.getMessage());
    } catch (More e) {
      return new Read.Partial();
    }
  }

  private Read.Whole request() throws Bad, More {
    while (at + 1 < bytes.length && bytes[at] == '\r' && bytes[at + 1] == '\n') {
      at += 2;
    }
    List<String> words = List.of(line().split(" ", -1));
    check(words.size() == 3, "a request line is of three words (section 3)");
    String method = words.getFirst();
    check(isToken(method), "a method is a token (section 3.1)");
    String version = words.get(2);
    check(version.matches("HTTP/1\\.[01]"), "a version that is not known (section 2.3)");
    List<Line> fields = fields();
    List<String> where = where(method, words.get(1), host(fields, version.endsWith("0")));
    List<String> start = List.of(method, where.getFirst(), where.getLast());
    String coding = coding(fields, version);
    check(coding == null || coding.equals(CHUNKED), "an unknown coding (section 6.1)");
    String length = length(fields);
    check(coding == null || length == null, "two framings (section 6.3)");
    byte[] body = coding != null ? chunks() : length == null ? new byte[0] : take(length);
    return new Read.Whole(start, fields, body, at);
  }

  private Read.Whole response(boolean toHead) throws Bad, More {
    String line = line();
    check(line.matches("(?s)HTTP/1\\.[01] [1-9][0-9]{2}( .*)?"), "no status line (section 4)");
    String version = line.substring(0, 8);
    int status = Integer.parseInt(line.substring(9, 12));
    List<Line> fields = fields();
    List<String> start = List.of(version, String.valueOf(status));
    String coding = coding(fields, version);
    String length = length(fields);
    check(coding == null || length == null, "two framings (section 6.3)");
    byte[] body;
    if (toHead || status < 200 || status == 204 || status == 304) {
      body = new byte[0];
    } else if (CHUNKED.equals(coding)) {
      body = chunks();
    } else if (length != null) {
      body = take(length);
    } else {
      body = untilClose();
    }
    return new Read.Whole(start, fields, body, at);
  }

  private byte[] untilClose() throws More {
    if (!closed) {
      throw new More();
    }
    byte[] rest = new byte[bytes.length - at];
    System.arraycopy(bytes, at, rest, 0, rest.length);
    at = bytes.length;
    return rest;
  }

  /** Section 3.2: exactly one Host, without which only HTTP/1.0 may be. */
  private static String host(List<Line> fields, boolean old) throws Bad {
    List<String> hosts =
        fields.stream()
            .filter(line -> line.name().equalsIgnoreCase("Host"))
            .map(Line::value)
            .toList();
    check(hosts.size() == 1 || (old && hosts.isEmpty()), "not one Host (section 3.2)");
    String host = hosts.isEmpty() ? "" : hosts.getFirst();
    check(host.isEmpty() || isHost(host), "no host (section 3.2)");
    return host;
  }

  private static boolean isHost(String host) {
    return host.matches(
        "(\\[[0-9A-Za-z:.%\\-_~!$&'()*+,;=]+\\]|[0-9A-Za-z.%\\-_~!$&'()*+,;=]+)(:[0-9]*)?");
  }

  /** Section 3.2: host and target in origin form, from any of the four forms. */
  private static List<String> where(String method, String target, String host) throws Bad {
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      check(c > ' ' && c < 0x7f && c != '#', "a target has a character that none may have");
    }
    if (method.equals("CONNECT")) {
      check(isHost(target), "CONNECT without a host (section 3.2.3)");
      return List.of(host, target);
    }
    if (target.startsWith("/") || (target.equals("*") && method.equals("OPTIONS"))) {
      return List.of(host, target);
    }
    String lower = target.toLowerCase(Locale.ROOT);
    check(lower.startsWith("http://") || lower.startsWith("https://"), "no request target (3.2)");
    String rest = target.substring(target.indexOf("//") + 2);
    int end = 0;
    while (end < rest.length() && "/?".indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    String authority = rest.substring(0, end);
    check(isHost(authority), "absolute form without a host (section 3.2.2)");
    String path = rest.substring(end);
    if (path.isEmpty() && method.equals("OPTIONS")) {
      return List.of(authority, "*");
    }
    return List.of(authority, path.startsWith("/") ? path : "/" + path);
  }

  /**
   * Section 6.1: one coding in lower case or null, and none in HTTP/1.0. A response in another one
   * than chunked ends with the connection (section 6.3).
   */
  private static String coding(List<Line> fields, String version) throws Bad {
    String found = null;
    for (Line line : fields) {
      if (line.name().equalsIgnoreCase("Transfer-Encoding")) {
        check(isToken(line.value()), "no coding, or several (section 6.1)");
        check(found == null, "a coding twice (section 6.1)");
        found = line.value().toLowerCase(Locale.ROOT);
      }
    }
    check(found == null || version.endsWith("1"), "a coding in HTTP/1.0 (section 6.1)");
    return found;
  }

  /** Section 6.2: digits, or a list of the same digits; null where there is none. */
  private static String length(List<Line> fields) throws Bad {
    String found = null;
    for (Line line : fields) {
      if (line.name().equalsIgnoreCase("Content-Length")) {
        for (String member : line.value().split(",", -1)) {
          String digits = member.strip();
          check(digits.matches("[0-9]+"), "a length is digits (section 6.2)");
          check(found == null || found.equals(digits), "two lengths (section 6.3)");
          found = digits;
        }
      }
    }
    return found;
  }

  private byte[] take(String digits) throws More {
    return take(new BigInteger(digits));
  }

  private byte[] take(BigInteger length) throws More {
    if (length.compareTo(BigInteger.valueOf(bytes.length - at)) > 0) {
      throw new More();
    }
    byte[] taken = new byte[length.intValue()];
    System.arraycopy(bytes, at, taken, 0, taken.length);
    at += taken.length;
    return taken;
  }

  /** Section 7.1. */
  private byte[] chunks() throws Bad, More {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      String line = line();
      int digits = 0;
      while (digits < line.length() && "0123456789abcdefABCDEF".indexOf(line.charAt(digits)) >= 0) {
        digits++;
      }
      check(digits > 0, "a chunk size is hexadecimal digits (section 7.1)");
      String behind = line.substring(digits);
      check(behind.isEmpty() || behind.strip().startsWith(";"), "behind a chunk size (7.1.1)");
      checkText(behind);
      BigInteger size = new BigInteger(line.substring(0, digits), 16);
      if (size.signum() == 0) {
        fields();
        return all.toByteArray();
      }
      all.writeBytes(take(size));
      check(line().isEmpty(), "a chunk is longer than its size (section 7.1)");
    }
  }

  /** Section 5: lines up to the empty one. */
  private List<Line> fields() throws Bad, More {
    List<Line> fields = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      check(colon > 0 && isToken(line.substring(0, colon)), "no field name (section 5.1)");
      String value = line.substring(colon + 1);
      checkText(value);
      fields.add(new Line(line.substring(0, colon), trimmed(value)));
    }
    return fields;
  }

  private static String trimmed(String value) {
    int start = 0;
    int end = value.length();
    while (start < end && " \t".indexOf(value.charAt(start)) >= 0) {
      start++;
    }
    while (end > start && " \t".indexOf(value.charAt(end - 1)) >= 0) {
      end--;
    }
    return value.substring(start, end);
  }

  /** Up to CR LF. Section 2.2: neither CR nor LF stands alone. */
  private String line() throws Bad, More {
    int start = at;
    for (; at < bytes.length; at++) {
      check(bytes[at] != '\n', "LF without CR (section 2.2)");
      if (bytes[at] == '\r') {
        if (at + 1 == bytes.length) {
          throw new More();
        }
        check(bytes[at + 1] == '\n', "CR without LF (section 2.2)");
        String line = new String(bytes, start, at - start, StandardCharsets.ISO_8859_1);
        checkText(line);
        at += 2;
        return line;
      }
    }
    throw new More();
  }

  /** RFC 9110 section 5.5: no control but the tab. */
  private static void checkText(String text) throws Bad {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      check(c == '\t' || (c >= ' ' && c != 0x7f), "control character " + (int) c);
    }
  }

  private static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c ->
                (c >= '0' && c <= '9')
                    || (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || TOKEN_MARKS.indexOf(c) >= 0);
  }

  private static void check(boolean holds, String otherwise) throws Bad {
    if (!holds) {
      throw new Bad(otherwise);
    }
  }
}
