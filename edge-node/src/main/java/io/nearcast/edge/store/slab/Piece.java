package io.nearcast.edge.store.slab;

/**
 * A contiguous run of slab memory, encoded in a long so that a body's chain of pieces makes no
 * garbage: chunk index, first unit within the chunk, and length in units.
 */
final class Piece {
  /** The grain of all allocation: no piece is smaller, and every length is a multiple. */
  static final int UNIT_BYTES = 64;

  /** The largest piece, a whole chunk. */
  static final int CHUNK_BYTES = 1 << 20;

  static final int CHUNK_UNITS = CHUNK_BYTES / UNIT_BYTES;

  /** No piece. No encoded piece equals it, for those have a length of at least one unit. */
  static final long NONE = 0;

  private static final int LENGTH_BITS = 16;
  private static final int UNIT_BITS = 16;

  private Piece() {}

  static long of(int chunk, int unit, int units) {
    return (long) chunk << (UNIT_BITS + LENGTH_BITS) | (long) unit << LENGTH_BITS | units;
  }

  static int chunk(long piece) {
    return (int) (piece >>> (UNIT_BITS + LENGTH_BITS));
  }

  static int unit(long piece) {
    return (int) (piece >>> LENGTH_BITS) & 0xFFFF;
  }

  static int units(long piece) {
    return (int) piece & 0xFFFF;
  }

  /** Where the piece begins within its chunk, in bytes. */
  static int offset(long piece) {
    return unit(piece) * UNIT_BYTES;
  }

  static int bytes(long piece) {
    return units(piece) * UNIT_BYTES;
  }

  /** How many units hold so many bytes, at most a chunk of them. */
  static int unitsFor(long bytes) {
    return (int) Math.min((bytes + UNIT_BYTES - 1) / UNIT_BYTES, CHUNK_UNITS);
  }
}
