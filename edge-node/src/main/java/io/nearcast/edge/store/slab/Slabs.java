package io.nearcast.edge.store.slab;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory for response bodies outside the Java heap, with a hard bound in bytes.
 *
 * <p>Memory comes in chunks of 1 MiB, taken from the system when they are first needed and kept
 * until {@link #close}. A body is a chain of pieces; a piece is as long as was asked where some
 * free block allows it, and shorter where none does. So an allocation succeeds as long as enough
 * bytes are free, however they are scattered, and no more than the last unit of a body is wasted
 * (under 64 bytes). docs/decisions/0010-body-memory.md has the reasons and figures.
 *
 * <p>A new chunk is taken only when less than an eighth of the memory at hand is free, so that what
 * the process holds follows what it stores and not how that is scattered.
 *
 * <p>Threads: all methods may be called from any thread. {@code this} guards the free runs and
 * counters, for about a hundred nanoseconds at a time; {@code growth} lets one thread at a time
 * take a chunk from the system, which costs up to a millisecond, while the others go on with what
 * there is. Order: {@code growth}, then {@code this}.
 *
 * <p>Failure: where the system has no memory left, the bound comes down to what is at hand.
 */
public final class Slabs implements AutoCloseable {
  /** The smallest bound that is worth having. */
  public static final long LIMIT_BYTES_MIN = 64 * 1024;

  /** The largest bound that pieces can address. */
  public static final long LIMIT_BYTES_MAX = 1L << 44;

  /** What the system needs beside each chunk: it hands out whole pages and puts a header before. */
  private static final int CHUNK_OVERHEAD_BYTES = 4096;

  private static final int CHUNK_COST_BYTES = Piece.CHUNK_BYTES + CHUNK_OVERHEAD_BYTES;

  /** {@link #take} found no fitting run, and it is worth while to ask the system for more. */
  private static final long GROW = -1;

  private static final Logger LOG = LoggerFactory.getLogger(Slabs.class);

  private final long limitBytes;
  private final Arena arena = Arena.ofShared();
  private final Object growth = new Object();
  private final LongAdder wastedBytes = new LongAdder();

  // Guarded by this.
  private final FreeRuns free;
  private int chunkCountMax;
  private long reservedBytes;
  private long usedBytes;
  private boolean closed;

  /**
   * What is held at one moment, in bytes.
   *
   * @param limit the bound
   * @param reserved taken from the system
   * @param used in the pieces of bodies
   * @param wasted the part of {@code used} that holds nothing and never will
   */
  public record Usage(long limit, long reserved, long used, long wasted) {}

  /**
   * Takes nothing from the system yet.
   *
   * @param limitBytes the bound, with what the system needs to manage the memory
   * @throws IllegalArgumentException below {@link #LIMIT_BYTES_MIN} or above {@link
   *     #LIMIT_BYTES_MAX}
   */
  public Slabs(long limitBytes) {
    if (limitBytes < LIMIT_BYTES_MIN || limitBytes > LIMIT_BYTES_MAX) {
      throw new IllegalArgumentException(
          "memory: " + limitBytes + " bytes is out of range, give at least 64k and at most 16t");
    }
    this.limitBytes = limitBytes;
    boolean partial = limitBytes % CHUNK_COST_BYTES >= 2 * CHUNK_OVERHEAD_BYTES;
    chunkCountMax = (int) (limitBytes / CHUNK_COST_BYTES) + (partial ? 1 : 0);
    free = new FreeRuns(chunkCountMax);
  }

  /** What is held now. */
  public synchronized Usage usage() {
    return new Usage(limitBytes, reservedBytes, usedBytes, wastedBytes.sum());
  }

  /**
   * Allocates memory for some bytes.
   *
   * @param bytes at least 1
   * @return a piece of at most so many bytes, rounded up to a unit; where it is shorter, the rest
   *     may be had by asking again; {@link Piece#NONE} at the bound
   */
  long allocate(long bytes) {
    int units = Piece.unitsFor(bytes);
    long piece = take(units);
    if (piece == GROW) {
      piece = growAndTake(units);
    }
    return piece;
  }

  /** Gives a piece back. Nobody may read it any more. */
  synchronized void free(long piece) {
    give(Piece.chunk(piece), Piece.unit(piece), Piece.units(piece));
  }

  /**
   * Gives back the end of a piece.
   *
   * @param bytes how many to keep at least, at least 1 and at most the piece's
   * @return the piece that is left
   */
  synchronized long trim(long piece, int bytes) {
    int chunk = Piece.chunk(piece);
    int unit = Piece.unit(piece);
    int kept = Piece.unitsFor(bytes);
    if (kept < Piece.units(piece)) {
      give(chunk, unit + kept, Piece.units(piece) - kept);
    }
    return Piece.of(chunk, unit, kept);
  }

  /** The chunk that a piece lies in. */
  Chunk chunk(long piece) {
    return free.chunk(Piece.chunk(piece));
  }

  /** Counts bytes of pieces that are known to hold nothing for good, or no longer (negative). */
  void wasted(long bytes) {
    wastedBytes.add(bytes);
  }

  /**
   * Ends allocation. The memory goes back to the system at once, or as soon as the last body is
   * released.
   */
  @Override
  public void close() {
    synchronized (growth) {
      synchronized (this) {
        if (!closed) {
          closed = true;
          closeWhenUnused();
        }
      }
    }
  }

  private synchronized long take(int units) {
    if (closed) {
      return Piece.NONE;
    }
    if (!free.fits(units) && worthGrowing(units)) {
      return GROW;
    }
    long piece = free.take(units);
    usedBytes += Piece.bytes(piece);
    return piece;
  }

  private boolean worthGrowing(int units) {
    if (free.chunkCount() >= chunkCountMax) {
      return false;
    }
    long freeBytes = reservedBytes - usedBytes;
    return freeBytes < (long) units * Piece.UNIT_BYTES || freeBytes < reservedBytes / 8;
  }

  private long growAndTake(int units) {
    synchronized (growth) {
      // Another thread may have brought a chunk meanwhile.
      long piece = take(units);
      while (piece == GROW) {
        grow();
        piece = take(units);
      }
      return piece;
    }
  }

  /** Brings a chunk. Guarded by {@code growth}; the system is asked outside the runs' lock. */
  private void grow() {
    int units = Piece.unitsFor(nextChunkBytes());
    Chunk chunk;
    try {
      chunk = new Chunk(arena, units);
    } catch (OutOfMemoryError e) {
      lowerBound(e);
      return;
    }
    synchronized (this) {
      free.add(chunk);
      reservedBytes += (long) units * Piece.UNIT_BYTES;
    }
  }

  /** All chunks are whole but for the last, which is what the bound leaves for it. */
  private synchronized long nextChunkBytes() {
    long left = limitBytes - (long) free.chunkCount() * CHUNK_COST_BYTES - CHUNK_OVERHEAD_BYTES;
    return Math.min(left - left % Piece.UNIT_BYTES, Piece.CHUNK_BYTES);
  }

  private synchronized void lowerBound(OutOfMemoryError cause) {
    chunkCountMax = free.chunkCount();
    LOG.warn(
        "memory: the system gives no more than {} of the {} bytes allowed; caching with that",
        reservedBytes,
        limitBytes,
        cause);
  }

  /** Guarded by this. */
  private void give(int chunk, int unit, int units) {
    free.give(chunk, unit, units);
    usedBytes -= (long) units * Piece.UNIT_BYTES;
    closeWhenUnused();
  }

  /** Guarded by this. */
  private void closeWhenUnused() {
    if (closed && usedBytes == 0) {
      arena.close();
    }
  }
}
