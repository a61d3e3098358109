package io.nearcast.edge.http;

import io.nearcast.config.model.NormalTarget;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads request heads (RFC 9112 sections 2 to 6), strictly: whatever two parsers could understand
 * in two ways is refused, so that nothing can be smuggled past the cache to an origin.
 *
 * <p>Used by one connection's event loop only. Refused are: a line that does not end with CRLF,
 * bare CR, NUL and other control characters, white space before the colon, folded lines, a missing
 * or second {@code Host}, two framings, a {@code Content-Length} that is not one number, transfer
 * codings other than {@code chunked}, and paths that servers read differently ({@link
 * NormalTarget}). The whole policy is in docs/wire.md.
 */
final class RequestParser {
  private static final int EMPTY_LINES_MAX = 2;
  private static final int METHOD_MAX = 32;

  private final String scheme;
  private final Limits limits;
  private int scanned;
  private int emptyLines;
  private boolean lineChecked;

  RequestParser(String scheme, Limits limits) {
    this.scheme = scheme;
    this.limits = limits;
  }

  /**
   * Takes the next head.
   *
   * @param in the connection's bytes; a complete head is read from it, an incomplete one stays
   * @return the request, or null where more bytes are needed
   * @throws BadRequest if it is not a head that may be acted upon
   */
  @Nullable Request parse(ByteBuf in) throws BadRequest {
    skipEmptyLines(in);
    int end = headEnd(in);
    if (end < 0) {
      refuseOverlong(in);
      refuseHopeless(in);
      return null;
    }
    if (end - in.readerIndex() > limits.headBytes()) {
      refuseOverlong(in);
    }
    Lines lines = new Lines(in, end);
    scanned = 0;
    emptyLines = 0;
    lineChecked = false;
    Request request = head(lines);
    in.readerIndex(end + 2);
    return request;
  }

  /** Section 2.2: a server ought to ignore at least one empty line before the request line. */
  private void skipEmptyLines(ByteBuf in) throws BadRequest {
    while (in.readableBytes() >= 2
        && in.getByte(in.readerIndex()) == '\r'
        && in.getByte(in.readerIndex() + 1) == '\n') {
      if (++emptyLines > EMPTY_LINES_MAX) {
        throw new BadRequest(400, "empty lines stand before the request line");
      }
      in.skipBytes(2);
    }
  }

  /** The index of the CRLF of the empty line that ends the head, or -1. */
  private int headEnd(ByteBuf in) throws BadRequest {
    int from = Math.max(in.readerIndex(), in.readerIndex() + scanned - 3);
    int end = in.writerIndex();
    while (true) {
      int lf = in.indexOf(from, end, (byte) '\n');
      if (lf < 0) {
        scanned = in.readableBytes();
        return -1;
      }
      if (lf == in.readerIndex() || in.getByte(lf - 1) != '\r') {
        throw new BadRequest(400, "a line of the head does not end with CRLF");
      }
      if (lf - in.readerIndex() >= 3 && in.getByte(lf - 2) == '\n' && in.getByte(lf - 3) == '\r') {
        return lf - 1;
      }
      from = lf + 1;
    }
  }

  private void refuseOverlong(ByteBuf in) throws BadRequest {
    int lf = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    int line = (lf < 0 ? in.writerIndex() : lf) - in.readerIndex();
    if (line > limits.targetBytes() + METHOD_MAX + 16) {
      throw new BadRequest(414, "the request target is longer than " + limits.targetBytes());
    }
    if (in.readableBytes() > limits.headBytes()) {
      throw new BadRequest(431, "the request head is longer than " + limits.headBytes());
    }
  }

