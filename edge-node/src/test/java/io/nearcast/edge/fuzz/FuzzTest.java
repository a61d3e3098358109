package io.nearcast.edge.fuzz;

import io.nearcast.edge.testing.Leaks;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Every seed, and a few seconds of damaged ones, the same in each run: the fuzzing of every build.
 * {@code nearcast.fuzz.rounds} and {@code nearcast.fuzz.seed} change how many and which. The hour
 * of Jazzer is in loadtest.
 */
final class FuzzTest {
  private static final int ROUNDS = Integer.getInteger("nearcast.fuzz.rounds", 4_000);
  private static final long SEED = Long.getLong("nearcast.fuzz.seed", 42);

  @AfterAll
  static void nothingIsLeaked() {
    Leaks.check();
  }

  @Test
  void requestsAreReadInOneWay() {
    fuzz(Seeds.requests(), RequestFuzz::fuzzerTestOneInput);
  }

  @Test
  void responsesAreReadInOneWay() {
    fuzz(Seeds.responses(), ResponseFuzz::fuzzerTestOneInput);
  }

  @Test
  void whatIsAcceptedIsSentAsOneRequest() {
    fuzz(Seeds.requests(), RoundTripFuzz::fuzzerTestOneInput);
  }

  private static void fuzz(List<byte[]> seeds, Consumer<byte[]> target) {
    seeds.forEach(seed -> check(seed, target, "a seed"));
    Mutator mutator = new Mutator(seeds, Seeds.words(), new Random(SEED));
    for (int round = 0; round < ROUNDS; round++) {
      check(mutator.next(), target, "round " + round + " of seed " + SEED);
    }
  }

  private static void check(byte[] bytes, Consumer<byte[]> target, String about) {
    try {
      target.accept(bytes);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(about + ": " + Checks.shown(bytes), e);
    }
  }
}
