package io.nearcast.edge.upstream;

import java.util.function.LongSupplier;

/**
 * How often requests of one service may be sent again, so that retries cannot multiply the load on
 * an upstream that is in trouble: one retry for every five requests, and ten a second on top.
 *
 * <p>A token bucket. What was not used is kept up to {@link #TOKENS_MAX}, so that the requests in
 * flight when one target dies can all be sent again at once. Safe for all threads.
 */
final class RetryBudget {
  /** How many retries can be saved up. */
  static final int TOKENS_MAX = 1000;

  private static final long MICROS_PER_TOKEN = 1_000_000;
  private static final long MICROS_PER_REQUEST = MICROS_PER_TOKEN / 5;
  private static final long MICROS_MAX = TOKENS_MAX * MICROS_PER_TOKEN;
  private static final long NANOS_PER_TOKEN = 100_000_000;

  private final LongSupplier nanoClock;
  private long micros = 10 * MICROS_PER_TOKEN;
  private long refilledNanos;

  /**
   * @param nanoClock the time in nanoseconds, of any origin
   */
  RetryBudget(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.refilledNanos = nanoClock.getAsLong();
  }

  /** Counts a request that is sent for the first time. */
  synchronized void request() {
    micros = Math.min(micros + MICROS_PER_REQUEST, MICROS_MAX);
  }

  /** Takes a retry from the budget, or returns false where there is none. */
  synchronized boolean tryRetry() {
    long now = nanoClock.getAsLong();
    long tokens = (now - refilledNanos) / NANOS_PER_TOKEN;
    refilledNanos += tokens * NANOS_PER_TOKEN;
    micros = Math.min(micros + Math.min(tokens, TOKENS_MAX) * MICROS_PER_TOKEN, MICROS_MAX);
    if (micros < MICROS_PER_TOKEN) {
      return false;
    }
    micros -= MICROS_PER_TOKEN;
    return true;
  }
}
