package io.nearcast.loadtest.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An object whose name says what its bytes are, so that an origin needs no list of objects, and a
 * client can check every byte that it gets.
 *
 * <p>The body is a piece of one block of random bytes, the same in every process, from an offset
 * that is made from seed and index; it goes round at the block's end.
 *
 * @param seed of the run
 * @param index of the object in the run
 * @param bytes the body's length
 */
record LoadObject(long seed, int index, long bytes) {
  private static final Pattern PATH =
      Pattern.compile("/load/([0-9a-f]{1,16})/([0-9]{1,8})-([0-9]{1,9})\\.bin");
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int BLOCK_MASK = BLOCK_BYTES - 1;

  /** Written once, before anybody reads it; off the heap, so that sending it copies nothing. */
  private static final ByteBuffer BYTES = randomBlock();

  private static final ByteBuf BLOCK = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(BYTES));

  private static ByteBuffer randomBlock() {
    byte[] random = new byte[BLOCK_BYTES];
    new SplittableRandom(0x4e656172_63617374L).nextBytes(random);
    return ByteBuffer.allocateDirect(BLOCK_BYTES).put(random).flip().asReadOnlyBuffer();
  }

  /** The path that it is asked for by. */
  String path() {
    return "/load/" + Long.toHexString(seed) + "/" + index + "-" + bytes + ".bin";
  }

  /** The object with a path, or null where the path is not one of ours. */
  static @Nullable LoadObject of(String path) {
    Matcher matcher = PATH.matcher(path);
    return matcher.matches()
        ? new LoadObject(
            Long.parseUnsignedLong(matcher.group(1), 16),
            Integer.parseInt(matcher.group(2)),
            Long.parseLong(matcher.group(3)))
        : null;
  }

  /** The whole body, without copying; the caller owns the buffer. */
  ByteBuf body() {
    List<ByteBuf> pieces = new ArrayList<>();
    for (long position = 0; position < bytes; ) {
      int from = blockOffset(position);
      int length = (int) Math.min(BLOCK_BYTES - from, bytes - position);
      pieces.add(BLOCK.slice(from, length));
      position += length;
    }
    return Unpooled.wrappedBuffer(pieces.size() + 1, pieces.toArray(ByteBuf[]::new));
  }

  /**
   * Whether a part of a body is what it should be.
   *
   * @param part its readable bytes are compared, its indices stay as they are
   * @param position where in the body the part begins
   */
  boolean matches(ByteBuf part, long position) {
    if (position + part.readableBytes() > bytes) {
      return false;
    }
    long at = position;
    // As NIO buffers, which are compared by vector instructions.
    for (ByteBuffer piece : part.nioBuffers()) {
      if (!matches(piece, at)) {
        return false;
      }
      at += piece.remaining();
    }
    return true;
  }

  private boolean matches(ByteBuffer piece, long position) {
    int length = piece.remaining();
    for (int done = 0; done < length; ) {
      int from = blockOffset(position + done);
      int compared = Math.min(BLOCK_BYTES - from, length - done);
      ByteBuffer expected = BYTES.slice(from, compared);
      if (!piece.slice(piece.position() + done, compared).equals(expected)) {
        return false;
      }
      done += compared;
    }
    return true;
  }

  private int blockOffset(long position) {
    long mixed = (seed * 0x9E3779B97F4A7C15L + index) * 0xD1B54A32D192ED03L;
    return (int) (((mixed >>> 40) + position) & BLOCK_MASK);
  }
}
