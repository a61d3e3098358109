package io.nearcast.edge.store.slab;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/**
 * One block of memory outside the heap, and where in it free runs begin and end.
 *
 * <p>What the lists of free runs need to know lies in the free memory itself: links and length in
 * the first unit of a run, and the length again at the end of its last. So bookkeeping costs one
 * bit of heap per unit, 0.2 % of the memory: whether the unit is the first or last of a free run.
 *
 * <p>The bits and free runs are guarded by the lock of {@link Slabs}; the bytes of a piece belong
 * to whoever holds the piece.
 */
final class Chunk {
  private static final int NEXT = Long.BYTES;
  private static final int LENGTH = 2 * Long.BYTES;

  private final ByteBuffer bytes;
  private final ByteBuf buffer;
  private final long[] freeEdges;

  /** Allocates and zeroes the memory, which the arena owns. */
  Chunk(Arena arena, int units) {
    bytes = arena.allocate((long) units * Piece.UNIT_BYTES, Piece.UNIT_BYTES).asByteBuffer();
    buffer = Unpooled.wrappedBuffer(bytes);
    freeEdges = new long[(units + Long.SIZE - 1) / Long.SIZE];
  }

  int units() {
    return bytes.capacity() / Piece.UNIT_BYTES;
  }

  /** A new view of some bytes, with indices of its own. */
  ByteBuffer view(int offset, int length) {
    return bytes.slice(offset, length);
  }

  /** All bytes, to read at absolute indices from any thread; its own indices mean nothing. */
  ByteBuf buffer() {
    return buffer;
  }

  /** Whether a unit is the first or the last of a free run. */
  boolean isFreeEdge(int unit) {
    return (freeEdges[unit >> 6] & 1L << unit) != 0;
  }

  /** The length of the free run whose first unit this is. */
  int lengthFrom(int unit) {
    return bytes.getInt(unit * Piece.UNIT_BYTES + LENGTH);
  }

  /** The length of the free run that ends before this unit. */
  int lengthBefore(int unit) {
    return bytes.getInt(unit * Piece.UNIT_BYTES - Integer.BYTES);
  }

  /** Marks a run as free, at the head of a list. */
  void setFree(int unit, int units, long next) {
    int offset = unit * Piece.UNIT_BYTES;
    bytes.putLong(offset, Piece.NONE);
    bytes.putLong(offset + NEXT, next);
    bytes.putInt(offset + LENGTH, units);
    int last = unit + units - 1;
    bytes.putInt((last + 1) * Piece.UNIT_BYTES - Integer.BYTES, units);
    freeEdges[unit >> 6] |= 1L << unit;
    freeEdges[last >> 6] |= 1L << last;
  }

  /** Marks a run as no longer free. */
  void setUsed(int unit, int units) {
    int last = unit + units - 1;
    freeEdges[unit >> 6] &= ~(1L << unit);
    freeEdges[last >> 6] &= ~(1L << last);
  }

  /** The run before a free run in its list. */
  long previous(int unit) {
    return bytes.getLong(unit * Piece.UNIT_BYTES);
  }

  void previous(int unit, long run) {
    bytes.putLong(unit * Piece.UNIT_BYTES, run);
  }

  /** The run after a free run in its list. */
  long next(int unit) {
    return bytes.getLong(unit * Piece.UNIT_BYTES + NEXT);
  }

  void next(int unit, long run) {
    bytes.putLong(unit * Piece.UNIT_BYTES + NEXT, run);
  }
}