  /** Of a head that is not complete: refuses what no further byte can make a request of. */
  private void refuseHopeless(ByteBuf in) throws BadRequest {
    if (lineChecked || !in.isReadable()) {
      return;
    }
    byte first = in.getByte(in.readerIndex());
    boolean emptyLine = first == '\r' && in.readableBytes() == 1;
    if (!Characters.token(first) && !emptyLine) {
      throw new BadRequest(400, "this is no HTTP request");
    }
    int lf = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    if (lf >= 0) {
      new Lines(in, lf + 1).requestLine(limits.targetBytes());
      lineChecked = true;
    }
  }

  private Request head(Lines lines) throws BadRequest {
    RequestLine line = lines.requestLine(limits.targetBytes());
    String method = line.method();
    String rawTarget = line.target();
    boolean http10 = line.http10();
    Fields.Builder builder = Fields.builder();
    int count = 0;
    while (lines.more()) {
      if (++count > limits.fields()) {
        throw new BadRequest(431, "the request has more than " + limits.fields() + " fields");
      }
      lines.field(builder);
    }
    Fields fields = builder.build();
    String authority = authority(fields, http10);
    String target = rawTarget;
    String requestScheme = scheme;
    if (method.equals("CONNECT")) {
      // Section 3.2.3: a host and port, in no other form.
      checkedAuthority(rawTarget);
    } else if (!rawTarget.startsWith("/")) {
      int slashes = absoluteForm(rawTarget);
      if (slashes > 0) {
        // Section 3.2.2: the target's authority counts, whatever Host says.
        requestScheme = rawTarget.substring(0, slashes - 1).toLowerCase(Locale.ROOT);
        int path = pathStart(rawTarget, slashes + 2);
        authority = checkedAuthority(rawTarget.substring(slashes + 2, path));
        target = pathOf(method, rawTarget.substring(path));
      } else if (!(rawTarget.equals("*") && method.equals("OPTIONS"))) {
        throw new BadRequest(400, "the request target does not begin with /");
      }
    }
    return framed(
        RequestHead.of(method, requestScheme, authority, normal(target), fields), http10, fields);
  }

  /** What follows the authority of an absolute form (RFC 9112 sections 3.2.1 and 3.2.4). */
  private static String pathOf(String method, String rest) {
    if (rest.isEmpty() && method.equals("OPTIONS")) {
      return "*";
    }
    return rest.startsWith("/") ? rest : "/" + rest;
  }

  /** What is matched with rules, looked up and sent upstream is one and the same. */
  private static String normal(String target) throws BadRequest {
    if (!target.startsWith("/")) {
      return target;
    }
    try {
      return NormalTarget.of(target);
    } catch (IllegalArgumentException e) {
      throw new BadRequest(400, "the request target " + e.getMessage());
    }
  }

  private static int absoluteForm(String target) {
    return target.regionMatches(true, 0, "http://", 0, 7)
        ? 5
        : target.regionMatches(true, 0, "https://", 0, 8) ? 6 : -1;
  }

