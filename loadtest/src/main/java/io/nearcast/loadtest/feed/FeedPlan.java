package io.nearcast.loadtest.feed;

import java.time.Duration;

/**
 * Purges at one rate.
 *
 * @param nodes how many nodes follow the feed, 1 to 10,000
 * @param ratePerSecond how many purges are sent each second, 1 to 100,000, whatever becomes of them
 * @param warmUp how long they are sent before they count, not negative
 * @param duration how long they count, 1 s to 24 h
 */
public record FeedPlan(int nodes, int ratePerSecond, Duration warmUp, Duration duration) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the option that is out of its range
   */
  public FeedPlan {
    range("--nodes", nodes, 1, 10_000);
    range("--rate", ratePerSecond, 1, 100_000);
    range("--warm-up in seconds", warmUp.toSeconds(), 0, 86_400);
    range("--duration in seconds", duration.toSeconds(), 1, 86_400);
  }

  private static void range(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          option + " must be from " + min + " to " + max + ", not " + value);
    }
  }

  /** When a purge is due, in ns from the begin of the warm-up. */
  long dueNanos(long number) {
    return number * 1_000_000_000L / ratePerSecond;
  }

  /** How many purges are sent before they count. */
  long warmUpPurges() {
    return warmUp.toMillis() * ratePerSecond / 1_000;
  }

  /** How many purges count. */
  long purges() {
    return duration.toMillis() * ratePerSecond / 1_000;
  }
}
