package io.nearcast.loadtest.load;

import java.time.Duration;

/**
 * What a load run does. The same plan with the same seed asks for the same objects.
 *
 * @param objects how many different objects there are, 1 to 10,000,000
 * @param meanBytes mean of their sizes, which are log-normally distributed, 16 bytes to 16 MiB
 * @param exponent of the Zipf distribution of their popularity, 0 (all alike) to 5; the web has
 *     about 0.8 to 1.1
 * @param connections how many connections are kept open, 1 to 10,000
 * @param threads how many threads drive them, 1 to 64
 * @param duration how long requests are counted, 1 s to 24 h
 * @param warmUp how long requests are sent before that, not negative
 * @param ratePerSecond requests started each second whatever the answers take (an open loop), or 0:
 *     each connection asks again as soon as it has an answer (a closed loop)
 * @param seed of sizes and order
 */
public record LoadPlan(
    int objects,
    long meanBytes,
    double exponent,
    int connections,
    int threads,
    Duration duration,
    Duration warmUp,
    long ratePerSecond,
    long seed) {

  /** 20,000 objects of 13 KB in the mean, 64 connections, ten seconds, a closed loop. */
  public static final LoadPlan DEFAULT =
      new LoadPlan(20_000, 13 * 1024, 1.0, 64, 1, Duration.ofSeconds(10), Duration.ZERO, 0, 1);

  private static final long OBJECT_BYTES_MAX = 16L << 20;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the option that is out of its range
   */
  public LoadPlan {
    range("--objects", objects, 1, 10_000_000);
    range("--mean-size", meanBytes, 16, OBJECT_BYTES_MAX);
    range("--connections", connections, 1, 10_000);
    range("--threads", threads, 1, 64);
    range("--rate", ratePerSecond, 0, 10_000_000);
    range("--duration in seconds", duration.toSeconds(), 1, 86_400);
    range("--warm-up in seconds", warmUp.toSeconds(), 0, 86_400);
    if (!(exponent >= 0 && exponent <= 5)) {
      throw new IllegalArgumentException("--exponent must be from 0 to 5, not " + exponent);
    }
    if (threads > connections) {
      throw new IllegalArgumentException(
          "--threads is " + threads + " for " + connections + " connections: give at most as many");
    }
  }

  /** Whether requests start at a rate of their own, whatever the answers take. */
  public boolean openLoop() {
    return ratePerSecond > 0;
  }

  /** The same plan for another time. */
  public LoadPlan lasting(Duration otherDuration) {
    return new LoadPlan(
        objects,
        meanBytes,
        exponent,
        connections,
        threads,
        otherDuration,
        warmUp,
        ratePerSecond,
        seed);
  }

  /** The same plan at another rate. */
  public LoadPlan atRate(long otherRatePerSecond) {
    return new LoadPlan(
        objects,
        meanBytes,
        exponent,
        connections,
        threads,
        duration,
        warmUp,
        otherRatePerSecond,
        seed);
  }

  /** The same plan with other objects. */
  public LoadPlan of(int otherObjects, long otherMeanBytes) {
    return new LoadPlan(
        otherObjects,
        otherMeanBytes,
        exponent,
        connections,
        threads,
        duration,
        warmUp,
        ratePerSecond,
        seed);
  }

  private static void range(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          option + " must be from " + min + " to " + max + ", not " + value);
    }
  }
}
