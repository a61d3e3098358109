package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.check;

import java.time.Duration;

/**
 * How an origin is asked for its health.
 *
 * @param path what is fetched with GET; a 2xx or 3xx answer is healthy
 * @param interval time between two checks, 1 s to 1 h
 * @param timeout how long an answer may take, 100 ms to 1 min
 */
public record HealthCheck(String path, Duration interval, Duration timeout) {

  /** The interval where the document names none. */
  public static final Duration INTERVAL_DEFAULT = Duration.ofSeconds(5);

  /** The timeout where the document names none. */
  public static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(2);

  /**
   * Checks path and times.
   *
   * @throws InvalidField if one of them is out of its range
   */
  public HealthCheck {
    check(path.startsWith("/"), "/path", "must begin with /");
    Checks.range("/interval", interval, Duration.ofSeconds(1), Duration.ofHours(1));
    Checks.range("/timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(1));
  }
}
