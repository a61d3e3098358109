package io.nearcast.edge.upstream;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way to a connection: kept while there is none, then passed on and
 * framed. For one event loop.
 *
 * <p>Once a byte was passed on the body is {@link #consumed} and the request cannot be repeated.
 */
final class RequestBody {
  /** From so many kept bytes on the writer is asked to wait. */
  static final int KEPT_BYTES_HIGH = 64 * 1024;

  /** A writer that does not wait is at fault. */
  private static final int KEPT_BYTES_MAX = 4 * 1024 * 1024;

  private final boolean chunked;
  private final ArrayDeque<ByteBuf> kept = new ArrayDeque<>(0);
  private @Nullable UpstreamConnection connection;
  private long remaining;
  private int keptBytes;
  private boolean consumed;
  private boolean ended;
  private boolean writerWaits;

  RequestBody(UpstreamRequest request) {
    chunked = request.hasBody() && request.contentLength() < 0;
    remaining = chunked ? Long.MAX_VALUE : Math.max(0, request.contentLength());
    ended = !request.hasBody();
  }

  /** Whether a byte of it was passed on. */
  boolean consumed() {
    return consumed;
  }

  /** Takes ownership of a piece; returns whether more may be written now. */
  boolean write(ByteBuf piece) {
    int length = piece.readableBytes();
    if (ended || length > remaining || keptBytes > KEPT_BYTES_MAX) {
      piece.release();
      throw new IllegalStateException(
          ended ? "the body has ended" : "more of the body than was announced, or than fits");
    }
    if (length == 0) {
      piece.release();
      return !writerWaits;
    }
    remaining -= length;
    UpstreamConnection to = connection;
    if (to == null) {
      kept.add(piece);
      keptBytes += length;
      writerWaits = keptBytes >= KEPT_BYTES_HIGH;
    } else {
      pass(to, piece);
      to.flushSoon();
      writerWaits = !to.isWritable();
    }
    return !writerWaits;
  }

  /** Marks the end; what was announced must have been written. */
  void end() {
    if (ended) {
      throw new IllegalStateException("the body has ended before");
    }
    if (!chunked && remaining > 0) {
      throw new IllegalStateException("the body lacks " + remaining + " bytes: abort instead");
    }
    ended = true;
    UpstreamConnection to = connection;
    if (to != null) {
      passEnd(to);
    }
  }

  /** Passes on what was kept, and from now on what is written. */
  void attach(UpstreamConnection to) {
    connection = to;
    for (ByteBuf piece = kept.poll(); piece != null; piece = kept.poll()) {
      pass(to, piece);
    }
    keptBytes = 0;
    if (ended) {
      passEnd(to);
    } else {
      to.flushSoon();
    }
  }

  /** The connection is gone; what is written from now on is kept. */
  void detach() {
    connection = null;
  }

  /** Whether the writer was asked to wait and may now go on; says so once. */
  boolean writerMayGoOn() {
    UpstreamConnection to = connection;
    if (!writerWaits || ended || to == null || !to.isWritable()) {
      return false;
    }
    writerWaits = false;
    return true;
  }

  /** Frees what was kept. */
  void release() {
    connection = null;
    ended = true;
    for (ByteBuf piece = kept.poll(); piece != null; piece = kept.poll()) {
      piece.release();
    }
  }

  private void pass(UpstreamConnection to, ByteBuf piece) {
    consumed = true;
    if (chunked) {
      to.write(RequestEncoder.chunkStart(piece.alloc(), piece.readableBytes()));
      to.write(piece);
      to.write(RequestEncoder.chunkEnd());
    } else {
      to.write(piece);
    }
  }

  private void passEnd(UpstreamConnection to) {
    if (chunked) {
      to.write(RequestEncoder.lastChunk());
    }
    to.requestEnded();
  }
}
