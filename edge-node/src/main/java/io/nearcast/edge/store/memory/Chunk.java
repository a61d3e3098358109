package io.nearcast.edge.store.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/**
 * One block of memory outside the heap, and which of its buddies are free.
 *
 * <p>The links of the free lists lie in the free memory itself, so that bookkeeping costs only two
 * bits of heap per unit, 0.4 % of the memory.
 *
 * <p>The bits and links are guarded by the lists' lock of {@link Slabs}; the bytes of a piece
 * belong to whoever holds the piece.
 */
final class Chunk {
  private final ByteBuffer bytes;
  private final ByteBuf buffer;

  /**
   * A bit per possible free block, laid out as a binary tree: the whole chunk is bit 1, the block
   * of order {@code k} at {@code unit} is bit {@code (CHUNK_UNITS >> k) + (unit >> k)}.
   */
  private final long[] free = new long[2 * Piece.CHUNK_UNITS / Long.SIZE];

  /** Allocates and zeroes the memory, which the arena owns. */
  Chunk(Arena arena, int size) {
    bytes = arena.allocate(size, Piece.UNIT_BYTES).asByteBuffer();
    buffer = Unpooled.wrappedBuffer(bytes);
  }

  /** A new view of some bytes, with indices of its own. */
  ByteBuffer view(int offset, int length) {
    return bytes.slice(offset, length);
  }

  /** All bytes, to read at absolute indices from any thread; its own indices mean nothing. */
  ByteBuf buffer() {
    return buffer;
  }

  boolean isFree(int unit, int order) {
    int bit = bit(unit, order);
    return (free[bit >> 6] & 1L << bit) != 0;
  }

  void setFree(int unit, int order) {
    int bit = bit(unit, order);
    free[bit >> 6] |= 1L << bit;
  }

  void setUsed(int unit, int order) {
    int bit = bit(unit, order);
    free[bit >> 6] &= ~(1L << bit);
  }

  long previous(int unit) {
    return bytes.getLong(unit * Piece.UNIT_BYTES);
  }

  void previous(int unit, long block) {
    bytes.putLong(unit * Piece.UNIT_BYTES, block);
  }

  long next(int unit) {
    return bytes.getLong(unit * Piece.UNIT_BYTES + Long.BYTES);
  }

  void next(int unit, long block) {
    bytes.putLong(unit * Piece.UNIT_BYTES + Long.BYTES, block);
  }

  private static int bit(int unit, int order) {
    return (Piece.CHUNK_UNITS >> order) + (unit >> order);
  }
}
