package io.nearcast.edge.store.memory;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The free memory of all chunks: a binary buddy allocator that hands out runs of any length.
 *
 * <p>Free memory is kept as blocks of {@code 2^k} units, aligned to their size, in one list per
 * order {@code k}. A run is the front of a block; what is left behind it goes back as smaller
 * blocks. A run that comes back is cut into aligned blocks, each of which merges with its buddy
 * while that is free (Knuth, The Art of Computer Programming 1, 2.5). So a body of 100 KB lies in
 * one run of 100 KB, not in a block of 128 KB, nor in three of 64, 32 and 4.
 *
 * <p>Every operation takes at most a step per order. Not thread-safe: guarded by the lock of {@link
 * Slabs}, but for {@link #chunk}.
 */
final class FreeLists {
  private static final int MAX_ORDER = Integer.numberOfTrailingZeros(Piece.CHUNK_UNITS);

  private final @Nullable Chunk[] chunks;
  private int chunkCount;

  /** The first block of each order's list, or {@link Piece#NONE}. */
  private final long[] heads = new long[MAX_ORDER + 1];

  /** Bit {@code k} is set while the list of order {@code k} has a block. */
  private int available;

  FreeLists(int chunkCountMax) {
    chunks = new @Nullable Chunk[chunkCountMax];
  }

  /** Adds a chunk, all of whose units are free. */
  void add(Chunk chunk, int units) {
    chunks[chunkCount] = chunk;
    give(chunkCount, 0, units);
    chunkCount++;
  }

  int chunkCount() {
    return chunkCount;
  }

  /**
   * The chunk of that index. Needs no lock when the index comes from a piece: whoever passed the
   * piece on saw its chunk, and an element never changes.
   */
  Chunk chunk(int index) {
    return Objects.requireNonNull(chunks[index]);
  }

  boolean isEmpty() {
    return available == 0;
  }

  /** Whether one block holds so many units. */
  boolean fits(int units) {
    return available >>> orderHolding(units) != 0;
  }

  /**
   * Takes a run of so many units from the smallest block that holds them; where none does, takes
   * the largest block there is, a shorter run. The lists must not be empty.
   */
  long take(int units) {
    int order = orderHolding(units);
    int holding = available >>> order << order;
    if (holding == 0) {
      return pop(Integer.SIZE - 1 - Integer.numberOfLeadingZeros(available));
    }
    long block = pop(Integer.numberOfTrailingZeros(holding));
    int chunk = Piece.chunk(block);
    int unit = Piece.unit(block);
    give(chunk, unit + units, Piece.units(block) - units);
    return Piece.of(chunk, unit, units);
  }

  /** Gives back a run, which need not be one that was taken as a whole. */
  void give(int chunk, int unit, int units) {
    int from = unit;
    int left = units;
    while (left > 0) {
      int aligned = from == 0 ? Piece.CHUNK_UNITS : Integer.lowestOneBit(from);
      int size = Math.min(aligned, Integer.highestOneBit(left));
      giveBlock(chunk, from, Integer.numberOfTrailingZeros(size));
      from += size;
      left -= size;
    }
  }

  private void giveBlock(int chunkIndex, int firstUnit, int firstOrder) {
    Chunk chunk = chunk(chunkIndex);
    int unit = firstUnit;
    int order = firstOrder;
    while (order < MAX_ORDER && chunk.isFree(unit ^ 1 << order, order)) {
      unlink(chunk, chunkIndex, unit ^ 1 << order, order);
      unit &= ~(1 << order);
      order++;
    }
    push(chunk, chunkIndex, unit, order);
  }

  private long pop(int order) {
    long block = heads[order];
    int index = Piece.chunk(block);
    unlink(chunk(index), index, Piece.unit(block), order);
    return block;
  }

  private void push(Chunk chunk, int chunkIndex, int unit, int order) {
    long block = Piece.of(chunkIndex, unit, 1 << order);
    long head = heads[order];
    chunk.previous(unit, Piece.NONE);
    chunk.next(unit, head);
    if (head != Piece.NONE) {
      chunk(Piece.chunk(head)).previous(Piece.unit(head), block);
    }
    heads[order] = block;
    available |= 1 << order;
    chunk.setFree(unit, order);
  }

  private void unlink(Chunk chunk, int chunkIndex, int unit, int order) {
    long previous = chunk.previous(unit);
    long next = chunk.next(unit);
    if (next != Piece.NONE) {
      chunk(Piece.chunk(next)).previous(Piece.unit(next), previous);
    }
    if (previous != Piece.NONE) {
      chunk(Piece.chunk(previous)).next(Piece.unit(previous), next);
    } else {
      assert heads[order] == Piece.of(chunkIndex, unit, 1 << order) : "a free list is corrupt";
      heads[order] = next;
      if (next == Piece.NONE) {
        available &= ~(1 << order);
      }
    }
    chunk.setUsed(unit, order);
  }

  private static int orderHolding(int units) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(units - 1);
  }
}
