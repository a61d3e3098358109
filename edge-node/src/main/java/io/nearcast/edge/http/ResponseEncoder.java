package io.nearcast.edge.http;

import io.nearcast.edge.rules.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/** Writes response heads as bytes (RFC 9112 section 4). Pure; the buffers are the caller's. */
public final class ResponseEncoder {
  private static final byte[][] STATUS_LINES = new byte[1_000][];

  private ResponseEncoder() {}

  /** Writes the status line. */
  public static void statusLine(ByteBuf out, int status) {
    byte[] line = STATUS_LINES[status];
    if (line == null) {
      String reason = HttpResponseStatus.valueOf(status).reasonPhrase();
      line = ("HTTP/1.1 " + status + ' ' + reason + "\r\n").getBytes(StandardCharsets.US_ASCII);
      STATUS_LINES[status] = line;
    }
    out.writeBytes(line);
  }

  /** Writes one field line; characters above 255 cannot occur in what a parser let through. */
  public static void field(ByteBuf out, String name, String value) {
    latin1(out, name);
    out.writeByte(':').writeByte(' ');
    latin1(out, value);
    out.writeByte('\r').writeByte('\n');
  }

  /** Writes all field lines, in order. */
  public static void fields(ByteBuf out, Fields fields) {
    for (int i = 0; i < fields.size(); i++) {
      field(out, fields.name(i), fields.value(i));
    }
  }

  /** Writes the empty line that ends a head. */
  public static void end(ByteBuf out) {
    out.writeByte('\r').writeByte('\n');
  }

  /** A whole interim head. */
  public static ByteBuf interim(ByteBufAllocator allocator, int status, Fields fields) {
    ByteBuf out = allocator.buffer(256);
    statusLine(out, status);
    fields(out, fields);
    end(out);
    return out;
  }

  /** A whole answer to bytes that are no request; the connection ends after it. */
  static ByteBuf refusal(ByteBufAllocator allocator, int status, String detail) {
    ByteBuf out = allocator.buffer(256);
    statusLine(out, status);
    field(out, "Content-Type", "text/plain; charset=utf-8");
    field(out, "Content-Length", String.valueOf(detail.length() + 1));
    field(out, "Connection", "close");
    end(out);
    latin1(out, detail);
    out.writeByte('\n');
    return out;
  }

  private static void latin1(ByteBuf out, String text) {
    out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
  }
}
