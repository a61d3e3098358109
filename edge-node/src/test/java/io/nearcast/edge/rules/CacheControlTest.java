package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.CacheControl.ABSENT;
import static io.nearcast.edge.rules.CacheControl.SECONDS_MAX;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.rules.CacheControl.Directive;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9111 section 5.2, RFC 9110 section 5.6. */
final class CacheControlTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "max-age=3600                         | 3600",
        // "Cache directives are identified by a token, to be compared case-insensitively"
        "MaX-aGe=3600                         | 3600",
        // "recipients ought to accept both forms"
        "max-age=\"3600\"                     | 3600",
        "max-age=003600                       | 3600",
        "max-age=0                            | 0",
        // "the cache MUST consider the value to be 2147483648"
        "max-age=2147483647                   | 2147483647",
        "max-age=2147483648                   | 2147483648",
        "max-age=2147483649                   | 2147483648",
        "max-age=99999999999                  | 2147483648",
        "max-age=999999999999999999999999999  | 2147483648",
        // "Caches are encouraged to consider responses that have invalid freshness information
        // (e.g., a max-age directive with non-integer content) to be stale."
        "max-age=-3600                        | 0",
        "max-age=3600.0                       | 0",
        "max-age=a3600                        | 0",
        "max-age=3600a                        | 0",
        "max-age='3600'                       | 0",
        "max-age= 3600                        | 0",
        "max-age=                             | 0",
        "max-age                              | 0",
        "max-age=\"\"                         | 0",
        // "either the first occurrence should be used or the response should be considered stale"
        "max-age=1800, max-age=1              | 1800",
        "max-age=1, max-age=1800              | 1",
        "max-age=x, max-age=1800              | 0",
        // A directive inside of a quoted string is none.
        "extension=\"max-age=3600\", max-age=1 | 1",
        "max-age=1, extension=\"max-age=3600\" | 1",
        "extension=\"a\\\", max-age=3600\"    | -1",
        // "A cache MUST ignore unrecognized cache directives."
        "foobar, max-age=3600                 | 3600",
        "max-agee=3600                        | -1",
        "x-max-age=3600                       | -1",
        // No white space before the equals sign: another name.
        "max-age =3600                        | -1",
        // Empty list members (RFC 9110 section 5.6.1.2).
        ",, max-age=3600 ,                    | 3600",
        "``                                   | -1",
      })
  void readsMaxAge(String value, long expected) {
    CacheControl control = CacheControl.parse(List.of(value));
    assertThat(control.seconds(Directive.MAX_AGE)).isEqualTo(expected);
    assertThat(control.has(Directive.MAX_AGE)).isEqualTo(expected != ABSENT);
  }

  @Test
  void allLinesAreOneList() {
    CacheControl control =
        CacheControl.parse(
            Messages.fields("Cache-Control: public | X: y | cache-control: s-maxage=1, max-age=2"),
            "Cache-Control");
    assertThat(control.has(Directive.PUBLIC)).isTrue();
    assertThat(control.seconds(Directive.S_MAXAGE)).isEqualTo(1);
    assertThat(control.seconds(Directive.MAX_AGE)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "no-cache, NO_CACHE",
    "no-store, NO_STORE",
    "No-StOrE, NO_STORE",
    "private, PRIVATE",
    "public, PUBLIC",
    "must-revalidate, MUST_REVALIDATE",
    "proxy-revalidate, PROXY_REVALIDATE",
    "must-understand, MUST_UNDERSTAND",
    "no-transform, NO_TRANSFORM",
    "only-if-cached, ONLY_IF_CACHED",
    "immutable, IMMUTABLE",
    // "no argument is defined (nor allowed)": the name alone counts.
    "no-store=1, NO_STORE",
    "must-revalidate=\"x\", MUST_REVALIDATE",
  })
  void readsFlags(String value, Directive expected) {
    for (Directive directive : Directive.values()) {
      assertThat(CacheControl.parse(List.of(value)).has(directive))
          .as("%s", directive)
          .isEqualTo(directive == expected);
    }
  }

  @Test
  void qualifiedFormsAreLimitedToTheirFields() {
    CacheControl control =
        CacheControl.parse(List.of("no-cache=\"a, B\", private=Set-Cookie, private=\"c\""));
    assertThat(control.has(Directive.NO_CACHE)).isFalse();
    assertThat(control.has(Directive.PRIVATE)).isFalse();
    assertThat(control.noCacheFields()).containsExactly("a", "B");
    assertThat(control.privateFields()).containsExactly("Set-Cookie", "c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "private=\"\"",
        "private=",
        "private=\"a b\"",
        "private=\"a, b",
        "private=\"a\", private"
      })
  void aListOfFieldsThatCannotBeReadMeansAll(String value) {
    assertThat(CacheControl.parse(List.of(value)).has(Directive.PRIVATE)).isTrue();
  }

  @Test
  void maxStaleWithoutAnArgumentTakesAnyAge() {
    assertThat(CacheControl.parse(List.of("max-stale")).seconds(Directive.MAX_STALE))
        .isEqualTo(SECONDS_MAX);
    assertThat(CacheControl.parse(List.of("max-stale=5")).seconds(Directive.MAX_STALE))
        .isEqualTo(5);
    assertThat(CacheControl.parse(List.of("max-stale=x")).seconds(Directive.MAX_STALE)).isZero();
  }

  @Test
  void nothingSaysNothing() {
    assertThat(CacheControl.parse(Fields.EMPTY, "Cache-Control")).isSameAs(CacheControl.NONE);
    for (Directive directive : Directive.values()) {
      assertThat(CacheControl.NONE.has(directive)).isFalse();
      assertThat(CacheControl.NONE.seconds(directive)).isEqualTo(ABSENT);
    }
  }
}
