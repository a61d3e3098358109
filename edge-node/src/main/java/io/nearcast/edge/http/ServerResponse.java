package io.nearcast.edge.http;

import io.nearcast.edge.rules.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The answer to one request, written piece by piece: interim heads, one head, data, the end.
 *
 * <p>Used on the connection's event loop only. The head and the data of a message with a known
 * length are written as they are; unknown lengths are framed in chunks, or by the end of the
 * connection for HTTP/1.0. Calls after the client has gone are ignored, and release what they are
 * given.
 */
public final class ServerResponse {

  /** How the client learns where the response ends (RFC 9112 section 6.3). */
  public enum Framing {
    /** By {@code Content-Length}, or by having no body. */
    LENGTH,
    /** By the last chunk. */
    CHUNKED,
    /** By the end of the connection. */
    CLOSE
  }

  private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");
  private static final ByteBuf CRLF = constant("\r\n");

  private final ServerConnection connection;
  private final Request request;
  private Framing framing = Framing.LENGTH;
  private boolean headSent;
  private boolean ended;
  private long bodyBytes;

  ServerResponse(ServerConnection connection, Request request) {
    this.connection = connection;
    this.request = request;
  }

  private static ByteBuf constant(String text) {
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer(text.length())
            .writeBytes(text.getBytes(StandardCharsets.US_ASCII))
            .asReadOnly());
  }

  /** The event loop of the connection. */
  public EventLoop loop() {
    return connection.loop();
  }

  /** Where buffers for this response come from. */
  public ByteBufAllocator allocator() {
    return connection.allocator();
  }

  /** The address that the request came from. */
  public InetSocketAddress client() {
    return connection.client();
  }

  /** Whether the connection can be used again after this response; the head must say so. */
  public boolean persistent() {
    return connection.persistent(request);
  }

  /** How a body of unknown length is framed for this client. */
  public Framing unknownLength() {
    return request.http10() ? Framing.CLOSE : Framing.CHUNKED;
  }

  /** The connection ends after this response; to be called before {@link #persistent}. */
  public void closeAfter() {
    connection.lastRequest();
  }

  /** Whether the head has been written: from then on an error can only break the transfer. */
  public boolean headSent() {
    return headSent;
  }

  /** Whether nothing can be written any more. */
  public boolean ended() {
    return ended;
  }

  /** Bytes of the body that were written, without framing. */
  public long bodyBytes() {
    return bodyBytes;
  }

  /** Whether more data should be written now; {@code writable()} is called when it is again. */
  public boolean writable() {
    return connection.writable();
  }

  /** Writes the encoded head of an interim response; ownership passes. */
  public void interim(ByteBuf head) {
    if (ended || request.http10()) {
      head.release();
      return;
    }
    connection.write(head);
    flush();
  }

  /**
   * Writes the encoded head, which may have the beginning or all of a body behind it; ownership
   * passes.
   *
   * @param bodyBytesBehind how many bytes of the buffer belong to the body
   */
  public void head(ByteBuf head, Framing framing, long bodyBytesBehind) {
    if (ended) {
      head.release();
      return;
    }
    headSent = true;
    this.framing = framing;
    bodyBytes += bodyBytesBehind;
    connection.write(head);
  }

  /** Writes a piece of the body; ownership passes. Written bytes leave at the next flush. */
  public void data(ByteBuf piece) {
    int length = piece.readableBytes();
    if (ended || length == 0) {
      piece.release();
      return;
    }
    bodyBytes += length;
    if (framing != Framing.CHUNKED) {
      connection.write(piece);
      return;
    }
    ByteBuf size = allocator().buffer(10);
    ByteBufUtil.writeAscii(size, Integer.toHexString(length));
    size.writeByte('\r').writeByte('\n');
    connection.write(size);
    connection.write(piece);
    connection.write(CRLF.duplicate());
  }

  /** Sends what was written, unless the connection is reading and will do so by itself. */
  public void flush() {
    connection.flush();
  }

  /** The response is complete. */
  public void end() {
    end(Fields.EMPTY);
  }

  /** The response is complete; the trailers are written where it is in chunks. */
  public void end(Fields trailers) {
    if (ended) {
      return;
    }
    ended = true;
    if (framing == Framing.CHUNKED && trailers.size() > 0) {
      ByteBuf last = allocator().buffer(128);
      last.writeByte('0').writeByte('\r').writeByte('\n');
      ResponseEncoder.fields(last, trailers);
      ResponseEncoder.end(last);
      connection.write(last);
    } else if (framing == Framing.CHUNKED) {
      connection.write(LAST_CHUNK.duplicate());
    }
    connection.responseEnded();
  }

  /**
   * Writes the encoded head of a 101; ownership passes. The connection speaks another protocol from
   * now on: its bytes, also those that have come already, go to the handler, which owns it. Only
   * for requests without a body.
   *
   * @return false where the client is gone; then nothing happens
   */
  public boolean switchTo(ByteBuf head, ChannelInboundHandler handler) {
    if (ended) {
      head.release();
      return false;
    }
    headSent = true;
    ended = true;
    connection.write(head);
    connection.handOver(handler);
    return true;
  }

  /** The response cannot be completed: the connection is cut, so that nobody takes it for whole. */
  public void abort() {
    if (!ended) {
      ended = true;
      connection.abort();
    }
  }

  /** Stops reading the request's body; what has been read already may still come. */
  public void pauseBody() {
    connection.pauseBody();
  }

  /** Goes on reading the request's body. */
  public void resumeBody() {
    connection.resumeBody();
  }

  /** No further call has an effect; for a client that has gone. */
  void gone() {
    ended = true;
  }
}
