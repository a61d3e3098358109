package io.nearcast.edge.upstream;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Writes requests as HTTP/1.1 (RFC 9112) straight into buffers. */
final class RequestEncoder {
  /** What ends a chunk of a body. */
  private static final ByteBuf CRLF =
      Unpooled.unreleasableBuffer(Unpooled.directBuffer(2).writeBytes(ascii("\r\n"))).asReadOnly();

  /** What ends a body in chunks. */
  private static final ByteBuf LAST_CHUNK =
      Unpooled.unreleasableBuffer(Unpooled.directBuffer(5).writeBytes(ascii("0\r\n\r\n")))
          .asReadOnly();

  private static final byte[] VERSION_AND_HOST = ascii(" HTTP/1.1\r\nHost: ");
  private static final byte[] SEPARATOR = ascii(": ");
  private static final byte[] LINE_END = ascii("\r\n");
  private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
  private static final byte[] LENGTH = ascii("Content-Length: ");
  private static final byte[] UPGRADE = ascii("Connection: Upgrade\r\nUpgrade: ");
  private static final byte[] CONNECTION_TE = ascii("Connection: TE\r\n");
  private static final String TIER_PREFIX = "Nearcast-";

  private RequestEncoder() {}

  /**
   * The head of a request, as it goes to a shield or to an origin.
   *
   * @throws IllegalArgumentException if a part of it holds a character that would end it early, or
   *     the method is CONNECT
   */
  static ByteBuf head(ByteBufAllocator allocator, UpstreamRequest request, boolean toShield) {
    RequestHead head = request.head();
    if (head.method().equals("CONNECT")) {
      throw new IllegalArgumentException("CONNECT cannot be sent to an upstream");
    }
    ByteBuf out = allocator.directBuffer(512);
    boolean written = false;
    try {
      word(out, head.method());
      out.writeByte(' ');
      word(out, head.target());
      out.writeBytes(VERSION_AND_HOST);
      text(out, head.authority());
      out.writeBytes(LINE_END);
      fields(out, head.fields(), toShield);
      framing(out, request);
      connection(out, request);
      out.writeBytes(LINE_END);
      written = true;
      return out;
    } finally {
      if (!written) {
        out.release();
      }
    }
  }

  /** The first line of a chunk of so many bytes, which must be more than none. */
  static ByteBuf chunkStart(ByteBufAllocator allocator, int length) {
    ByteBuf out = allocator.directBuffer(10);
    out.writeCharSequence(Integer.toHexString(length), StandardCharsets.US_ASCII);
    return out.writeBytes(LINE_END);
  }

  /** What follows the bytes of a chunk. */
  static ByteBuf chunkEnd() {
    return CRLF.duplicate();
  }

  /** What follows the last chunk. */
  static ByteBuf lastChunk() {
    return LAST_CHUNK.duplicate();
  }

  private static void fields(ByteBuf out, Fields fields, boolean toShield) {
    for (int i = 0; i < fields.size(); i++) {
      String name = fields.name(i);
      if (isOurs(name) || (!toShield && isForTiers(name))) {
        continue;
      }
      word(out, name);
      out.writeBytes(SEPARATOR);
      text(out, fields.value(i));
      out.writeBytes(LINE_END);
    }
  }

  private static void framing(ByteBuf out, UpstreamRequest request) {
    if (request.hasBody() && request.contentLength() < 0) {
      out.writeBytes(CHUNKED);
    } else if (request.hasBody() || expectsContent(request.head().method())) {
      out.writeBytes(LENGTH);
      long length = Math.max(0, request.contentLength());
      out.writeCharSequence(Long.toString(length), StandardCharsets.US_ASCII);
      out.writeBytes(LINE_END);
    }
  }

  /** What is for this connection only, and what Connection says of it (RFC 9110 section 7.6.1). */
  private static void connection(ByteBuf out, UpstreamRequest request) {
    String upgrade = request.upgrade();
    if (upgrade != null) {
      out.writeBytes(UPGRADE);
      text(out, upgrade);
      out.writeBytes(LINE_END);
    } else if (request.head().fields().has("TE")) {
      out.writeBytes(CONNECTION_TE);
    }
  }

  /** Whether a request of this method without a body says so (RFC 9110 section 8.6). */
  private static boolean expectsContent(String method) {
    return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
  }

  /** Whether a field is written by this class, or is about the client's connection. */
  private static boolean isOurs(String name) {
    return switch (name.length()) {
      case 4 -> name.equalsIgnoreCase("host");
      case 7 -> name.equalsIgnoreCase("upgrade");
      case 10 -> name.equalsIgnoreCase("connection") || name.equalsIgnoreCase("keep-alive");
      case 14 -> name.equalsIgnoreCase("content-length");
      case 17 -> name.equalsIgnoreCase("transfer-encoding");
      default -> false;
    };
  }

  private static boolean isForTiers(String name) {
    return name.regionMatches(true, 0, TIER_PREFIX, 0, TIER_PREFIX.length());
  }

  private static void word(ByteBuf out, String value) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("an empty method, target or field name cannot be sent");
    }
    write(out, value, ' ' + 1);
  }

  private static void text(ByteBuf out, String value) {
    write(out, value, ' ');
  }

  private static void write(ByteBuf out, String value, int least) {
    int length = value.length();
    out.ensureWritable(length);
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if ((c < least && (c != '\t' || least > ' ')) || c == 0x7f || c > 0xff) {
        throw new IllegalArgumentException(
            "character " + (int) c + " cannot be sent in a request's head");
      }
      out.writeByte(c);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
