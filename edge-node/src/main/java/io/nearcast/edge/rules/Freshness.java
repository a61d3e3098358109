package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.CacheControl.ABSENT;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.rules.CacheControl.Directive;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Age and lifetime of a stored response (RFC 9111 section 4.2), worked out once when it is stored
 * or updated. All times are milliseconds of this node's wall clock, since 1970.
 *
 * @param responseTimeMillis when the response's head came
 * @param initialAgeMillis its age at that time: {@code corrected_initial_age} of section 4.2.3
 * @param lifetimeMillis how long it is fresh, counted from age 0
 * @param staleWhileRevalidateMillis how long after that it may be served while it is refreshed; 0
 *     where it must not be
 * @param staleIfErrorMillis how long after that it may be served when the upstream fails; 0 where
 *     it must not be
 * @param mustRevalidate whether the origin says that it must be validated once it is stale
 *     (sections 5.2.2.2, 5.2.2.8 and 5.2.2.10)
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

  /** Where a lifetime comes from. */
  public enum Source {
    /** {@code s-maxage} (section 5.2.2.10). */
    S_MAXAGE,
    /** {@code max-age} (section 5.2.2.1). */
    MAX_AGE,
    /** {@code s-maxage} or {@code max-age} of CDN-Cache-Control (RFC 9213). */
    CDN_CACHE_CONTROL,
    /** {@code max-age} of Surrogate-Control. */
    SURROGATE_CONTROL,
    /** Expires (section 5.3). */
    EXPIRES,
    /** The service's own, whatever the response says. */
    OVERRIDE_TTL,
    /** The service's for the status. */
    STATUS_TTL,
    /** The service's default. */
    DEFAULT_TTL,
    /** A share of the time since Last-Modified (section 4.2.2). */
    HEURISTIC,
    /** Nothing: it is stale from the beginning. */
    NONE;

    /** Whether the origin stated it. */
    public boolean explicit() {
      return switch (this) {
        case S_MAXAGE, MAX_AGE, CDN_CACHE_CONTROL, SURROGATE_CONTROL, EXPIRES -> true;
        case OVERRIDE_TTL, STATUS_TTL, DEFAULT_TTL, HEURISTIC, NONE -> false;
      };
    }

    /** Whether the service states it for this very response, so that it may be stored for it. */
    public boolean byService() {
      return this == OVERRIDE_TTL || this == STATUS_TTL;
    }
  }

  /** The longest lifetime that is guessed. */
  static final long HEURISTIC_MILLIS_MAX = Duration.ofHours(24).toMillis();

  /** The share of the time since Last-Modified that section 4.2.2 calls typical. */
  private static final int HEURISTIC_DIVISOR = 10;

  /**
   * Age and lifetime of a response.
   *
   * @param requestTimeMillis when the request that it answers was sent
   * @param responseTimeMillis when its head came
   * @param policy what holds where the response does not say
   */
  public static Freshness of(
      RequestHead request,
      ResponseHead response,
      long requestTimeMillis,
      long responseTimeMillis,
      CachePolicy policy) {
    long dateMillis = dateMillis(response, responseTimeMillis);
    long initialAgeMillis =
        initialAgeMillis(response, dateMillis, requestTimeMillis, responseTimeMillis);
    return of(response, responseTimeMillis, initialAgeMillis, policy);
  }

  /** The same age, with the lifetime that another policy gives the response. */
  public Freshness under(ResponseHead response, CachePolicy policy) {
    return of(response, responseTimeMillis, initialAgeMillis, policy);
  }

  private static Freshness of(
      ResponseHead response, long responseTimeMillis, long initialAgeMillis, CachePolicy policy) {
    ResponseControl control = ResponseControl.of(response.fields());
    long dateMillis = dateMillis(response, responseTimeMillis);
    Lifetime lifetime =
        bounded(lifetime(response, control, dateMillis, responseTimeMillis, policy), policy);
    return new Freshness(
        responseTimeMillis,
        initialAgeMillis,
        lifetime.millis(),
        staleMillis(control, Directive.STALE_WHILE_REVALIDATE, policy.staleWhileRevalidate()),
        staleMillis(control, Directive.STALE_IF_ERROR, policy.staleIfError()),
        mustRevalidate(control),
        control.has(Directive.NO_CACHE),
        lifetime.source());
  }

  /** {@code current_age} (section 4.2.3); a clock that was set back does not lower it. */
  public long ageMillis(long nowMillis) {
    return initialAgeMillis + Math.max(0, nowMillis - responseTimeMillis);
  }

  /** Whether the lifetime exceeds the age (section 4.2). */
  public boolean freshAt(long nowMillis) {
    return lifetimeMillis > ageMillis(nowMillis);
  }

  /** When it becomes stale; in the past where it came stale. */
  public long freshUntilMillis() {
    return responseTimeMillis + lifetimeMillis - initialAgeMillis;
  }

  /** Whether it was fresh when it came. */
  public boolean cameFresh() {
    return lifetimeMillis > initialAgeMillis;
  }

  /**
   * Whether it is stale and may be served while it is refreshed (RFC 5861 section 3).
   *
   * @param softPurged whether it is stale although it may be within its lifetime
   */
  public boolean mayServeWhileRevalidating(boolean softPurged, long nowMillis) {
    return mayServeStale(staleWhileRevalidateMillis, softPurged, nowMillis);
  }

  /**
   * Whether it is stale and may be served because the upstream fails (RFC 5861 section 4).
   *
   * @param softPurged whether it is stale although it may be within its lifetime
   */
  public boolean mayServeOnError(boolean softPurged, long nowMillis) {
    return mayServeStale(staleIfErrorMillis, softPurged, nowMillis);
  }

  private boolean mayServeStale(long windowMillis, boolean softPurged, long nowMillis) {
    long staleForMillis = ageMillis(nowMillis) - lifetimeMillis;
    return staleForMillis < windowMillis && (softPurged || staleForMillis >= 0) && windowMillis > 0;
  }

  private record Lifetime(long millis, Source source) {
    static final Lifetime NONE = new Lifetime(0, Source.NONE);
  }

  /** A lifetime within the service's bounds; what has none gets none by them. */
  private static Lifetime bounded(Lifetime lifetime, CachePolicy policy) {
    if (lifetime.source() == Source.NONE) {
      return lifetime;
    }
    Duration maxTtl = policy.maxTtl();
    long maxMillis = maxTtl == null ? Long.MAX_VALUE : maxTtl.toMillis();
    long millis = Math.clamp(lifetime.millis(), policy.minTtl().toMillis(), maxMillis);
    return millis == lifetime.millis() ? lifetime : new Lifetime(millis, lifetime.source());
  }

  /** {@code freshness_lifetime}: the first match counts (section 4.2.1). */
  private static Lifetime lifetime(
      ResponseHead response,
      ResponseControl control,
      long dateMillis,
      long responseTimeMillis,
      CachePolicy policy) {
    // The operator's word before all others: "local configuration" (section 2).
    Duration overrideTtl = policy.overrideTtl();
    if (overrideTtl != null) {
      return new Lifetime(overrideTtl.toMillis(), Source.OVERRIDE_TTL);
    }
    // "If the cache is shared and the s-maxage response directive is present, use its value".
    long sharedMaxAge = control.seconds(Directive.S_MAXAGE);
    if (sharedMaxAge != ABSENT) {
      return explicit(sharedMaxAge, control, Source.S_MAXAGE);
    }
    // "If the max-age response directive is present, use its value".
    long maxAge = control.seconds(Directive.MAX_AGE);
    if (maxAge != ABSENT) {
      return explicit(maxAge, control, Source.MAX_AGE);
    }
    // "If the Expires response header field is present, use its value minus the value of the Date
    // response header field", unless a targeted field replaces it (RFC 9213 section 2.2).
    String expires = control.targeted() ? null : response.fields().first("Expires");
    if (expires != null) {
      return new Lifetime(expiresMillis(expires, dateMillis, responseTimeMillis), Source.EXPIRES);
    }
    // "Otherwise, no explicit expiration time is present in the response."
    return assigned(response, control, dateMillis, responseTimeMillis, policy);
  }

  /** A lifetime for a response that states none (section 4.2.2). */
  private static Lifetime assigned(
      ResponseHead response,
      ResponseControl control,
      long dateMillis,
      long responseTimeMillis,
      CachePolicy policy) {
    // The operator's word for a status, where the origin gives none.
    Duration statusTtl = policy.statusTtls().get(Integer.toString(response.status()));
    if (statusTtl != null) {
      return new Lifetime(statusTtl.toMillis(), Source.STATUS_TTL);
    }
    // Only for statuses that are heuristically cacheable, or with public.
    if (!Statuses.heuristicallyCacheable(response.status()) && !control.has(Directive.PUBLIC)) {
      return Lifetime.NONE;
    }
    // The operator's word for all the others.
    Duration defaultTtl = policy.defaultTtl();
    if (defaultTtl != null) {
      return new Lifetime(defaultTtl.toMillis(), Source.DEFAULT_TTL);
    }
    // "no more than some fraction of the interval since that time", Last-Modified.
    String lastModified = response.fields().first("Last-Modified");
    long modifiedMillis = HttpDate.parse(lastModified, responseTimeMillis);
    if (modifiedMillis == HttpDate.INVALID || modifiedMillis >= dateMillis) {
      return Lifetime.NONE;
    }
    long millis = (dateMillis - modifiedMillis) / HEURISTIC_DIVISOR;
    return new Lifetime(Math.min(millis, HEURISTIC_MILLIS_MAX), Source.HEURISTIC);
  }

  private static Lifetime explicit(long seconds, ResponseControl control, Source source) {
    Source stated =
        switch (control.field()) {
          case CDN_CACHE_CONTROL -> Source.CDN_CACHE_CONTROL;
          case SURROGATE_CONTROL -> Source.SURROGATE_CONTROL;
          case CACHE_CONTROL -> source;
        };
    return new Lifetime(seconds * 1000, stated);
  }

  /** Expires minus Date; what is no date, such as 0, has expired (section 5.3). */
  private static long expiresMillis(String expires, long dateMillis, long responseTimeMillis) {
    long untilMillis = HttpDate.parse(expires, responseTimeMillis);
    return untilMillis == HttpDate.INVALID ? 0 : Math.max(0, untilMillis - dateMillis);
  }

  /** {@code date_value}; without a usable Date the time when it came (RFC 9110 section 6.6.1). */
  private static long dateMillis(ResponseHead response, long responseTimeMillis) {
    long millis = HttpDate.parse(response.fields().first("Date"), responseTimeMillis);
    return millis == HttpDate.INVALID ? responseTimeMillis : millis;
  }

  /** {@code corrected_initial_age}, in its more conservative form (section 4.2.3). */
  private static long initialAgeMillis(
      ResponseHead response, long dateMillis, long requestTimeMillis, long responseTimeMillis) {
    long apparentAge = Math.max(0, responseTimeMillis - dateMillis);
    long responseDelay = Math.max(0, responseTimeMillis - requestTimeMillis);
    long correctedAgeValue = ageSeconds(response.fields().first("Age")) * 1000 + responseDelay;
    return Math.max(apparentAge, correctedAgeValue);
  }

  /**
   * {@code age_value}: of several members the first; ignored where it is no number (section 5.1).
   * Parameters, which Age does not have, are passed over, so that an age is not lost with them.
   */
  private static long ageSeconds(@Nullable String field) {
    if (field == null) {
      return 0;
    }
    int end = 0;
    while (end < field.length() && field.charAt(end) != ',' && field.charAt(end) != ';') {
      end++;
    }
    long seconds = CacheControl.parseSeconds(field.substring(0, end).strip());
    return seconds == ABSENT ? 0 : seconds;
  }

  private static boolean mustRevalidate(ResponseControl control) {
    return control.has(Directive.MUST_REVALIDATE)
        || control.has(Directive.PROXY_REVALIDATE)
        || control.has(Directive.S_MAXAGE);
  }

  /**
   * How long a stale response may be served (section 4.2.4): never with no-cache, must-revalidate
   * or proxy-revalidate. s-maxage means proxy-revalidate, so the service's own time does not count;
   * but an origin that writes a stale directive beside it knows both, and is taken at its word.
   */
  private static long staleMillis(ResponseControl control, Directive directive, Duration policy) {
    if (control.has(Directive.NO_CACHE)
        || control.has(Directive.MUST_REVALIDATE)
        || control.has(Directive.PROXY_REVALIDATE)) {
      return 0;
    }
    long seconds = control.seconds(directive);
    if (seconds != ABSENT) {
      return seconds * 1000;
    }
    return control.has(Directive.S_MAXAGE) ? 0 : policy.toMillis();
  }
}
