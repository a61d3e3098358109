package io.nearcast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZipfTest {
  private static final int DRAWS = 400_000;

  @ParameterizedTest
  @CsvSource({"1, 1.0", "2, 0.0", "10, 1.0", "1000, 0.8", "1000, 1.2", "20000, 1.0", "7, 5.0"})
  void ranksAreDrawnWithTheirProbabilities(int ranks, double exponent) {
    Zipf zipf = new Zipf(ranks, exponent);
    SplittableRandom random = new SplittableRandom(7);
    int[] drawn = new int[ranks];
    for (int i = 0; i < DRAWS; i++) {
      drawn[zipf.draw(random)]++;
    }

    double sum = 0;
    for (int rank = 1; rank <= ranks; rank++) {
      sum += Math.pow(rank, -exponent);
    }
    for (int rank : new int[] {1, 2, 5, 100, ranks}) {
      if (rank <= ranks) {
        double expected = Math.pow(rank, -exponent) / sum;
        // Six standard deviations of a count.
        double tolerance = 6 * Math.sqrt(expected / DRAWS) + 1e-5;
        assertThat((double) drawn[rank - 1] / DRAWS)
            .as("rank %d", rank)
            .isCloseTo(expected, within(tolerance));
      }
    }
  }
}
