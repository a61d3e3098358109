package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.CacheControl.ABSENT;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.rules.CacheControl.Directive;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Age and lifetime of a stored response as the steps of a calculation in words (RFC 9111 section
 * 4.2), with the RFC's own names: for people who ask why something is fresh or stale.
 */
public final class FreshnessSteps {
  private FreshnessSteps() {}

  /**
   * The steps, one a line.
   *
   * @param policy by which the freshness was worked out
   * @param nowMillis the time, in ms since 1970
   */
  public static List<String> of(
      ResponseHead stored, Freshness freshness, CachePolicy policy, long nowMillis) {
    List<String> steps = new ArrayList<>(10);
    age(steps, stored, freshness, nowMillis);
    lifetime(steps, stored, freshness, policy);
    verdict(steps, freshness, nowMillis);
    stale(steps, "stale-while-revalidate", freshness.staleWhileRevalidateMillis());
    stale(steps, "stale-if-error", freshness.staleIfErrorMillis());
    return steps;
  }

  /** Section 4.2.3. */
  private static void age(
      List<String> steps, ResponseHead stored, Freshness freshness, long nowMillis) {
    long response = freshness.responseTimeMillis();
    long date = HttpDate.parse(stored.fields().first("Date"), response);
    long apparent = date == HttpDate.INVALID ? 0 : Math.max(0, response - date);
    String from = date == HttpDate.INVALID ? "response_time, for want of a Date" : time(date);
    steps.add(
        "apparent_age = max(0, response_time - date_value) = max(0, "
            + time(response)
            + " - "
            + from
            + ") = "
            + seconds(apparent));
    String ageField = stored.fields().first("Age");
    long initial = freshness.initialAgeMillis();
    steps.add(
        "corrected_age_value = age_value + response_delay "
            // What is smaller than the other does not show in the larger of both.
            + (initial > apparent ? "= " + seconds(initial) : "<= " + seconds(apparent))
            + (ageField == null ? ", without an Age field" : ", with Age: " + ageField));
    steps.add(
        "corrected_initial_age = max(apparent_age, corrected_age_value) = " + seconds(initial));
    steps.add(
        "current_age = corrected_initial_age + (now - response_time) = "
            + seconds(initial)
            + " + "
            + seconds(Math.max(0, nowMillis - response))
            + " = "
            + seconds(freshness.ageMillis(nowMillis)));
  }

  /** Section 4.2.1. */
  private static void lifetime(
      List<String> steps, ResponseHead stored, Freshness freshness, CachePolicy policy) {
    steps.add(
        "freshness_lifetime = "
            + seconds(freshness.lifetimeMillis())
            + ", "
            + origin(stored, freshness)
            + bound(freshness, policy));
    if (freshness.alwaysValidate()) {
      steps.add("no-cache: it is validated at each use, fresh or not");
    }
    if (freshness.mustRevalidate()) {
      steps.add("must-revalidate, proxy-revalidate or s-maxage: no client gets it stale");
    }
  }

  private static String origin(ResponseHead stored, Freshness freshness) {
    ResponseControl control = ResponseControl.of(stored.fields());
    String stated =
        control.seconds(Directive.S_MAXAGE) == ABSENT
            ? "max-age=" + control.seconds(Directive.MAX_AGE)
            : "s-maxage=" + control.seconds(Directive.S_MAXAGE);
    return switch (freshness.source()) {
      case S_MAXAGE, MAX_AGE, CDN_CACHE_CONTROL, SURROGATE_CONTROL ->
          stated + " of " + control.field().fieldName();
      case EXPIRES ->
          "Expires - Date = "
              + stored.fields().first("Expires")
              + " - "
              + stored.fields().first("Date");
      case OVERRIDE_TTL -> "the service's overrideTtl, whatever the response says";
      case STATUS_TTL -> "the service's statusTtls for " + stored.status();
      case DEFAULT_TTL -> "the service's defaultTtl, for the response states none";
      case HEURISTIC ->
          "a tenth of Date - Last-Modified = "
              + stored.fields().first("Date")
              + " - "
              + stored.fields().first("Last-Modified")
              + ", at most "
              + seconds(Freshness.HEURISTIC_MILLIS_MAX);
      case NONE -> "for nothing states one: neither the response nor the service";
    };
  }

  private static String bound(Freshness freshness, CachePolicy policy) {
    if (freshness.source() == Freshness.Source.NONE) {
      return "";
    }
    Duration lifetime = Duration.ofMillis(freshness.lifetimeMillis());
    if (lifetime.equals(policy.minTtl()) && !lifetime.isZero()) {
      return ", not less than the service's minTtl";
    }
    return lifetime.equals(policy.maxTtl()) ? ", not more than the service's maxTtl" : "";
  }

  private static void verdict(List<String> steps, Freshness freshness, long nowMillis) {
    long left = freshness.lifetimeMillis() - freshness.ageMillis(nowMillis);
    steps.add(
        "freshness_lifetime - current_age = "
            + seconds(left)
            + (left > 0
                ? ": fresh for " + seconds(left) + " more"
                : ": stale for " + seconds(-left)));
  }

  /** RFC 5861. */
  private static void stale(List<String> steps, String directive, long windowMillis) {
    steps.add(
        directive
            + (windowMillis == 0
                ? ": never"
                : ": until it has been stale for " + seconds(windowMillis)));
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  private static String seconds(long millis) {
    return String.format(
        Locale.ROOT, "%s s", BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString());
  }
}