  private static int pathStart(String target, int from) {
    for (int i = from; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c == '/' || c == '?') {
        return i;
      }
    }
    return target.length();
  }

  /** RFC 9112 section 3.2: exactly one Host, a valid one; HTTP/1.0 clients may leave it out. */
  private String authority(Fields fields, boolean http10) throws BadRequest {
    String host = null;
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i).equalsIgnoreCase("Host")) {
        if (host != null) {
          throw new BadRequest(400, "the request has two Host fields");
        }
        host = fields.value(i);
      }
    }
    if (host == null) {
      if (http10) {
        return "";
      }
      throw new BadRequest(400, "the request has no Host field");
    }
    return host.isEmpty() && limits.emptyHost() ? host : checkedAuthority(host);
  }

  private static String checkedAuthority(String authority) throws BadRequest {
    if (authority.isEmpty() || authority.length() > 255) {
      throw new BadRequest(400, "the host is empty or longer than 255 characters");
    }
    for (int i = 0; i < authority.length(); i++) {
      if (!Characters.host(authority.charAt(i))) {
        throw new BadRequest(400, "the host has a character that none may have");
      }
    }
    int colon = authority.lastIndexOf(':');
    boolean ipv6 = authority.startsWith("[");
    if (!bracketsFit(authority, ipv6)) {
      throw new BadRequest(400, "the host has a broken IPv6 address");
    }
    if (colon >= 0 && colon > authority.lastIndexOf(']')) {
      if (colon == 0 || authority.indexOf(':', authority.lastIndexOf(']') + 1) != colon) {
        throw new BadRequest(400, "the host is not HOST or HOST:PORT");
      }
      checkPort(authority, colon + 1);
    }
    return authority;
  }

  /** RFC 3986 section 3.2.2: brackets stand around the whole host, or nowhere. */
  private static boolean bracketsFit(String authority, boolean ipv6) {
    int end = ipv6 ? authority.indexOf(']') + 1 : 0;
    boolean alone = authority.indexOf('[', 1) < 0 && authority.indexOf(']', end) < 0;
    boolean last = end == authority.length() || authority.charAt(end) == ':';
    return alone && (!ipv6 || (end > 3 && last));
  }

  private static void checkPort(String authority, int from) throws BadRequest {
    int port = 0;
    for (int i = from; i < authority.length(); i++) {
      char c = authority.charAt(i);
      port = port * 10 + (c - '0');
      if (c < '0' || c > '9' || port > 65_535) {
        throw new BadRequest(400, "the host's port is not a number up to 65535");
      }
    }
  }

  /** RFC 9112 section 6.3, without its leniency: one framing or none. */
  private static Request framed(RequestHead head, boolean http10, Fields fields) throws BadRequest {
    String length = null;
    String coding = null;
    String expect = null;
    String connection = null;
    for (int i = 0; i < fields.size(); i++) {
      String value = fields.value(i);
      switch (fields.name(i).length()) {
        case 14 -> {
          if (fields.name(i).equalsIgnoreCase("Content-Length")) {
            length = once(length, value, "Content-Length");
          }
        }
        case 17 -> {
          if (fields.name(i).equalsIgnoreCase("Transfer-Encoding")) {
            coding = once(coding, value, "Transfer-Encoding");
          }
        }
        case 6 -> {
          if (fields.name(i).equalsIgnoreCase("Expect")) {
            expect = once(expect, value, "Expect");
          }
        }
        case 10 -> {
          if (fields.name(i).equalsIgnoreCase("Connection")) {
            connection = connection == null ? value : connection + "," + value;
          }
        }
        default -> {}
      }
    }
    if (expect != null && !expect.equalsIgnoreCase("100-continue")) {
      throw new BadRequest(417, "only the expectation 100-continue can be met");
    }
    boolean keepAlive =
        http10 ? hasToken(connection, "keep-alive") : !hasToken(connection, "close");
    Request.Framing framing = Request.Framing.NONE;
    long contentLength = -1;
    if (coding != null) {
      if (length != null) {
        throw new BadRequest(400, "the request has Content-Length and Transfer-Encoding");
      }
      if (http10) {
        throw new BadRequest(400, "HTTP/1.0 has no Transfer-Encoding");
      }
      if (!coding.equalsIgnoreCase("chunked")) {
        throw new BadRequest(501, "only the transfer coding chunked is understood");
      }
      framing = Request.Framing.CHUNKED;
    } else if (length != null) {
      contentLength = number(length);
      framing = contentLength == 0 ? Request.Framing.NONE : Request.Framing.LENGTH;
    }
    boolean waits = expect != null && framing != Request.Framing.NONE && !http10;
    return new Request(head, http10, keepAlive, waits, framing, contentLength);
  }

  private static String once(@Nullable String before, String value, String name) throws BadRequest {
    if (before != null) {
      throw new BadRequest(400, "the request has two " + name + " fields");
    }
    return value;
  }

  private static long number(String digits) throws BadRequest {
    if (digits.isEmpty() || digits.length() > 18) {
      throw new BadRequest(400, "Content-Length is not a number of bytes");
    }
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        throw new BadRequest(400, "Content-Length is not a number of bytes");
      }
    }
    return Long.parseLong(digits);
  }

  /** Whether a comma-separated list has the token, without case. */
  private static boolean hasToken(@Nullable String list, String token) {
    if (list == null) {
      return false;
    }
    if (list.equalsIgnoreCase(token)) {
      return true;
    }
    for (String element : list.split(",", -1)) {
      if (element.trim().equalsIgnoreCase(token)) {
        return true;
      }
    }
    return false;
  }

  private record RequestLine(String method, String target, boolean http10) {}

  /** A cursor over the complete head. */
  private static final class Lines {
    private final ByteBuf in;
    private final int end;
    private int at;

    /**
     * @param end the index of the CRLF of the empty line
     */
    Lines(ByteBuf in, int end) {
      this.in = in;
      this.end = end;
      this.at = in.readerIndex();
    }

    boolean more() {
      return at < end;
    }

    private String text(int from, int to) {
      return in.toString(from, to - from, StandardCharsets.ISO_8859_1);
    }

    RequestLine requestLine(int targetMax) throws BadRequest {
      String method = token(METHOD_MAX, (byte) ' ', "the method");
      return new RequestLine(method, target(targetMax), version());
    }

    private String token(int max, byte stop, String what) throws BadRequest {
      int start = at;
      while (at < end && Characters.token(in.getByte(at))) {
        at++;
      }
      if (at == start || at - start > max || at >= end || in.getByte(at) != stop) {
        throw new BadRequest(400, what + " is not a token of at most " + max + " characters");
      }
      return text(start, at++);
    }

    private String target(int max) throws BadRequest {
      int start = at;
      while (at < end && Characters.target(in.getByte(at))) {
        at++;
      }
      if (at - start > max) {
        throw new BadRequest(414, "the request target is longer than " + max);
      }
      if (at == start || at >= end || in.getByte(at) != ' ') {
        throw new BadRequest(400, "the request target has a character that none may have");
      }
      return text(start, at++);
    }

    /** Reads the version and its CRLF; whether it is HTTP/1.0. */
    private boolean version() throws BadRequest {
      int start = at;
      while (at < end && in.getByte(at) != '\r') {
        at++;
      }
      String version = text(start, Math.min(at, start + 9));
      crlf();
      if (version.equals("HTTP/1.1")) {
        return false;
      }
      if (version.equals("HTTP/1.0")) {
        return true;
      }
      boolean other = version.length() == 8 && version.startsWith("HTTP/");
      throw new BadRequest(other ? 505 : 400, "the version is not HTTP/1.1 or HTTP/1.0");
    }

    private void crlf() throws BadRequest {
      if (in.getByte(at) != '\r' || in.getByte(at + 1) != '\n') {
        throw new BadRequest(400, "a line of the head does not end with CRLF");
      }
      at += 2;
    }

    void field(Fields.Builder builder) throws BadRequest {
      int nameStart = at;
      while (at < end && Characters.token(in.getByte(at))) {
        at++;
      }
      if (at == nameStart || in.getByte(at) != ':') {
        throw new BadRequest(400, "a field has no valid name followed by a colon");
      }
      String name = text(nameStart, at++);
      while (blank(in.getByte(at))) {
        at++;
      }
      int valueStart = at;
      while (Characters.value(in.getByte(at))) {
        at++;
      }
      int valueEnd = at;
      while (valueEnd > valueStart && blank(in.getByte(valueEnd - 1))) {
        valueEnd--;
      }
      if (in.getByte(at) != '\r') {
        throw new BadRequest(400, "the field " + name + " has a control character");
      }
      crlf();
      builder.add(name, text(valueStart, valueEnd));
    }

    private static boolean blank(byte b) {
      return b == ' ' || b == '\t';
    }
  }
}
