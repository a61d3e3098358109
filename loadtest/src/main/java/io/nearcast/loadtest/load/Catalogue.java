package io.nearcast.loadtest.load;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * All objects of a run with their sizes, and the choice among them by popularity. Immutable.
 *
 * <p>Sizes are log-normal, as those of the web are: most are small, a few make most of the bytes.
 * Object 0 is the most popular one; size and popularity have nothing to do with each other.
 */
final class Catalogue {
  /** Standard deviation of the logarithm of the sizes: the median is half the mean. */
  private static final double SIGMA = 1.2;

  private static final long BYTES_MIN = 16;
  private static final long BYTES_MAX = 64L << 20;

  private final long seed;
  private final int[] bytes;
  private final byte[][] paths;
  private final Zipf popularity;

  Catalogue(LoadPlan plan) {
    this.seed = plan.seed();
    this.bytes = new int[plan.objects()];
    this.paths = new byte[plan.objects()][];
    this.popularity = new Zipf(plan.objects(), plan.exponent());
    SplittableRandom random = new SplittableRandom(plan.seed());
    double mu = Math.log((double) plan.meanBytes()) - SIGMA * SIGMA / 2;
    for (int i = 0; i < bytes.length; i++) {
      double drawn = Math.exp(mu + SIGMA * random.nextGaussian());
      bytes[i] = (int) Math.clamp(Math.round(drawn), BYTES_MIN, BYTES_MAX);
      paths[i] = object(i).path().getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** An object by its rank of popularity, from 0. */
  LoadObject object(int index) {
    return new LoadObject(seed, index, bytes[index]);
  }

  /** The path of {@link #object}, which the caller only reads. */
  byte[] path(int index) {
    return paths[index];
  }

  /** Draws an object's index. */
  int draw(SplittableRandom random) {
    return popularity.draw(random);
  }

  /** What all objects take together. */
  long totalBytes() {
    long total = 0;
    for (int size : bytes) {
      total += size;
    }
    return total;
  }
}
