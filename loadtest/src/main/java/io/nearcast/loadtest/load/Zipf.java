package io.nearcast.loadtest.load;

import java.util.SplittableRandom;

/**
 * Draws ranks with probability proportional to {@code 1 / (rank + 1) ^ exponent}, in constant time.
 * Immutable.
 *
 * <h2>The alias method</h2>
 *
 * M. D. Vose, "A linear algorithm for generating random numbers with a given distribution", IEEE
 * Transactions on Software Engineering 17(9), 1991. The probabilities are cut into as many columns
 * of equal height as there are ranks, so that each column holds at most two ranks: its own up to
 * {@code threshold}, and {@code alias} above. A draw picks a column and a height.
 */
final class Zipf {
  private final double[] threshold;
  private final int[] alias;

  /**
   * Prepares the columns.
   *
   * @param ranks how many, at least 1
   * @param exponent 0 or more; 0 makes all ranks alike
   */
  Zipf(int ranks, double exponent) {
    threshold = new double[ranks];
    alias = new int[ranks];
    double[] height = heights(ranks, exponent);
    int[] low = new int[ranks];
    int[] high = new int[ranks];
    int lows = 0;
    int highs = 0;
    for (int i = 0; i < ranks; i++) {
      if (height[i] < 1) {
        low[lows++] = i;
      } else {
        high[highs++] = i;
      }
    }
    while (lows > 0 && highs > 0) {
      int poor = low[--lows];
      int rich = high[--highs];
      threshold[poor] = height[poor];
      alias[poor] = rich;
      height[rich] -= 1 - height[poor];
      if (height[rich] < 1) {
        low[lows++] = rich;
      } else {
        high[highs++] = rich;
      }
    }
    // What is left is full but for rounding.
    while (highs > 0) {
      threshold[high[--highs]] = 1;
    }
    while (lows > 0) {
      threshold[low[--lows]] = 1;
    }
  }

  /** Draws a rank, from 0. */
  int draw(SplittableRandom random) {
    int column = random.nextInt(alias.length);
    return random.nextDouble() < threshold[column] ? column : alias[column];
  }

  /** The probabilities, in multiples of a column's height. */
  private static double[] heights(int ranks, double exponent) {
    double[] height = new double[ranks];
    double sum = 0;
    for (int i = 0; i < ranks; i++) {
      height[i] = Math.pow(i + 1.0, -exponent);
      sum += height[i];
    }
    for (int i = 0; i < ranks; i++) {
      height[i] *= ranks / sum;
    }
    return height;
  }
}
