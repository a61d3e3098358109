package io.nearcast.loadtest.load;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;

/**
 * Counts of answered and failed requests over some time.
 *
 * <p>Not safe for use by several threads: each driver has its own and gives it away whole.
 */
public final class Tally {
  private static final long LATENCY_NANOS_MIN = 1_000;
  private static final long LATENCY_NANOS_MAX = Duration.ofMinutes(2).toNanos();
  private static final int LATENCY_DIGITS = 3;

  private final Histogram latency =
      new Histogram(LATENCY_NANOS_MIN, LATENCY_NANOS_MAX, LATENCY_DIGITS);
  private final Map<ServedBy, Answers> answers = new EnumMap<>(ServedBy.class);
  private final Map<ErrorKind, Long> errors = new EnumMap<>(ErrorKind.class);

  /** Right answers from one place. */
  private static final class Answers {
    private long requests;
    private long bytes;

    void add(long moreRequests, long moreBytes) {
      requests += moreRequests;
      bytes += moreBytes;
    }
  }

  Tally() {
    for (ServedBy servedBy : ServedBy.values()) {
      answers.put(servedBy, new Answers());
    }
  }

  /**
   * Counts a right answer.
   *
   * @param servedBy who had it
   * @param bodyBytes its body's length
   * @param latencyNanos from when it was meant to be asked for until its last byte
   */
  void answered(ServedBy servedBy, long bodyBytes, long latencyNanos) {
    from(servedBy).add(1, bodyBytes);
    latency.recordValue(Math.clamp(latencyNanos, LATENCY_NANOS_MIN, LATENCY_NANOS_MAX));
  }

  /** Counts a request that got no right answer. */
  void failed(ErrorKind kind) {
    errors.merge(kind, 1L, Long::sum);
  }

  /** Adds what another one has counted. */
  void add(Tally other) {
    latency.add(other.latency);
    other.answers.forEach((place, more) -> from(place).add(more.requests, more.bytes));
    other.errors.forEach((kind, more) -> errors.merge(kind, more, Long::sum));
  }

  private Answers from(ServedBy servedBy) {
    return Objects.requireNonNull(answers.get(servedBy));
  }

  /** Right answers. */
  public long requests() {
    return answers.values().stream().mapToLong(place -> place.requests).sum();
  }

  /** Right answers that came from there. */
  public long requests(ServedBy servedBy) {
    return from(servedBy).requests;
  }

  /** Bytes of the bodies of right answers. */
  public long bytes() {
    return answers.values().stream().mapToLong(place -> place.bytes).sum();
  }

  /** Bytes of the bodies that came from there. */
  public long bytes(ServedBy servedBy) {
    return from(servedBy).bytes;
  }

  /** Requests that got no right answer. */
  public long errors() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Requests that failed so. */
  public long errors(ErrorKind kind) {
    return errors.getOrDefault(kind, 0L);
  }

  /**
   * Share of the requests that the edge answered from its cache, 0 to 1; 0 where there are none.
   */
  public double hitRatio() {
    return share(requests(ServedBy.EDGE), requests());
  }

  /** The same share by bytes. */
  public double byteHitRatio() {
    return share(bytes(ServedBy.EDGE), bytes());
  }

  /** The latency that so many percent of the answers did not exceed, in milliseconds. */
  public double latencyMillis(double percentile) {
    return latency.getValueAtPercentile(percentile) / 1e6;
  }

  /** The longest latency, in milliseconds. */
  public double latencyMillisMax() {
    return latency.getMaxValue() / 1e6;
  }

  /** The mean latency, in milliseconds. */
  public double latencyMillisMean() {
    return latency.getTotalCount() == 0 ? 0 : latency.getMean() / 1e6;
  }

  static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
