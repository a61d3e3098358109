package io.nearcast.edge.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An HTTP/1.1 message as it came, read by code that has nothing in common with the node's.
 *
 * @param startLine the request or status line
 * @param lines the field lines
 * @param body the body without its framing
 * @param complete whether the body came to its end
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Message(String startLine, List<String> lines, byte[] body, boolean complete) {

  /** The head of the next message; null where the connection ends before its first byte. */
  public static Message head(InputStream in) throws IOException {
    String start = line(in);
    if (start == null) {
      return null;
    }
    List<String> lines = new ArrayList<>();
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      lines.add(line);
    }
    return new Message(start, lines, new byte[0], false);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(b);
    }
    return line.size() == 0 ? null : line.toString(StandardCharsets.ISO_8859_1);
  }

  /** This head with the body that follows it. */
  public Message withBody(InputStream in, boolean bodiless, boolean untilClose) throws IOException {
    if (bodiless) {
      return new Message(startLine, lines, new byte[0], true);
    }
    if ("chunked".equalsIgnoreCase(field("Transfer-Encoding"))) {
      return chunked(in);
    }
    String length = field("Content-Length");
    if (length != null) {
      int wanted = Integer.parseInt(length);
      byte[] bytes = in.readNBytes(wanted);
      return new Message(startLine, lines, bytes, bytes.length == wanted);
    }
    return new Message(startLine, lines, untilClose ? in.readAllBytes() : new byte[0], true);
  }

  private Message chunked(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      String size = line(in);
      if (size == null || size.isEmpty()) {
        return new Message(startLine, lines, all.toByteArray(), false);
      }
      int wanted = Integer.parseInt(size, 16);
      byte[] chunk = in.readNBytes(wanted);
      all.writeBytes(chunk);
      String end = line(in);
      if (chunk.length < wanted || end == null) {
        return new Message(startLine, lines, all.toByteArray(), false);
      }
      if (wanted == 0) {
        return new Message(startLine, lines, all.toByteArray(), true);
      }
    }
  }

  /** The status of a response. */
  public int status() {
    return Integer.parseInt(startLine.substring(9, 12));
  }

  /** The target of a request. */
  public String target() {
    return startLine.split(" ", -1)[1];
  }

  /** The method of a request. */
  public String method() {
    return startLine.split(" ", -1)[0];
  }

  /** The value of the first field of a name, or null. */
  public String field(String name) {
    List<String> all = fields(name);
    return all.isEmpty() ? null : all.getFirst();
  }

  /** The values of all fields of a name. */
  public List<String> fields(String name) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    return lines.stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()).trim())
        .toList();
  }

  /** Whether there is a field whose name begins so. */
  public boolean hasFieldLike(String prefix) {
    return lines.stream()
        .anyMatch(
            line -> line.toLowerCase(Locale.ROOT).startsWith(prefix.toLowerCase(Locale.ROOT)));
  }

  /** The body as text. */
  public String text() {
    return new String(body, StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return startLine + lines + " " + body.length + (complete ? " bytes" : " bytes, cut off");
  }
}
