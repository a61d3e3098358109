package io.nearcast.config.feed;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, read while it arrives, by a thread that does not wait longer for the next
 * bytes than it says. For the connection's owner.
 *
 * <p>Once it has been read to its end the connection can take the next request, if the answer has
 * not said otherwise; until then, and after {@link #close}, it cannot.
 */
final class ByteStream implements AutoCloseable {
  /** {@link #left}: all that comes until the connection ends. */
  private static final long UNKNOWN = -1;

  private final HttpConnection connection;
  private final boolean chunked;
  private final boolean lasting;

  /** Bytes that are still to come, of the chunk or in all. */
  private long left;

  private boolean afterChunk;
  private boolean ended;

  private ByteStream(HttpConnection connection, boolean chunked, long left, boolean lasting) {
    this.connection = connection;
    this.chunked = chunked;
    this.left = left;
    this.lasting = lasting;
    ended = !chunked && left == 0;
  }

  /** A body of a known length. */
  static ByteStream ofLength(HttpConnection connection, long length, boolean lasting) {
    return new ByteStream(connection, false, length, lasting);
  }

  /** A body in chunks (RFC 9112 section 7.1). */
  static ByteStream chunked(HttpConnection connection, boolean lasting) {
    return new ByteStream(connection, true, 0, lasting);
  }

  /** A body that ends with the connection. */
  static ByteStream untilTheEnd(HttpConnection connection) {
    return new ByteStream(connection, false, UNKNOWN, false);
  }

  /**
   * The next bytes, at least one, valid until the next call.
   *
   * @return null at the end
   * @throws SocketTimeoutException if none came in that time
   * @throws IOException if the connection broke, or what comes is no body
   */
  @Nullable ByteBuffer next(Duration wait) throws IOException {
    if (ended) {
      return null;
    }
    try {
      if (chunked && left == 0 && !nextChunk(wait)) {
        return null;
      }
      ByteBuffer bytes = connection.bytes(left == UNKNOWN ? Long.MAX_VALUE : left, wait);
      if (bytes == null) {
        return endOfConnection();
      }
      if (left != UNKNOWN) {
        left -= bytes.remaining();
        ended = left == 0 && !chunked;
      }
      return bytes;
    } catch (SocketTimeoutException e) {
      throw timeout(wait, e);
    }
  }

  private static SocketTimeoutException timeout(Duration wait, SocketTimeoutException cause) {
    SocketTimeoutException silence =
        new SocketTimeoutException("it was silent for " + wait.toMillis() + " ms");
    silence.initCause(cause);
    return silence;
  }

  private @Nullable ByteBuffer endOfConnection() throws IOException {
    ended = true;
    if (left != UNKNOWN) {
      throw new EOFException("the connection was lost");
    }
    return null;
  }

  private boolean nextChunk(Duration wait) throws IOException {
    long untilNanos = System.nanoTime() + wait.toNanos();
    if (afterChunk && !connection.line(untilNanos).isEmpty()) {
      throw new IOException("a chunk of its answer is longer than it says");
    }
    afterChunk = true;
    String size = connection.line(untilNanos).replaceFirst("[ \t]*;.*", "");
    if (!size.matches("[0-9A-Fa-f]{1,12}")) {
      throw new IOException("a chunk of its answer does not say its size");
    }
    left = Long.parseLong(size, 16);
    if (left > 0) {
      return true;
    }
    for (String trailer = "more"; !trailer.isEmpty(); ) {
      trailer = connection.line(untilNanos);
    }
    ended = true;
    return false;
  }

  /**
   * All bytes up to the end.
   *
   * @param wait the longest pause between them
   * @param bytesMax the most that are taken
   * @throws IOException if they are more, or do not all come
   */
  byte[] all(Duration wait, int bytesMax) throws IOException {
    GrowingBytes all = new GrowingBytes(bytesMax);
    for (ByteBuffer buffer = next(wait); buffer != null; buffer = next(wait)) {
      all.append(buffer, buffer.remaining());
    }
    return all.take();
  }

  /** Gives up the rest of the body, and the connection with it where something may still come. */
  @Override
  public void close() {
    if (!ended || !lasting) {
      connection.close();
    }
  }
}
