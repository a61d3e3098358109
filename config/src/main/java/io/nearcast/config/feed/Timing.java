package io.nearcast.config.feed;

import io.nearcast.config.fleet.Fleet;
import java.time.Duration;

/**
 * The times that a follower keeps to.
 *
 * @param silenceMax a stream silent for longer is dead; pings come every second
 * @param connectMax how long a connection or the head of an answer may take
 * @param reportInterval time between two reports
 * @param reportGap the least time between two reports
 * @param reportMax how long a report may take
 * @param backoffMin the first pause after a failure
 * @param backoffMax the longest pause after failures
 */
record Timing(
    Duration silenceMax,
    Duration connectMax,
    Duration reportInterval,
    Duration reportGap,
    Duration reportMax,
    Duration backoffMin,
    Duration backoffMax) {

  static final Timing STANDARD =
      new Timing(
          Duration.ofMillis(3_500),
          Duration.ofMillis(3_500),
          Fleet.REPORT_INTERVAL,
          Duration.ofMillis(20),
          Duration.ofSeconds(2),
          Duration.ofMillis(50),
          Duration.ofSeconds(2));
}
