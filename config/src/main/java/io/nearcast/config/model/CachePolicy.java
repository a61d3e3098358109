package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.check;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
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
 * @param overrideTtl freshness lifetime of every response that may be stored, whatever it states,
 *     or null for what it states
 * @param minTtl the shortest freshness lifetime; what states a shorter one has this one
 * @param maxTtl the longest freshness lifetime; what states a longer one has this one; null for no
 *     bound
 * @param statusTtls freshness lifetimes of responses that state none, by status code, such as
 *     {@code 404}; they count before {@code defaultTtl}, and make a status cacheable that is not by
 *     itself
 * @param honourClientDirectives whether {@code no-cache}, {@code no-store}, {@code max-age}, {@code
 *     min-fresh} and {@code max-stale} of clients' requests count
 * @param compression which responses edges compress for clients
 */
public record CachePolicy(
    @Nullable Duration defaultTtl,
    Duration staleWhileRevalidate,
    Duration staleIfError,
    KeyPolicy key,
    boolean passTags,
    @Nullable Duration overrideTtl,
    Duration minTtl,
    @Nullable Duration maxTtl,
    Map<String, Duration> statusTtls,
    boolean honourClientDirectives,
    CompressionPolicy compression) {

  /** The longest time that any of the durations may be: a year. */
  public static final Duration TTL_MAX = Duration.ofDays(365);

  /** The most statuses that may have a lifetime of their own. */
  public static final int STATUSES_MAX = 50;

  private static final Pattern STATUS = Pattern.compile("[2-5][0-9][0-9]");

  /** What holds where a document says nothing about caching. */
  public static final CachePolicy DEFAULT =
      new CachePolicy(null, Duration.ZERO, Duration.ZERO, KeyPolicy.DEFAULT, false);

  /**
   * Checks the durations and copies the map.
   *
   * @throws InvalidField if a duration is negative or above {@link #TTL_MAX}, if the shortest
   *     lifetime is longer than the longest, or if a status is none that can be stored
   */
  public CachePolicy {
    checkTtl("/defaultTtl", defaultTtl);
    checkTtl("/staleWhileRevalidate", staleWhileRevalidate);
    checkTtl("/staleIfError", staleIfError);
    checkTtl("/overrideTtl", overrideTtl);
    checkTtl("/minTtl", minTtl);
    checkTtl("/maxTtl", maxTtl);
    check(
        maxTtl == null || minTtl.compareTo(maxTtl) <= 0,
        "/minTtl",
        "is longer than maxTtl: make it at most as long");
    check(
        statusTtls.size() <= STATUSES_MAX,
        "/statusTtls",
        "has " + statusTtls.size() + " entries: at most " + STATUSES_MAX + " fit");
    statusTtls.forEach(CachePolicy::checkStatusTtl);
    statusTtls = Map.copyOf(statusTtls);
  }

  /** A policy without lifetimes of its own beyond the default, which leaves clients no say. */
  public CachePolicy(
      @Nullable Duration defaultTtl,
      Duration staleWhileRevalidate,
      Duration staleIfError,
      KeyPolicy key,
      boolean passTags) {
    this(
        defaultTtl,
        staleWhileRevalidate,
        staleIfError,
        key,
        passTags,
        null,
        Duration.ZERO,
        null,
        Map.of(),
        false);
  }

  /** A policy that compresses what edges compress where a document does not say. */
  public CachePolicy(
      @Nullable Duration defaultTtl,
      Duration staleWhileRevalidate,
      Duration staleIfError,
      KeyPolicy key,
      boolean passTags,
      @Nullable Duration overrideTtl,
      Duration minTtl,
      @Nullable Duration maxTtl,
      Map<String, Duration> statusTtls,
      boolean honourClientDirectives) {
    this(
        defaultTtl,
        staleWhileRevalidate,
        staleIfError,
        key,
        passTags,
        overrideTtl,
        minTtl,
        maxTtl,
        statusTtls,
        honourClientDirectives,
        CompressionPolicy.DEFAULT);
  }

  /** This policy with another compression. */
  public CachePolicy withCompression(CompressionPolicy other) {
    return new CachePolicy(
        defaultTtl,
        staleWhileRevalidate,
        staleIfError,
        key,
        passTags,
        overrideTtl,
        minTtl,
        maxTtl,
        statusTtls,
        honourClientDirectives,
        other);
  }

  private static void checkStatusTtl(String status, Duration ttl) {
    String pointer = "/statusTtls/" + status;
    check(STATUS.matcher(status).matches(), pointer, "must be a status code from 200 to 599");
    checkTtl(pointer, ttl);
  }

  private static void checkTtl(String pointer, @Nullable Duration ttl) {
    if (ttl != null) {
      Checks.range(pointer, ttl, Duration.ZERO, TTL_MAX);
    }
  }
}
