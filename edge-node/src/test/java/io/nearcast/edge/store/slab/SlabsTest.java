package io.nearcast.edge.store.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlabsTest {
  private static final int CHUNK = Piece.CHUNK_BYTES;
  private static final long FOUR_CHUNKS = 4 * (CHUNK + 4096L);

  @Test
  void pieceIsExactlyWhatWasAskedRoundedUpToTheUnit() {
    try (Slabs slabs = new Slabs(FOUR_CHUNKS)) {
      long piece = slabs.allocate(100_000);

      assertThat(Piece.bytes(piece)).isEqualTo(100_032);
      assertThat(slabs.usage().used()).isEqualTo(100_032);
      slabs.free(piece);
      assertThat(slabs.usage().used()).isZero();
    }
  }

  @Test
  void nothingIsReservedBeforeItIsNeededAndNeverMoreThanTheLimit() {
    try (Slabs slabs = new Slabs(FOUR_CHUNKS)) {
      assertThat(slabs.usage().reserved()).isZero();
      List<Long> pieces = new ArrayList<>(List.of(slabs.allocate(1)));
      assertThat(slabs.usage().reserved()).isEqualTo(CHUNK);

      pieces.addAll(allocateAll(slabs, 10_000));

      assertThat(slabs.usage().used()).isEqualTo(4L * CHUNK);
      assertThat(slabs.usage().reserved()).isEqualTo(4L * CHUNK);
      pieces.forEach(slabs::free);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {65_536, 100_000, 1_048_576, 1_060_000, 5_000_000})
  void limitThatIsNoMultipleOfAChunkIsUsedToItsEnd(long limit) {
    try (Slabs slabs = new Slabs(limit)) {
      List<Long> pieces = allocateAll(slabs, CHUNK);

      long overhead = (limit / CHUNK + 1) * 4096;
      assertThat(slabs.usage().used()).isBetween(limit - overhead - 8192, limit);
      assertThat(slabs.usage().reserved()).isEqualTo(slabs.usage().used());
      pieces.forEach(slabs::free);
      long again = allocateAll(slabs, 64).stream().mapToLong(Piece::bytes).sum();
      assertThat(again).isEqualTo(slabs.usage().reserved());
    }
  }

  @Test
  void freedNeighboursMergeIntoAWholeChunk() {
    try (Slabs slabs = new Slabs(FOUR_CHUNKS)) {
      Random random = new Random(1);
      List<Long> pieces = new ArrayList<>();
      long piece = slabs.allocate(1 + random.nextInt(3000));
      while (piece != Piece.NONE) {
        pieces.add(piece);
        piece = slabs.allocate(1 + random.nextInt(3000));
      }
      Collections.shuffle(pieces, random);
      pieces.forEach(slabs::free);

      List<Long> whole = allocateAll(slabs, CHUNK);

      assertThat(whole).hasSize(4).allMatch(each -> Piece.bytes(each) == CHUNK);
      whole.forEach(slabs::free);
    }
  }

  @Test
  void scatteredMemoryServesALargeRequestInPieces() {
    try (Slabs slabs = new Slabs(FOUR_CHUNKS)) {
      List<Long> all = allocateAll(slabs, 64);
      long freed = 0;
      for (int i = 0; i < all.size(); i += 2) {
        slabs.free(all.get(i));
        freed += 64;
      }

      long found = 0;
      for (long piece = slabs.allocate(CHUNK); piece != Piece.NONE; piece = slabs.allocate(CHUNK)) {
        found += Piece.bytes(piece);
      }

      assertThat(found).isEqualTo(freed);
    }
  }

  @Test
  void memoryGrowsOnlyWhileLessThanAnEighthIsFree() {
    try (Slabs slabs = new Slabs(64 * (CHUNK + 4096L))) {
      List<Long> pieces = new ArrayList<>();
      for (int i = 0; i < 16 * CHUNK / 4096; i++) {
        pieces.add(slabs.allocate(4096));
      }
      assertThat(slabs.usage().reserved()).isEqualTo(16L * CHUNK);
      for (int i = 0; i < pieces.size(); i += 4) {
        slabs.free(pieces.get(i));
      }

      long piece = slabs.allocate(64 * 1024);

      assertThat(Piece.bytes(piece)).isEqualTo(4096);
      assertThat(slabs.usage().reserved()).isEqualTo(16L * CHUNK);
    }
  }

  @Test
  void trimGivesBackTheEnd() {
    try (Slabs slabs = new Slabs(FOUR_CHUNKS)) {
      long piece = slabs.trim(slabs.allocate(256 * 1024), 70_000);

      assertThat(Piece.bytes(piece)).isEqualTo(70_016);
      assertThat(slabs.usage().used()).isEqualTo(70_016);
      slabs.free(piece);
      assertThat(allocateAll(slabs, CHUNK)).allMatch(each -> Piece.bytes(each) == CHUNK);
    }
  }

  @Test
  void closedSlabsAllocateNothingButKeepWhatIsHeld() {
    Slabs slabs = new Slabs(FOUR_CHUNKS);
    long piece = slabs.allocate(1000);
    slabs.close();
    slabs.close();

    assertThat(slabs.allocate(10)).isEqualTo(Piece.NONE);
    slabs.chunk(piece).view(Piece.offset(piece), 8).putLong(42);
    slabs.free(piece);

    assertThatThrownBy(() -> slabs.chunk(piece).view(0, 8).putLong(42))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void limitsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new Slabs(1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 64k");
    assertThatThrownBy(() -> new Slabs(1L << 60)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void randomTrafficNeverOverlapsAndAlwaysAddsUp(long seed) {
    Random random = new Random(seed);
    Map<Integer, BitSet> used = new HashMap<>();
    List<Long> held = new ArrayList<>();
    try (Slabs slabs = new Slabs(FOUR_CHUNKS + 300_000)) {
      for (int step = 0; step < 50_000; step++) {
        int choice = random.nextInt(10);
        if (choice < 5) {
          long piece = slabs.allocate(sizeOf(random));
          if (piece != Piece.NONE) {
            mark(used, piece);
            held.add(piece);
          }
        } else if (!held.isEmpty()) {
          int index = random.nextInt(held.size());
          long piece = held.get(index);
          clear(used, piece);
          if (choice < 7) {
            long rest = slabs.trim(piece, 1 + random.nextInt(Piece.bytes(piece)));
            mark(used, rest);
            held.set(index, rest);
          } else {
            slabs.free(piece);
            held.set(index, held.getLast());
            held.removeLast();
          }
        }
      }
      long units = used.values().stream().mapToLong(BitSet::cardinality).sum();
      assertThat(slabs.usage().used()).isEqualTo(units * Piece.UNIT_BYTES);
      held.forEach(slabs::free);
      assertThat(slabs.usage().used()).isZero();
    }
  }

  @Test
  void afterLongUseWithShiftingSizesBodiesStillLieInFewPieces() {
    int[][] phases = {{500, 2000}, {50_000, 200_000}, {5000, 20_000}, {200, 500_000}, {500, 2000}};
    Random random = new Random(7);
    List<List<Long>> bodies = new ArrayList<>();
    try (Slabs slabs = new Slabs(32 * (CHUNK + 4096L))) {
      long fill = slabs.usage().limit() / 8 * 7;
      for (int[] sizes : phases) {
        long pieces = 0;
        long count = 0;
        for (long put = 0; put < 8 * fill; ) {
          int size = logUniform(random, sizes[0], sizes[1]);
          while (slabs.usage().used() + size > fill) {
            Collections.swap(bodies, random.nextInt(bodies.size()), bodies.size() - 1);
            bodies.removeLast().forEach(slabs::free);
          }
          bodies.add(allocateBody(slabs, size));
          put += size;
          // Not while large bodies still have to do with what small ones left.
          if (put > 6 * fill) {
            pieces += bodies.getLast().size();
            count++;
          }
        }
        assertThat((double) pieces / count).as("pieces, from %d bytes", sizes[0]).isLessThan(5);
      }
      bodies.forEach(body -> body.forEach(slabs::free));
    }
  }

  private static int logUniform(Random random, int min, int max) {
    return (int) (min * Math.pow((double) max / min, random.nextDouble()));
  }

  private static List<Long> allocateBody(Slabs slabs, int size) {
    List<Long> pieces = new ArrayList<>();
    for (int left = size; left > 0; ) {
      long piece = slabs.allocate(left);
      pieces.add(piece);
      left -= Piece.bytes(piece);
    }
    return pieces;
  }

  private static int sizeOf(Random random) {
    return 1 + random.nextInt(1 << (4 + random.nextInt(17)));
  }

  private static void mark(Map<Integer, BitSet> used, long piece) {
    BitSet units = used.computeIfAbsent(Piece.chunk(piece), _ -> new BitSet());
    int end = Piece.unit(piece) + Piece.units(piece);
    int next = units.nextSetBit(Piece.unit(piece));
    if ((next != -1 && next < end) || end > Piece.CHUNK_UNITS) {
      throw new AssertionError("overlap at unit " + next);
    }
    units.set(Piece.unit(piece), end);
  }

  private static void clear(Map<Integer, BitSet> used, long piece) {
    used.get(Piece.chunk(piece)).clear(Piece.unit(piece), Piece.unit(piece) + Piece.units(piece));
  }

  private static List<Long> allocateAll(Slabs slabs, int bytes) {
    List<Long> pieces = new ArrayList<>();
    for (long piece = slabs.allocate(bytes); piece != Piece.NONE; piece = slabs.allocate(bytes)) {
      pieces.add(piece);
    }
    return pieces;
  }
}
