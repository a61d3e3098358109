package io.nearcast.edge.upstream;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answers on one connection, one after the other, as its caller asks for them.
 *
 * <p>A pull parser: {@link #next} takes what it needs from the bytes that have come and says what
 * it found, so the caller can stop between any two pieces without anything being kept here. Strict
 * (RFC 9112): lines end with CR LF; no folded lines, no blanks before a colon, no control
 * characters, no coding but chunked, no doubtful lengths. Netty's decoder lets several of these
 * pass (folded lines, blanks before the colon, tabs and form feeds in the status line, signs in the
 * status), and where it does a subclass cannot tell.
 *
 * <p>Its states go {@code HEAD -> (FIXED | UNTIL_CLOSE | CHUNK_SIZE <-> CHUNK_DATA -> CHUNK_END) ->
 * DONE}, with {@code TRAILERS} after the last chunk; {@link #expect} alone leads back to {@code
 * HEAD}. After a {@link MalformedResponse} it must not be used again. For one event loop.
 */
final class ResponseParser {
  /** The most bytes that a head, or a trailer section, of an origin may have. */
  static final int HEAD_BYTES_MAX = 64 * 1024;

  /** The same of a shield, which passes on what an origin says with fields of its own. */
  private static final int HEAD_BYTES_OF_SHIELD_MAX = HEAD_BYTES_MAX + 8 * 1024;

  /** The most bytes that a chunk's first line may have. */
  static final int CHUNK_LINE_BYTES_MAX = 4096;

  /** The most interim answers that may come before the final one. */
  static final int INTERIM_MAX = 32;

  /** Hexadecimal digits of a chunk's size, which so stays below 2^60. */
  private static final int CHUNK_DIGITS_MAX = 15;

  private static final int STATUS_LINE_BYTES_MIN = "HTTP/1.1 200".length();
  private static final byte[] VERSION_START = {'H', 'T', 'T', 'P', '/', '1', '.'};

  /** Heads are copied here to be read, for an array is read faster than a direct buffer. */
  private static final FastThreadLocal<byte[]> SCRATCH =
      new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
          return new byte[HEAD_BYTES_OF_SHIELD_MAX];
        }
      };

  /** What {@link #next} has found. */
  enum Event {
    /** Nothing whole: more bytes are needed. */
    MORE,
    /** An interim answer's {@link #head()}. */
    INTERIM,
    /** A 101 that was asked for, {@link #head()}: what follows is not HTTP. */
    SWITCHED,
    /** The final answer's {@link #head()} and {@link #framing()}. */
    HEAD,
    /** A piece of the body, from {@link #takeData}. */
    DATA,
    /** The end, with {@link #trailers()}. */
    END
  }

  private enum State {
    HEAD,
    FIXED,
    UNTIL_CLOSE,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_END,
    TRAILERS,
    DONE
  }

  private final int headBytesMax;
  private final int linesMax;

  private State state = State.DONE;
  private boolean toHead;
  private @Nullable String upgrade;

  /** How many bytes from the reader index are known to hold no end of the section. */
  private int scanned;

  /** Where the line that is being looked at begins, counted like {@link #scanned}. */
  private int lineStart;

  private int interims;
  private long remaining;
  private int dataLength;
  private @Nullable ResponseHead head;
  private @Nullable Framing framing;
  private Fields trailers = Fields.EMPTY;

  /**
   * @param shield whether a shield answers, not an origin
   */
  ResponseParser(boolean shield) {
    headBytesMax = shield ? HEAD_BYTES_OF_SHIELD_MAX : HEAD_BYTES_MAX;
    linesMax = shield ? FieldLines.LINES_OF_SHIELD_MAX : FieldLines.LINES_MAX;
  }

  /**
   * Gets ready for the answer to the next request.
   *
   * @param toHead whether it is a HEAD request, whose answer has no body
   * @param upgrade the protocol that the request asks to go on with, or null
   */
  void expect(boolean toHead, @Nullable String upgrade) {
    this.toHead = toHead;
    this.upgrade = upgrade;
    state = State.HEAD;
    scanned = 0;
    lineStart = 0;
    interims = 0;
    head = null;
    framing = null;
    trailers = Fields.EMPTY;
  }

  /** Gets ready for the answer to a request that asks for no other protocol. */
  void expect(boolean toHead) {
    expect(toHead, null);
  }

  /** Whether no byte of the body is needed any more: {@link #next} would say END, or has. */
  boolean bodyComplete() {
    return state == State.DONE || (state == State.FIXED && remaining == 0);
  }

  /**
   * Whether the answer is whole if the server closes the connection now (RFC 9112 section 6.3, last
   * item). The caller then treats it as {@link Event#END}.
   */
  boolean endsAtClose() {
    return state == State.UNTIL_CLOSE;
  }

  /** The head that the last INTERIM or HEAD was about. */
  ResponseHead head() {
    return required(head);
  }

  /** The framing of the final answer, once HEAD was said. */
  Framing framing() {
    return required(framing);
  }

  /** The trailer fields, once END was said. */
  Fields trailers() {
    return trailers;
  }

  /** The piece that the last DATA was about; the caller owns it. */
  ByteBuf takeData(ByteBuf in) {
    ByteBuf data = in.readRetainedSlice(dataLength);
    dataLength = 0;
    return data;
  }

  /**
   * Looks for the next event in what has come.
   *
   * @param in unread bytes; the parser moves its reader index past what it has used
   * @throws MalformedResponse if this is no valid answer; the connection is to be closed
   */
  Event next(ByteBuf in) throws MalformedResponse {
    while (true) {
      switch (state) {
        case HEAD -> {
          return readHead(in);
        }
        case FIXED -> {
          if (remaining == 0) {
            state = State.DONE;
            return Event.END;
          }
          return data(in);
        }
        case UNTIL_CLOSE -> {
          remaining = Long.MAX_VALUE;
          return data(in);
        }
        case CHUNK_SIZE -> {
          if (!readChunkSize(in)) {
            return Event.MORE;
          }
        }
        case CHUNK_DATA -> {
          if (remaining > 0) {
            return data(in);
          }
          state = State.CHUNK_END;
        }
        case CHUNK_END -> {
          if (!readChunkEnd(in)) {
            return Event.MORE;
          }
        }
        case TRAILERS -> {
          int end = sectionEnd(in);
          if (end < 0) {
            return Event.MORE;
          }
          readTrailers(in, end);
          return Event.END;
        }
        case DONE -> {
          return Event.MORE;
        }
      }
    }
  }

  private Event data(ByteBuf in) {
    int readable = in.readableBytes();
    if (readable == 0) {
      return Event.MORE;
    }
    dataLength = (int) Math.min(readable, remaining);
    remaining -= dataLength;
    return Event.DATA;
  }

  private Event readHead(ByteBuf in) throws MalformedResponse {
    checkVersionStart(in);
    int end = sectionEnd(in);
    if (end < 0) {
      return Event.MORE;
    }
    byte[] bytes = SCRATCH.get();
    in.readBytes(bytes, 0, end);
    int statusEnd = FieldLines.lineEnd(bytes, 0, end);
    int minorVersion = minorVersion(bytes, statusEnd);
    int status = status(bytes, statusEnd);
    ResponseHead parsed =
        new ResponseHead(
            status, FieldLines.parse(bytes, statusEnd + 2, end - 2, linesMax), minorVersion == 0);
    head = parsed;
    if (status == 101) {
      checkSwitch(parsed.fields());
      state = State.DONE;
      return Event.SWITCHED;
    }
    if (status < 200) {
      if (++interims > INTERIM_MAX) {
        throw new MalformedResponse("more than " + INTERIM_MAX + " interim answers");
      }
      return Event.INTERIM;
    }
    Framing found = Framing.of(minorVersion, status, toHead, parsed.fields());
    framing = found;
    remaining = found.length();
    state =
        switch (found.kind()) {
          case LENGTH -> State.FIXED;
          case CHUNKED -> State.CHUNK_SIZE;
          case UNTIL_CLOSE -> State.UNTIL_CLOSE;
        };
    return Event.HEAD;
  }

  /**
   * A 101 names the protocol that was asked for and no other (RFC 9110 sections 7.8 and 15.2.2).
   */
  private void checkSwitch(Fields fields) throws MalformedResponse {
    if (upgrade == null) {
      throw new MalformedResponse("switches protocols without having been asked");
    }
    if (!upgrade.equalsIgnoreCase(fields.combined("Upgrade"))
        || !Framing.namesUpgrade(fields)
        || fields.has("Content-Length")
        || fields.has("Transfer-Encoding")) {
      throw new MalformedResponse("switches to something else than " + upgrade);
    }
  }

  /** Finds out at the first byte that this is not HTTP/1, before any line of it has ended. */
  private static void checkVersionStart(ByteBuf in) throws MalformedResponse {
    int length = Math.min(in.readableBytes(), VERSION_START.length);
    for (int i = 0; i < length; i++) {
      if (in.getByte(in.readerIndex() + i) != VERSION_START[i]) {
        throw new MalformedResponse("does not begin with HTTP/1.");
      }
    }
  }

  private static int minorVersion(byte[] bytes, int lineEnd) throws MalformedResponse {
    if (lineEnd >= STATUS_LINE_BYTES_MIN && bytes[8] == ' ') {
      int minor = bytes[7] - '0';
      if (minor == 0 || minor == 1) {
        return minor;
      }
    }
    throw new MalformedResponse("the status line has no version that is known");
  }

  /** Reads three digits; after them the line ends, or a space and the reason follow. */
  private static int status(byte[] bytes, int lineEnd) throws MalformedResponse {
    int status = 0;
    for (int i = 9; i < 12; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        throw new MalformedResponse("the status is not a number");
      }
      status = status * 10 + digit;
    }
    if (status < 100 || (lineEnd > STATUS_LINE_BYTES_MIN && bytes[12] != ' ')) {
      throw new MalformedResponse("the status is not of three digits");
    }
    return status;
  }

  /**
   * The length of the section up to and with its empty line, or -1 where that has not come.
   *
   * @throws MalformedResponse if a line ends without CR, or the section is too long
   */
  private int sectionEnd(ByteBuf in) throws MalformedResponse {
    int start = in.readerIndex();
    int limit = Math.min(in.readableBytes(), headBytesMax);
    while (scanned < limit) {
      int found = ByteBufUtil.indexOf(in, start + scanned, start + limit, (byte) '\n');
      if (found < 0) {
        scanned = limit;
        break;
      }
      int lineFeed = found - start;
      if (lineFeed == lineStart || in.getByte(found - 1) != '\r') {
        throw new MalformedResponse("a line that does not end with CR LF");
      }
      boolean empty = lineFeed == lineStart + 1;
      scanned = lineFeed + 1;
      lineStart = scanned;
      if (empty) {
        scanned = 0;
        lineStart = 0;
        return lineFeed + 1;
      }
    }
    if (limit == headBytesMax) {
      throw new MalformedResponse("a head of more than " + headBytesMax + " bytes");
    }
    return -1;
  }

  private boolean readChunkSize(ByteBuf in) throws MalformedResponse {
    int start = in.readerIndex();
    int limit = Math.min(in.readableBytes(), CHUNK_LINE_BYTES_MAX);
    int lineFeed = ByteBufUtil.indexOf(in, start + scanned, start + limit, (byte) '\n');
    if (lineFeed < 0) {
      if (limit == CHUNK_LINE_BYTES_MAX) {
        throw new MalformedResponse("a chunk's first line is too long");
      }
      scanned = limit;
      return false;
    }
    scanned = 0;
    if (lineFeed == start || in.getByte(lineFeed - 1) != '\r') {
      throw new MalformedResponse("a chunk's first line does not end with CR LF");
    }
    remaining = chunkSize(in, start, lineFeed - 1);
    in.readerIndex(lineFeed + 1);
    state = remaining == 0 ? State.TRAILERS : State.CHUNK_DATA;
    return true;
  }

  /** Reads the size of a chunk; extensions (RFC 9112 section 7.1.1) are checked and left out. */
  private static long chunkSize(ByteBuf in, int start, int end) throws MalformedResponse {
    long size = 0;
    int i = start;
    for (; i < end; i++) {
      int digit = Character.digit(in.getByte(i), 16);
      if (digit < 0) {
        break;
      }
      size = size << 4 | digit;
    }
    if (i == start || i - start > CHUNK_DIGITS_MAX) {
      throw new MalformedResponse("a chunk's size is not a number");
    }
    int extension = i;
    while (i < end && (in.getByte(i) == ' ' || in.getByte(i) == '\t')) {
      i++;
    }
    if (i < end ? in.getByte(i) != ';' : i != extension) {
      throw new MalformedResponse("a chunk's size is followed by something else");
    }
    for (; i < end; i++) {
      if (!FieldLines.isText(in.getByte(i))) {
        throw new MalformedResponse("a control character in a chunk's extension");
      }
    }
    return size;
  }

  private boolean readChunkEnd(ByteBuf in) throws MalformedResponse {
    int readable = in.readableBytes();
    int start = in.readerIndex();
    if ((readable > 0 && in.getByte(start) != '\r')
        || (readable > 1 && in.getByte(start + 1) != '\n')) {
      throw new MalformedResponse("a chunk is longer than its size");
    }
    if (readable < 2) {
      return false;
    }
    in.skipBytes(2);
    state = State.CHUNK_SIZE;
    return true;
  }

  /** Fields about framing mean nothing in trailers and are dropped (RFC 9110 section 6.5.1). */
  private void readTrailers(ByteBuf in, int end) throws MalformedResponse {
    state = State.DONE;
    if (end == 2) {
      in.skipBytes(2);
      return;
    }
    byte[] bytes = SCRATCH.get();
    in.readBytes(bytes, 0, end);
    trailers =
        FieldLines.parse(bytes, 0, end - 2, linesMax)
            .without(name ->
                name.equalsIgnoreCase("content-length")
                    || name.equalsIgnoreCase("transfer-encoding")
                    || name.equalsIgnoreCase("trailer"));
  }

  private static <T> T required(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("asked for before it was read");
    }
    return value;
  }
}
