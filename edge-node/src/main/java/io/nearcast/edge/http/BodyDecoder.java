package io.nearcast.edge.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one request's body out of the bytes of its connection (RFC 9112 sections 6 and 7).
 *
 * <p>Used by the connection's event loop only. Strict: a line ends with CRLF, a chunk size has
 * hexadecimal digits only, nothing is guessed. Chunk extensions and trailer fields are checked,
 * bounded and dropped, as nobody here understands any.
 */
final class BodyDecoder {
  private static final int CHUNK_LINE_MAX = 256;
  private static final int TRAILERS_MAX = 8 * 1024;

  private enum State {
    DATA,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_END,
    TRAILERS,
    DONE
  }

  private State state;
  private long remaining;
  private int trailerBytes;

  private BodyDecoder(State state, long remaining) {
    this.state = state;
    this.remaining = remaining;
  }

  /** Decodes a body whose length is known, also 0. */
  static BodyDecoder length(long length) {
    return new BodyDecoder(length == 0 ? State.DONE : State.DATA, length);
  }

  /** Decodes a body in chunks. */
  static BodyDecoder chunked() {
    return new BodyDecoder(State.CHUNK_SIZE, 0);
  }

  /** Whether the last byte of the message has been taken. */
  boolean done() {
    return state == State.DONE;
  }

  /**
   * Takes the next piece of the body.
   *
   * @param in the connection's bytes; what is taken is read from it
   * @return a retained slice that the caller owns, or null where more bytes are needed or the body
   *     is {@link #done()}
   * @throws BadRequest if the chunk syntax is broken
   */
  @Nullable ByteBuf next(ByteBuf in) throws BadRequest {
    while (true) {
      switch (state) {
        case DONE -> {
          return null;
        }
        case DATA, CHUNK_DATA -> {
          if (!in.isReadable()) {
            return null;
          }
          return take(in);
        }
        case CHUNK_SIZE -> {
          int end = lineEnd(in);
          if (end < 0) {
            return null;
          }
          remaining = chunkSize(in, end);
          in.readerIndex(end + 2);
          state = remaining == 0 ? State.TRAILERS : State.CHUNK_DATA;
        }
        case CHUNK_END -> {
          if (in.readableBytes() < 2) {
            return null;
          }
          if (in.readByte() != '\r' || in.readByte() != '\n') {
            throw new BadRequest(400, "a chunk is longer than its size says");
          }
          state = State.CHUNK_SIZE;
        }
        case TRAILERS -> {
          int end = lineEnd(in);
          if (end < 0) {
            return null;
          }
          trailer(in, end);
        }
      }
    }
  }

  private ByteBuf take(ByteBuf in) {
    int length = (int) Math.min(remaining, in.readableBytes());
    remaining -= length;
    if (remaining == 0) {
      state = state == State.DATA ? State.DONE : State.CHUNK_END;
    }
    return in.readRetainedSlice(length);
  }

  private void trailer(ByteBuf in, int end) throws BadRequest {
    int start = in.readerIndex();
    trailerBytes += end - start + 2;
    if (trailerBytes > TRAILERS_MAX) {
      throw new BadRequest(431, "the trailer section is longer than " + TRAILERS_MAX + " bytes");
    }
    in.readerIndex(end + 2);
    if (end == start) {
      state = State.DONE;
      return;
    }
    int colon = start;
    while (colon < end && Characters.token(in.getByte(colon))) {
      colon++;
    }
    if (colon == start || colon == end || in.getByte(colon) != ':') {
      throw new BadRequest(400, "a trailer field has no valid name");
    }
    for (int i = colon + 1; i < end; i++) {
      if (!Characters.value(in.getByte(i))) {
        throw new BadRequest(400, "a trailer field has a control character");
      }
    }
  }

  /** The index of the CR of the next CRLF, or -1 where the line is not complete. */
  private int lineEnd(ByteBuf in) throws BadRequest {
    int max = state == State.TRAILERS ? TRAILERS_MAX : CHUNK_LINE_MAX;
    int lf = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    if (lf < 0) {
      if (in.readableBytes() > max) {
        throw new BadRequest(400, "a line of the chunked body is longer than " + max + " bytes");
      }
      return -1;
    }
    if (lf - in.readerIndex() > max) {
      throw new BadRequest(400, "a line of the chunked body is longer than " + max + " bytes");
    }
    if (lf == in.readerIndex() || in.getByte(lf - 1) != '\r') {
      throw new BadRequest(400, "a line of the chunked body ends without CR");
    }
    return lf - 1;
  }

  private static long chunkSize(ByteBuf in, int end) throws BadRequest {
    int i = in.readerIndex();
    long size = 0;
    int digits = 0;
    for (; i < end; i++, digits++) {
      int digit = Characters.hex(in.getByte(i));
      if (digit < 0) {
        break;
      }
      size = size << 4 | digit;
    }
    if (digits == 0 || digits > 15) {
      throw new BadRequest(400, "a chunk size is not 1 to 15 hexadecimal digits");
    }
    if (i < end && in.getByte(i) != ';') {
      throw new BadRequest(400, "a chunk size is followed by something else than an extension");
    }
    for (; i < end; i++) {
      if (!Characters.value(in.getByte(i))) {
        throw new BadRequest(400, "a chunk extension has a control character");
      }
    }
    return size;
  }
}
