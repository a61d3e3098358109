package io.nearcast.edge.store.slab;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The free memory of all chunks, as maximal runs of units in lists by length.
 *
 * <p>Two-level segregated fit (Masmano, Ripoll, Crespo and Real, TLSF, 2004), with both levels laid
 * out in one row: sixteen classes of length to each power of two, each with a list of its free
 * runs, and a bit that says whether the list has any. A run is cut to the length that was asked
 * for, and what is left of it goes to its own class. A run that comes back merges with its free
 * neighbours, whose lengths stand at their ends, so there are never two free runs side by side.
 *
 * <p>Buddies would merge only with their one partner: a free run of 100 KB would be six blocks to
 * them, and after long use bodies would lie in twice as many pieces.
 *
 * <p>Every operation takes a few steps, whatever there is. Not thread-safe: guarded by the lock of
 * {@link Slabs}, but for {@link #chunk}.
 */
final class FreeRuns {
  /** Classes per power of two, as a power of two. */
  private static final int CLASS_BITS = 4;

  private static final int CLASSES = classOf(Piece.CHUNK_UNITS) + 1;

  private final @Nullable Chunk[] chunks;
  private int chunkCount;

  /** The first run of each class, or {@link Piece#NONE}. */
  private final long[] heads = new long[CLASSES];

  /** A bit for each class that has a run. */
  private final long[] filled = new long[(CLASSES + Long.SIZE - 1) / Long.SIZE];

  FreeRuns(int chunkCountMax) {
    chunks = new @Nullable Chunk[chunkCountMax];
  }

  /** Adds a chunk, all of whose units are free. */
  void add(Chunk chunk) {
    chunks[chunkCount] = chunk;
    push(Piece.of(chunkCount, 0, chunk.units()));
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

  /** Whether there is a class all of whose runs are as long as that, and a run in it. */
  boolean fits(int units) {
    return firstFilled(classHolding(units)) >= 0;
  }

  /**
   * Takes so many units from a run that is hardly longer; where no run is as long, takes one of the
   * longest as it is.
   *
   * @return the piece, or {@link Piece#NONE} if nothing is free
   */
  long take(int units) {
    int fitting = firstFilled(classHolding(units));
    int chosen = fitting >= 0 ? fitting : lastFilled();
    if (chosen < 0) {
      return Piece.NONE;
    }
    long run = heads[chosen];
    unlink(run);
    int rest = Piece.units(run) - units;
    if (rest <= 0) {
      return run;
    }
    int chunk = Piece.chunk(run);
    int unit = Piece.unit(run);
    push(Piece.of(chunk, unit + units, rest));
    return Piece.of(chunk, unit, units);
  }

  /** Gives back units, which may be any part of what was taken. */
  void give(int chunkIndex, int firstUnit, int units) {
    Chunk chunk = chunk(chunkIndex);
    int from = firstUnit;
    int to = firstUnit + units;
    if (from > 0 && chunk.isFreeEdge(from - 1)) {
      int length = chunk.lengthBefore(from);
      from -= length;
      unlink(Piece.of(chunkIndex, from, length));
    }
    if (to < chunk.units() && chunk.isFreeEdge(to)) {
      int length = chunk.lengthFrom(to);
      unlink(Piece.of(chunkIndex, to, length));
      to += length;
    }
    push(Piece.of(chunkIndex, from, to - from));
  }

  private void push(long run) {
    int index = classOf(Piece.units(run));
    long head = heads[index];
    chunkOf(run).setFree(Piece.unit(run), Piece.units(run), head);
    if (head != Piece.NONE) {
      chunkOf(head).previous(Piece.unit(head), run);
    }
    heads[index] = run;
    filled[index >> 6] |= 1L << index;
  }

  private void unlink(long run) {
    Chunk chunk = chunkOf(run);
    int unit = Piece.unit(run);
    long previous = chunk.previous(unit);
    long next = chunk.next(unit);
    chunk.setUsed(unit, Piece.units(run));
    if (next != Piece.NONE) {
      chunkOf(next).previous(Piece.unit(next), previous);
    }
    if (previous != Piece.NONE) {
      chunkOf(previous).next(Piece.unit(previous), next);
      return;
    }
    int index = classOf(Piece.units(run));
    assert heads[index] == run : "a list of free runs is corrupt";
    heads[index] = next;
    if (next == Piece.NONE) {
      filled[index >> 6] &= ~(1L << index);
    }
  }

  private Chunk chunkOf(long run) {
    return chunk(Piece.chunk(run));
  }

  private int firstFilled(int from) {
    if (from >= CLASSES) {
      return -1;
    }
    int word = from >> 6;
    long bits = filled[word] & -1L << from;
    while (bits == 0) {
      word++;
      if (word == filled.length) {
        return -1;
      }
      bits = filled[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(bits);
  }

  private int lastFilled() {
    for (int word = filled.length - 1; word >= 0; word--) {
      if (filled[word] != 0) {
        return (word << 6) + Long.SIZE - 1 - Long.numberOfLeadingZeros(filled[word]);
      }
    }
    return -1;
  }

  /** The class that a run of that length is in; lengths below 16 have one each. */
  private static int classOf(int units) {
    int shift = Math.max(0, Integer.SIZE - 1 - Integer.numberOfLeadingZeros(units) - CLASS_BITS);
    return (shift << CLASS_BITS) + (units >> shift);
  }

  /** The first class all of whose runs have at least that length. */
  private static int classHolding(int units) {
    int index = classOf(units);
    return units == lengthMin(index) ? index : index + 1;
  }

  private static int lengthMin(int index) {
    int shift = Math.max(0, (index >> CLASS_BITS) - 1);
    return (index - (shift << CLASS_BITS)) << shift;
  }
}
