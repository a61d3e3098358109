package io.nearcast.config.feed;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before the next attempt: twice as long each time, jittered. For one thread. */
final class Backoff {
  private final long minNanos;
  private final long maxNanos;
  private long nextNanos;

  Backoff(Duration min, Duration max) {
    minNanos = min.toNanos();
    maxNanos = max.toNanos();
    nextNanos = minNanos;
  }

  /** The time to wait now: the full time or down to half of it, so that nodes spread out. */
  Duration next() {
    long nanos = nextNanos;
    nextNanos = Math.min(maxNanos, 2 * nanos);
    return Duration.ofNanos(nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
  }

  /** Begins anew, after a success. */
  void reset() {
    nextNanos = minNanos;
  }
}
