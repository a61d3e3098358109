package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.CacheControl.ABSENT;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.rules.CacheControl.Directive;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Age and lifetime of a stored response (RFC 9111 section 4.2), worked out once when it is stored
 * or updated, in milliseconds. All times are of this node's wall clock.
 *
 * @param responseTimeMillis when the response's head came, in ms since 1970
 * @param initialAgeMillis its age at that time: {@code corrected_initial_age} of section 4.2.3
 * @param lifetimeMillis how long it is fresh, counted from age 0
 * @param staleWhileRevalidateMillis how long after that it may be served while it is refreshed
 * @param staleIfErrorMillis how long after that it may be served when the upstream fails
 * @param mustRevalidate whether it must not be served stale for any reason (section 5.2.2.2)
 * @param alwaysValidate whether it must be validated at each use (section 5.2.2.4)
 * @param source where the lifetime comes from
 */
public record Freshness(
    long responseTimeMillis,
    long initialAgeMillis,
    long lifetimeMillis,
    long staleWhileRevalidateMillis,
    long staleIfErrorMillis,
    boolean mustRevalidate,
    boolean alwaysValidate,
    Source source) {

  /** Where a lifetime comes from, in the order in which they count. */
  public enum Source {
    /** {@code s-maxage} (5.2.2.10). */
    S_MAXAGE,
    /** {@code max-age} (5.2.2.1). */
    MAX_AGE,
    /** {@code max-age} or {@code s-maxage} of CDN-Cache-Control (RFC 9213). */
    CDN_CACHE_CONTROL,
    /** Expires (5.3). */
    EXPIRES,
    /** The service's default. */
    DEFAULT_TTL,
    /** A share of the time since Last-Modified (4.2.2). */
    HEURISTIC,
    /** Nothing: the response is stale from the beginning. */
    NONE;

    /** Whether the origin stated it. */
    public boolean explicit() {
      return switch (this) {
        case S_MAXAGE, MAX_AGE, CDN_CACHE_CONTROL, EXPIRES -> true;
        case DEFAULT_TTL, HEURISTIC, NONE -> false;
      };
    }
  }

  /**
   * The longest heuristic lifetime: beyond a day RFC 7234 asked for a warning, so it stays below.
   */
  static final long HEURISTIC_MILLIS_MAX = Duration.ofHours(24).toMillis();

  /** The share of the time since Last-Modified that RFC 9111 section 4.2.2 suggests. */
  private static final int HEURISTIC_DIVISOR = 10;

  /**
   * Age and lifetime of a response.
   *
   * @param requestTimeMillis when the request was sent that it answers, in ms since 1970
   * @param responseTimeMillis when its head came, in ms since 1970
   * @param policy what holds where the response does not say
   */
  public static Freshness of(
      RequestHead request,
      ResponseHead response,
      long requestTimeMillis,
      long responseTimeMillis,
      CachePolicy policy) {
    CacheControl control = ResponseControl.of(response.fields());
    long date = HttpDate.parse(response.fields().first("Date"), responseTimeMillis);
    // A response without a usable Date is dated when it came (RFC 9110 section 6.6.1).
    long dateMillis = date == HttpDate.INVALID ? responseTimeMillis : date;
    Lifetime lifetime = lifetime(response, control, dateMillis, responseTimeMillis, policy);
    boolean mustRevalidate = mustRevalidate(control);
    return new Freshness(
        responseTimeMillis,
        initialAge(response.fields(), dateMillis, requestTimeMillis, responseTimeMillis),
        lifetime.millis(),
        staleMillis(control, Directive.STALE_WHILE_REVALIDATE, policy.staleWhileRevalidate()),
        staleMillis(control, Directive.STALE_IF_ERROR, policy.staleIfError()),
        mustRevalidate,
        control.has(Directive.NO_CACHE),
        lifetime.source());
  }

  /** {@code current_age} (section 4.2.3); a clock that was set back does not make it smaller. */
  public long ageMillis(long nowMillis) {
    return initialAgeMillis + Math.max(0, nowMillis - responseTimeMillis);
  }

  /** Whether the lifetime exceeds the age (section 4.2). */
  public boolean freshAt(long nowMillis) {
    return lifetimeMillis > ageMillis(nowMillis);
  }

  /** When it becomes stale, in ms since 1970; in the past where it came stale. */
  public long freshUntilMillis() {
    return responseTimeMillis + lifetimeMillis - initialAgeMillis;
  }

  /**
   * Whether it may be served stale while it is refreshed (RFC 5861 section 3).
   *
   * @param softPurged whether it counts as stale although it may be fresh
   */
  public boolean mayServeWhileRevalidating(long nowMillis, boolean softPurged) {
    return mayServeStale(staleWhileRevalidateMillis, nowMillis, softPurged);
  }

  /** Whether it may be served stale when the upstream fails (RFC 5861 section 4). */
  public boolean mayServeOnError(long nowMillis, boolean softPurged) {
    return mayServeStale(staleIfErrorMillis, nowMillis, softPurged);
  }

  private boolean mayServeStale(long windowMillis, long nowMillis, boolean softPurged) {
    if (mustRevalidate || alwaysValidate) {
      return false;
    }
    long staleFor = ageMillis(nowMillis) - lifetimeMillis;
    return windowMillis > 0 && staleFor < windowMillis && (softPurged || staleFor >= 0);
  }

  private record Lifetime(long millis, Source source) {}

  private static Lifetime lifetime(
      ResponseHead response,
      CacheControl control,
      long dateMillis,
      long responseTimeMillis,
      CachePolicy policy) {
    // 1. s-maxage, for the cache is shared (4.2.1).
    long sharedMaxAge = control.seconds(Directive.S_MAXAGE);
    if (sharedMaxAge != ABSENT) {
      return seconds(sharedMaxAge, control, Source.S_MAXAGE);
    }
    // 2. max-age (4.2.1).
    long maxAge = control.seconds(Directive.MAX_AGE);
    if (maxAge != ABSENT) {
      return seconds(maxAge, control, Source.MAX_AGE);
    }
    // 3. Expires minus Date (4.2.1), unless a targeted field is there (RFC 9213 section 2.2).
    String expires = control.targeted() ? null : response.fields().first("Expires");
    if (expires != null) {
      long until = HttpDate.parse(expires, responseTimeMillis);
      // An Expires that is no date, such as 0, is in the past (5.3).
      long millis = until == HttpDate.INVALID ? 0 : Math.max(0, until - dateMillis);
      return new Lifetime(millis, Source.EXPIRES);
    }
    return implicitLifetime(response, control, dateMillis, responseTimeMillis, policy);
  }

  private static Lifetime implicitLifetime(
      ResponseHead response,
      CacheControl control,
      long dateMillis,
      long responseTimeMillis,
      CachePolicy policy) {
    // 4. Nothing is guessed about statuses that say nothing about later requests (4.2.2).
    if (!Statuses.heuristicallyCacheable(response.status()) && !control.has(Directive.PUBLIC)) {
      return new Lifetime(0, Source.NONE);
    }
    // 5. The operator's word, where the origin has none.
    Duration defaultTtl = policy.defaultTtl();
    if (defaultTtl != null) {
      return new Lifetime(defaultTtl.toMillis(), Source.DEFAULT_TTL);
    }
    // 6. A tenth of the time since Last-Modified (4.2.2).
    String lastModified = response.fields().first("Last-Modified");
    long modified = HttpDate.parse(lastModified, responseTimeMillis);
    if (modified == HttpDate.INVALID || modified >= dateMillis) {
      return new Lifetime(0, Source.NONE);
    }
    long millis = (dateMillis - modified) / HEURISTIC_DIVISOR;
    return new Lifetime(Math.min(millis, HEURISTIC_MILLIS_MAX), Source.HEURISTIC);
  }

  private static Lifetime seconds(long seconds, CacheControl control, Source source) {
    return new Lifetime(seconds * 1000, control.targeted() ? Source.CDN_CACHE_CONTROL : source);
  }

  /** {@code corrected_initial_age} (section 4.2.3). */
  private static long initialAge(
      Fields fields, long dateMillis, long requestTimeMillis, long responseTimeMillis) {
    long apparentAge = Math.max(0, responseTimeMillis - dateMillis);
    long responseDelay = Math.max(0, responseTimeMillis - requestTimeMillis);
    long correctedAge = ageValue(fields) * 1000 + responseDelay;
    return Math.max(apparentAge, correctedAge);
  }

  /** Seconds of the first Age member; one that is no number is passed over (section 5.1). */
  private static long ageValue(Fields fields) {
    String first = firstMember(fields.first("Age"));
    long seconds = first == null ? ABSENT : CacheControl.parseSeconds(first);
    return seconds == ABSENT ? 0 : seconds;
  }

  private static @Nullable String firstMember(@Nullable String line) {
    if (line == null) {
      return null;
    }
    int comma = line.indexOf(',');
    return comma < 0 ? line : line.substring(0, comma).strip();
  }

  /**
   * must-revalidate (5.2.2.2), proxy-revalidate (5.2.2.8), and s-maxage, which means it (5.2.2.10).
   */
  private static boolean mustRevalidate(CacheControl control) {
    return control.has(Directive.MUST_REVALIDATE)
        || control.has(Directive.PROXY_REVALIDATE)
        || control.has(Directive.S_MAXAGE);
  }

  private static long staleMillis(CacheControl control, Directive directive, Duration policy) {
    long seconds = control.seconds(directive);
    return seconds == ABSENT ? policy.toMillis() : seconds * 1000;
  }
}
