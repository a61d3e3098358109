package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.NOW;
import static io.nearcast.edge.rules.Messages.fields;
import static io.nearcast.edge.rules.Messages.fresh;
import static io.nearcast.edge.rules.Messages.get;
import static io.nearcast.edge.rules.Messages.response;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.rules.Freshness.Source;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RFC 9111 sections 4.2, 5.1 and 5.3, RFC 5861, RFC 9213. A date {@code @n} is n seconds from now.
 */
final class FreshnessTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 4.2.1: "If the cache is shared and the s-maxage response directive is present, use its
        // value"
        "`Cache-Control: max-age=1, s-maxage=3600`                        | S_MAXAGE  | 3600",
        "`Cache-Control: s-maxage=1, max-age=3600`                        | S_MAXAGE  | 1",
        "`Cache-Control: max-age=3600 | Cache-Control: s-maxage=1`        | S_MAXAGE  | 1",
        "`Cache-Control: max-age=0, s-maxage=3600 | Expires: @-10`        | S_MAXAGE  | 3600",
        // "If the max-age response directive is present, use its value"
        "`Cache-Control: max-age=3600`                                    | MAX_AGE   | 3600",
        "`Cache-Control: max-age=0 | Expires: @3600 | Date: @0`           | MAX_AGE   | 0",
        "`Cache-Control: max-age=3600 | Expires: @-7200 | Date: @0`       | MAX_AGE   | 3600",
        "`Cache-Control: max-age=3600 | Expires: 0 | Date: @0`            | MAX_AGE   | 3600",
        // "If the Expires response header field is present, use its value minus the value of the
        // Date"
        "`Expires: @600 | Date: @0`                                       | EXPIRES   | 600",
        "`Expires: @600 | Date: @-60`                                     | EXPIRES   | 660",
        "`Expires: @300 | Date: @400`                                     | EXPIRES   | 0",
        "`Expires: @0 | Date: @0`                                         | EXPIRES   | 0",
        // "using the time the message was received if it is not present"
        "`Expires: @10`                                                   | EXPIRES   | 10",
        "`Expires: @10 | Date: foo`                                       | EXPIRES   | 10",
        // 5.3: "MUST interpret invalid date formats, especially the value 0, as ... already
        // expired"
        "`Expires: 0 | Date: @0`                                          | EXPIRES   | 0",
        "`Expires: -1`                                                    | EXPIRES   | 0",
        "`Expires: Thu, 18 Aug 2050 02:01:18 UTC`                         | EXPIRES   | 0",
        // 4.2.1: "two Expires header field lines ... either the first occurrence should be used"
        "`Expires: @10 | Expires: @600 | Date: @0`                        | EXPIRES   | 10",
        // 4.2.2: "no more than some fraction of the interval since that time ... might be 10%"
        "`Last-Modified: @-1000 | Date: @0`                               | HEURISTIC | 100",
        "`Last-Modified: @-1000`                                          | HEURISTIC | 100",
        "`Last-Modified: @-1000 | Cache-Control: no-cache`                | HEURISTIC | 100",
        "`Last-Modified: @-8640000 | Date: @0`                            | HEURISTIC | 86400",
        "`Last-Modified: @0 | Date: @0`                                   | NONE      | 0",
        "`Last-Modified: @60 | Date: @0`                                  | NONE      | 0",
        "`Last-Modified: yesterday | Date: @0`                            | NONE      | 0",
        // "MUST NOT use heuristics ... when an explicit expiration time is present"
        "`Last-Modified: @-1000 | Date: @0 | Expires: 0`                  | EXPIRES   | 0",
        "`Date: @0`                                                       | NONE      | 0",
        // RFC 9213 section 2.2: "it MUST ignore the Cache-Control and Expires header fields"
        "`CDN-Cache-Control: max-age=9 | Cache-Control: s-maxage=1`       | CDN_CACHE_CONTROL | 9",
        "`CDN-Cache-Control: max-age=1 | Cache-Control: max-age=3600`     | CDN_CACHE_CONTROL | 1",
        "`CDN-Cache-Control: max-age=9 | Expires: @-10`                   | CDN_CACHE_CONTROL | 9",
        "`CDN-Cache-Control: max-age=9;x=y, foobar`                       | CDN_CACHE_CONTROL | 9",
        "`CDN-Cache-Control: max-age=99999999999`                         | CDN_CACHE_CONTROL | 2147483648",
        "`CDN-Cache-Control: none | Expires: @10 | Date: @0`              | NONE      | 0",
        "`CDN-Cache-Control: none | Last-Modified: @-1000 | Expires: @10` | HEURISTIC | 100",
        // Section 2.1: "SHOULD NOT consume values that violate these inferred constraints"
        "`CDN-Cache-Control: max-age=\"9\" | Cache-Control: max-age=5`    | CDN_CACHE_CONTROL | 0",
        "`CDN-Cache-Control: max-age=9.5 | Cache-Control: max-age=5`      | CDN_CACHE_CONTROL | 0",
        "`CDN-Cache-Control: max-age=-9 | Cache-Control: max-age=5`       | CDN_CACHE_CONTROL | 0",
        // "If a targeted field in a given response is empty, or a parsing error is encountered,
        // that field MUST be ignored"
        "`CDN-Cache-Control: max-age=9, &&& | Cache-Control: max-age=5`   | MAX_AGE   | 5",
        "`CDN-Cache-Control: Max-Age=9 | Cache-Control: max-age=5`        | MAX_AGE   | 5",
        "`CDN-Cache-Control: max-age =9 | Cache-Control: max-age=5`       | MAX_AGE   | 5",
        "`CDN-Cache-Control:  | Cache-Control: max-age=5`                 | MAX_AGE   | 5",
        // Surrogate-Control comes after it in the target list.
        "`Surrogate-Control: max-age=9 | Cache-Control: max-age=5`        | SURROGATE_CONTROL | 9",
        "`Surrogate-Control: MaX-aGe=9 | Expires: @-10`                   | SURROGATE_CONTROL | 9",
        "`Surrogate-Control: max-age=9+60, content=\"ESI/1.0\"`           | SURROGATE_CONTROL | 9",
        "`Surrogate-Control: max-age=9;nearcast`                          | SURROGATE_CONTROL | 9",
        "`Surrogate-Control: max-age=7, max-age=9;nearcast`               | SURROGATE_CONTROL | 9",
        "`Surrogate-Control: max-age=9;other | Cache-Control: max-age=5`  | MAX_AGE   | 5",
        "`Surrogate-Control: content=\"ESI/1.0\" | Expires: @10 | Date: @0` | EXPIRES | 10",
        "`Surrogate-Control: max-age=9 | CDN-Cache-Control: max-age=8`    | CDN_CACHE_CONTROL | 8",
      })
  void lifetime(String lines, Source source, long seconds) {
    Freshness freshness = fresh(lines);
    assertThat(freshness.source()).isEqualTo(source);
    assertThat(freshness.lifetimeMillis()).isEqualTo(seconds * 1000);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})
  void theseStatusesMayBeGivenALifetime(int status) {
    ResponseHead response = new ResponseHead(status, fields("Last-Modified: @-1000 | Date: @0"));
    assertThat(fresh(response).source()).isEqualTo(Source.HEURISTIC);
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 202, 302, 303, 307, 400, 403, 500, 502, 503, 504, 599})
  void othersOnlyWhereTheyAreMarkedAsCacheable(int status) {
    Fields plain = fields("Last-Modified: @-1000 | Date: @0");
    assertThat(fresh(new ResponseHead(status, plain)).source()).isEqualTo(Source.NONE);
    Fields marked = plain.with("Cache-Control", "public");
    assertThat(fresh(new ResponseHead(status, marked)).source()).isEqualTo(Source.HEURISTIC);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 4.2.3: "apparent_age = max(0, response_time - date_value)"
        "`Date: @-30`               | 0    | 30000",
        "`Date: @30`                | 0    | 0",
        "`Date: foo`                | 0    | 0",
        "``                         | 0    | 0",
        // "corrected_age_value = age_value + response_delay"
        "`Age: 25`                  | 0    | 25000",
        "`Age: 25`                  | 1500 | 26500",
        "`Date: @0`                 | 1500 | 1500",
        // "corrected_initial_age = max(apparent_age, corrected_age_value)"
        "`Date: @-10 | Age: 25`     | 0    | 25000",
        "`Date: @-40 | Age: 25`     | 0    | 40000",
        "`Date: @40 | Age: 25`      | 0    | 25000",
        // A request that was sent after its response came: the clock was set back between.
        "`Age: 25`                  | -500 | 25000",
        // 5.1: "SHOULD use the first member of the field value, discarding subsequent ones"
        "`Age: 7200, 0`             | 0    | 7200000",
        "`Age: 0, 7200`             | 0    | 0",
        "`Age: 7200 | Age: 0`       | 0    | 7200000",
        "`Age: 0 | Age: 7200`       | 0    | 0",
        // "If the field value ... contains something other than a non-negative integer, a cache
        // SHOULD ignore the field"
        "`Age: abc`                 | 0    | 0",
        "`Age: -7200`               | 0    | 0",
        "`Age: 7200.0`              | 0    | 0",
        "`Age: abc, 5`              | 0    | 0",
        "`Age:`                     | 0    | 0",
        // Ours: parameters, which Age has not, do not make the age be lost.
        "`Age: 7200;foo=bar`        | 0    | 7200000",
        // 1.2.2: "consider the value to be 2147483648"
        "`Age: 2147483649`          | 0    | 2147483648000",
        "`Age: 99999999999999999999` | 0   | 2147483648000",
      })
  void initialAge(String lines, long delayMillis, long expectedMillis) {
    Freshness freshness =
        Freshness.of(
            get(),
            new ResponseHead(200, fields(lines)),
            NOW - delayMillis,
            NOW,
            CachePolicy.DEFAULT);
    assertThat(freshness.initialAgeMillis()).isEqualTo(expectedMillis);
  }

  @Test
  void currentAgeGrowsWithResidentTimeAndNeverShrinks() {
    Freshness freshness = fresh("Age: 10 | Cache-Control: max-age=60");
    assertThat(freshness.ageMillis(NOW + 5000)).isEqualTo(15_000);
    assertThat(freshness.ageMillis(NOW - 5000)).isEqualTo(10_000);
    assertThat(freshness.freshUntilMillis()).isEqualTo(NOW + 50_000);
  }

  @Test
  void freshWhileTheLifetimeExceedsTheAge() {
    Freshness freshness = fresh("Cache-Control: max-age=60");
    assertThat(freshness.freshAt(NOW + 59_999)).isTrue();
    assertThat(freshness.freshAt(NOW + 60_000)).isFalse();
    assertThat(freshness.cameFresh()).isTrue();
    assertThat(fresh("Cache-Control: max-age=60 | Age: 60").cameFresh()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`max-age=60`                                             | 7 | 9",
        "`max-age=60, stale-while-revalidate=30`                  | 30 | 9",
        "`max-age=60, stale-if-error=30`                          | 7 | 30",
        "`max-age=60, stale-while-revalidate=0, stale-if-error=0` | 0 | 0",
        "`max-age=60, stale-while-revalidate=x`                   | 0 | 9",
        // 4.2.4: "MUST NOT generate a stale response if it is prohibited by ... a no-cache response
        // directive, a must-revalidate response directive, or an applicable s-maxage or
        // proxy-revalidate response directive"
        "`max-age=60, no-cache`                                   | 0 | 0",
        "`max-age=60, must-revalidate`                            | 0 | 0",
        "`max-age=60, must-revalidate, stale-while-revalidate=30` | 0 | 0",
        "`max-age=60, proxy-revalidate, stale-if-error=30`        | 0 | 0",
        "`s-maxage=60`                                            | 0 | 0",
        // Ours: who writes both means both.
        "`s-maxage=60, stale-while-revalidate=30`                 | 30 | 0",
        "`s-maxage=60, stale-if-error=30`                         | 0 | 30",
        "`no-cache=\"a\", max-age=60`                             | 7 | 9",
      })
  void staleWindows(String control, long whileRevalidating, long onError) {
    CachePolicy policy =
        new CachePolicy(
            null, Duration.ofSeconds(7), Duration.ofSeconds(9), KeyPolicy.DEFAULT, false);
    Freshness freshness = fresh(response(200, "Cache-Control", control), policy);
    assertThat(freshness.staleWhileRevalidateMillis()).isEqualTo(whileRevalidating * 1000);
    assertThat(freshness.staleIfErrorMillis()).isEqualTo(onError * 1000);
  }

  @Test
  void staleIsServedFromTheEndOfTheLifetimeToTheEndOfTheWindow() {
    Freshness freshness =
        fresh("Cache-Control: max-age=60, stale-while-revalidate=30, stale-if-error=90");
    assertThat(freshness.mayServeWhileRevalidating(false, NOW + 59_999)).isFalse();
    assertThat(freshness.mayServeWhileRevalidating(false, NOW + 60_000)).isTrue();
    assertThat(freshness.mayServeWhileRevalidating(false, NOW + 89_999)).isTrue();
    assertThat(freshness.mayServeWhileRevalidating(false, NOW + 90_000)).isFalse();
    assertThat(StaleOnError.mayServe(freshness, false, NOW + 149_999)).isTrue();
    assertThat(StaleOnError.mayServe(freshness, false, NOW + 150_000)).isFalse();
  }

  @Test
  void aSoftPurgeMakesItStaleFromNowOn() {
    Freshness freshness = fresh("Cache-Control: max-age=60, stale-while-revalidate=30");
    assertThat(freshness.mayServeWhileRevalidating(true, NOW)).isTrue();
    assertThat(freshness.mayServeWhileRevalidating(true, NOW + 90_000)).isFalse();
    assertThat(fresh("Cache-Control: max-age=60").mayServeWhileRevalidating(true, NOW)).isFalse();
    assertThat(StaleOnError.mayServe(freshness, true, NOW)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "500, true",
    "502, true",
    "503, true",
    "504, true",
    "501, false",
    "404, false",
    "200, false"
  })
  void errorsOfTheUpstream(int status, boolean error) {
    assertThat(StaleOnError.isError(status)).isEqualTo(error);
  }

  @ParameterizedTest
  @CsvSource({
    "max-age=1, false, false",
    "'max-age=1, must-revalidate', true, false",
    "'max-age=1, proxy-revalidate', true, false",
    "s-maxage=1, true, false",
    "no-cache, false, true",
    "'no-cache=\"a\", max-age=1', false, false",
  })
  void flags(String control, boolean mustRevalidate, boolean alwaysValidate) {
    Freshness freshness = fresh("Cache-Control: " + control);
    assertThat(freshness.mustRevalidate()).isEqualTo(mustRevalidate);
    assertThat(freshness.alwaysValidate()).isEqualTo(alwaysValidate);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // The service's default, where the origin says nothing.
        "200 | `ETag: \"a\"`                    | DEFAULT_TTL  | 120",
        "200 | `Last-Modified: @-1000`          | DEFAULT_TTL  | 120",
        "200 | `Cache-Control: max-age=30`      | MAX_AGE      | 30",
        "403 | `ETag: \"a\"`                    | NONE         | 0",
        // Lifetimes by status come before it, but after the origin's.
        "404 | `ETag: \"a\"`                    | STATUS_TTL   | 10",
        "503 | `ETag: \"a\"`                    | STATUS_TTL   | 5",
        "404 | `Expires: @60 | Date: @0`        | EXPIRES      | 60",
        // Bounds.
        "200 | `Cache-Control: max-age=1`       | MAX_AGE      | 5",
        "200 | `Cache-Control: max-age=999999`  | MAX_AGE      | 3600",
        "200 | `Expires: 0`                     | EXPIRES      | 5",
      })
  void theServiceHasItsSay(int status, String lines, Source source, long seconds) {
    CachePolicy policy = policy(null);
    Freshness freshness = fresh(new ResponseHead(status, fields(lines)), policy);
    assertThat(freshness.source()).isEqualTo(source);
    assertThat(freshness.lifetimeMillis()).isEqualTo(seconds * 1000);
  }

  @Test
  void anOverrideComesBeforeEverything() {
    Freshness freshness =
        fresh(response(200, "Cache-Control", "s-maxage=1"), policy(Duration.ofMinutes(7)));
    assertThat(freshness.source()).isEqualTo(Source.OVERRIDE_TTL);
    assertThat(freshness.lifetimeMillis()).isEqualTo(420_000);
    assertThat(freshness.source().explicit()).isFalse();
    assertThat(freshness.source().byService()).isTrue();
  }

  private static CachePolicy policy(Duration override) {
    return new CachePolicy(
        Duration.ofMinutes(2),
        Duration.ZERO,
        Duration.ZERO,
        KeyPolicy.DEFAULT,
        false,
        override,
        Duration.ofSeconds(5),
        Duration.ofHours(1),
        Map.of("404", Duration.ofSeconds(10), "503", Duration.ZERO),
        false);
  }
}
