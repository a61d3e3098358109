package io.nearcast.config.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How responses are cached, beside what the origin's own headers say.
 *
 * @param defaultTtl freshness lifetime of a response that states none, or null for the RFC's
 *     heuristics only
 * @param staleWhileRevalidate how long a stale response may be served while it is refreshed, where
 *     the response itself does not say (RFC 5861 section 3)
 * @param staleIfError how long a stale response may be served when the origin fails, where the
 *     response itself does not say (RFC 5861 section 4)
 * @param key what distinguishes cached responses
 * @param passTags whether {@code Surrogate-Key} and {@code Cache-Tag} are passed on to clients
 */
public record CachePolicy(
    @Nullable Duration defaultTtl,
    Duration staleWhileRevalidate,
    Duration staleIfError,
    KeyPolicy key,
    boolean passTags) {

  /** The longest time that any of the durations may be: a year. */
  public static final Duration TTL_MAX = Duration.ofDays(365);

  /** What holds where a document says nothing about caching. */
  public static final CachePolicy DEFAULT =
      new CachePolicy(null, Duration.ZERO, Duration.ZERO, KeyPolicy.DEFAULT, false);

  /**
   * Checks the durations.
   *
   * @throws InvalidField if one of them is negative or above {@link #TTL_MAX}
   */
  public CachePolicy {
    if (defaultTtl != null) {
      Checks.range("/defaultTtl", defaultTtl, Duration.ZERO, TTL_MAX);
    }
    Checks.range("/staleWhileRevalidate", staleWhileRevalidate, Duration.ZERO, TTL_MAX);
    Checks.range("/staleIfError", staleIfError, Duration.ZERO, TTL_MAX);
  }
}
