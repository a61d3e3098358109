package io.nearcast.loadtest.load;

import io.nearcast.loadtest.load.LoadOrigin.OriginCount;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a load run.
 *
 * @param plan what was to be done
 * @param target where the requests went
 * @param startedAt by the wall clock, for people
 * @param objectBytes what all objects take together
 * @param seconds one after the other, those of the warm-up first
 * @param total all but the warm-up
 * @param totalNanos how long that took
 * @param unsent requests of an open loop that were due, and found no free connection until the end
 * @param origin what reached the origin meanwhile, or null where it is not ours
 */
public record LoadResult(
    LoadPlan plan,
    Target target,
    Instant startedAt,
    long objectBytes,
    List<Second> seconds,
    Tally total,
    long totalNanos,
    long unsent,
    @Nullable OriginCount origin) {

  /** Copies the list. */
  public LoadResult {
    seconds = List.copyOf(seconds);
  }

  /**
   * About one second of a run.
   *
   * @param number from 1, the warm-up included
   * @param warmUp whether it counts for nothing but the plots
   * @param nanos how long it was
   * @param tally its counts; not changed any more
   */
  public record Second(int number, boolean warmUp, long nanos, Tally tally) {
    /** Right answers a second. */
    public double requestsPerSecond() {
      return tally.requests() * 1e9 / nanos;
    }

    /** Bytes of bodies a second. */
    public double bytesPerSecond() {
      return tally.bytes() * 1e9 / nanos;
    }
  }

  /**
   * The seconds, neighbours put together where there are many.
   *
   * @param max how many there may be at most, at least 1
   */
  public List<Second> atMost(int max) {
    int each = Math.ceilDiv(Math.max(1, seconds.size()), max);
    List<Second> merged = new ArrayList<>();
    for (int from = 0; from < seconds.size(); from += each) {
      merged.add(merge(seconds.subList(from, Math.min(seconds.size(), from + each))));
    }
    return merged;
  }

  private static Second merge(List<Second> parts) {
    Tally sum = new Tally();
    long nanos = 0;
    for (Second part : parts) {
      sum.add(part.tally());
      nanos += part.nanos();
    }
    Second last = parts.getLast();
    return new Second(last.number(), last.warmUp(), nanos, sum);
  }

  /** Right answers a second. */
  public double requestsPerSecond() {
    return total.requests() * 1e9 / totalNanos;
  }

  /** Bytes of bodies a second. */
  public double bytesPerSecond() {
    return total.bytes() * 1e9 / totalNanos;
  }

  /**
   * Share of the requests that did not reach the origin, 0 to 1: as the origin counts them, else by
   * {@code Cache-Status}.
   */
  public double originOffload() {
    if (origin != null) {
      return Math.max(0, 1 - Tally.share(origin.requests(), total.requests()));
    }
    return total.requests() == 0
        ? 0
        : 1
            - Tally.share(
                total.requests(ServedBy.ORIGIN) + total.requests(ServedBy.UNKNOWN),
                total.requests());
  }

  /** The same by bytes. */
  public double originByteOffload() {
    if (origin != null) {
      return Math.max(0, 1 - Tally.share(origin.bytes(), total.bytes()));
    }
    return total.bytes() == 0
        ? 0
        : 1
            - Tally.share(
                total.bytes(ServedBy.ORIGIN) + total.bytes(ServedBy.UNKNOWN), total.bytes());
  }

  /** Whether every request was sent and had a right answer. */
  public boolean clean() {
    return total.errors() == 0 && unsent == 0;
  }
}
