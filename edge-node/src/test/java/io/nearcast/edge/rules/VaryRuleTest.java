package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.fields;
import static io.nearcast.edge.rules.Messages.get;
import static io.nearcast.edge.rules.Messages.response;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.QueryPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 section 4.1. */
final class VaryRuleTest {
  private static final KeyPolicy EXACT =
      new KeyPolicy(QueryPolicy.DEFAULT, false, false, false, List.of(), List.of(), true, 100);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // "all the presented request header fields nominated by that Vary field value match"
        "Foo           | `Foo: 1`            | `Foo: 1`              | true",
        "Foo           | `Foo: 1`            | `Foo: 2`              | false",
        "foo           | `FOO: 1`            | `Foo: 1`              | true",
        "Foo           | `Foo: 1 ; Other: 2` | `Foo: 1 ; Other: 3`   | true",
        "Foo, Bar      | `Foo: 1 ; Bar: abc` | `Bar: abc ; Foo: 1`   | true",
        "Foo, Bar      | `Foo: 1 ; Bar: abc` | `Foo: 2 ; Bar: abc`   | false",
        "Foo, Bar, Baz | `Foo: 1 ; Baz: 7`   | `Foo: 1 ; Baz: 7`     | true",
        "Foo, Bar, Baz | `Foo: 1 ; Baz: 7`   | `Foo: 1 ; Baz: 7 ; Bar: 2` | false",
        "`,Foo,,Foo`   | `Foo: 1`            | `Foo: 1`              | true",
        "``            | `Foo: 1`            | `Foo: 2`              | true",
        // "If (after any normalization) a header field is absent from a request, it can only match
        // another request if it is also absent there."
        "Foo           | ``                  | `Foo: 1`              | false",
        "Foo           | `Foo: 1`            | ``                    | false",
        "Foo           | ``                  | ``                    | true",
        "Foo           | `Foo:`              | ``                    | false",
        // "adding or removing whitespace, where allowed in the header field's syntax"
        "Foo           | `Foo: 1,2`          | `Foo: 1, 2`           | true",
        "Foo           | `Foo: \"a, b\"`     | `Foo: \"a,b\"`        | false",
        // "combining multiple header field lines with the same field name"
        "Foo           | `Foo: 1, 2`         | `Foo: 1 ; Foo: 2`     | true",
        "Foo           | `Foo: 1, 2`         | `Foo: 2 ; Foo: 1`     | false",
        // Values of other fields may have a meaning in their case.
        "Foo           | `Foo: a`            | `Foo: A`              | false",
        // "normalizing both header field values in a way that is known to have identical semantics"
        "Accept-Language | `Accept-Language: en, de`      | `Accept-Language: de, en`         | true",
        "Accept-Language | `Accept-Language: en, de`      | `Accept-Language: eN, De`         | true",
        "Accept-Language | `Accept-Language: en, de`      | `Accept-Language: en , de`        | true",
        "Accept-Language | `Accept-Language: en, de;q=.5` | `Accept-Language: de;q=.5, en`    | false",
        "Accept-Language | `Accept-Language: en, de;q=0.5` | `Accept-Language: de;q=0.500, en;q=1` | true",
        "Accept-Language | `Accept-Language: en, de;q=0.5` | `Accept-Language: en, de;q=0.4`   | false",
        "Accept-Language | `Accept-Language: en, de;q=0.5` | `Accept-Language: en;q=0.5, de`   | false",
        "Accept-Language | `Accept-Language: en;q=2, de`  | `Accept-Language: de, en;q=2`     | false",
        "Accept-Encoding | `Accept-Encoding: gzip, br`    | `Accept-Encoding: br,gzip`        | true",
        "Accept-Encoding | `Accept-Encoding: GZIP;Q=0.8, br` | `Accept-Encoding: br, gzip;q=0.8` | true",
        "Accept-Encoding | `Accept-Encoding: gzip`        | `Accept-Encoding: br`             | false",
        "Accept-Encoding | `Accept-Encoding: gzip`        | `Accept-Encoding: gzip;q=0`       | false",
        "Accept-Encoding | `Accept-Encoding:`             | ``                                | false",
      })
  void selects(String vary, String storedFor, String presented, boolean expected) {
    RequestHead first = get().withFields(fields(storedFor.replace(" ; ", "|")));
    RequestHead second = get().withFields(fields(presented.replace(" ; ", "|")));
    ResponseHead response = response(200, "Vary", vary);
    Variant variant = VaryRule.of(response, first);
    assertThat(VaryRule.matches(variant, second)).isEqualTo(expected);
    assertThat(VaryRule.matches(variant, first)).isTrue();
    if (!vary.isEmpty()) {
      assertThat(variant.equals(VaryRule.of(response, second))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // "that mechanism MAY be used to choose a preferred response"
        "de      | `fr;q=0.5, de;q=1.0`  | true",
        "de      | de                    | true",
        "de-AT   | `de, en;q=0.9`        | true",
        "de      | `de-AT, de;q=0.9`     | false",
        "de      | `fr, de;q=0.5`        | false",
        "de      | `de, fr`              | false",
        "de      | `*`                   | false",
        "de      | `de;q=0`              | false",
        "`de, en` | de                   | false",
        "dea     | de                    | false",
        "DE      | de                    | true",
      })
  void theLanguageThatIsPreferredSelects(String language, String presented, boolean expected) {
    ResponseHead response = response(200, "Vary", "Accept-Language", "Content-Language", language);
    RequestHead first = get("Accept-Language", "en, nl");
    RequestHead second = get("Accept-Language", presented);
    assertThat(VaryRule.matches(VaryRule.of(response, first), second)).isEqualTo(expected);
    assertThat(VaryRule.matches(VaryRule.of(response, first, EXACT), second)).isFalse();
  }

  @Test
  void theLanguageDoesNotMakeUpForOtherFields() {
    ResponseHead response = response(200, "Vary", "Accept-Language, Foo", "Content-Language", "de");
    Variant variant = VaryRule.of(response, get("Accept-Language", "en", "Foo", "1"));
    assertThat(VaryRule.matches(variant, get("Accept-Language", "de", "Foo", "1"))).isTrue();
    assertThat(VaryRule.matches(variant, get("Accept-Language", "de", "Foo", "2"))).isFalse();
    assertThat(VaryRule.matches(variant, get("Foo", "1"))).isFalse();
  }

  @Test
  void orderAndCaseCountWhereTheServiceSaysSo() {
    ResponseHead response = response(200, "Vary", "Accept-Language");
    Variant variant = VaryRule.of(response, get("Accept-Language", "en, de"), EXACT);
    assertThat(VaryRule.matches(variant, get("Accept-Language", "en,de"))).isTrue();
    assertThat(VaryRule.matches(variant, get("Accept-Language", "de, en"))).isFalse();
    assertThat(VaryRule.matches(variant, get("Accept-Language", "EN, de"))).isFalse();
    assertThat(VaryRule.like(variant, get("Accept-Language", "de, en")))
        .isNotEqualTo(VaryRule.like(variant, get("Accept-Language", "en, de")));
  }

  @Test
  void someMatchesAreBetterThanOthers() {
    RequestHead german = get("Accept-Language", "de");
    Variant byLanguage =
        VaryRule.of(
            response(200, "Vary", "Accept-Language", "Content-Language", "de"),
            get("Accept-Language", "en, de"));
    Variant byFields = VaryRule.of(response(200, "Vary", "Accept-Language"), german);
    Variant other =
        VaryRule.of(response(200, "Vary", "Accept-Language"), get("Accept-Language", "fr"));
    assertThat(VaryRule.fit(byFields, german)).isEqualTo(VaryRule.Fit.FIELDS);
    assertThat(VaryRule.fit(byLanguage, german)).isEqualTo(VaryRule.Fit.LANGUAGE);
    // "the cache SHOULD choose the most recent stored response with a valid Vary field value"
    assertThat(VaryRule.fit(Variant.ANY, german)).isEqualTo(VaryRule.Fit.WITHOUT_VARY);
    assertThat(VaryRule.fit(other, german)).isEqualTo(VaryRule.Fit.NONE);
    assertThat(VaryRule.Fit.values()).isSorted();
  }

  @Test
  void aVariantIsMadeAgainOfWhatIsStored() {
    Variant variant =
        VaryRule.of(
            response(200, "Vary", "Foo, Accept-Language", "Content-Language", "de"),
            get("Accept-Language", "en", "Accept-Language", "nl"));
    assertThat(variant.names()).containsExactly("accept-language", "foo");
    assertThat(variant.values()).containsExactly("en, nl", null);
    Variant again =
        new Variant(variant.names(), variant.values(), variant.language(), variant.exactLanguage());
    assertThat(again).isEqualTo(variant).hasSameHashCodeAs(variant);
    assertThat(again.language()).isEqualTo("de");
    assertThat(again.toString()).isEqualTo("accept-language=en,nl; foo=null");
  }

  @Test
  void aResponseWithoutVaryMatchesAll() {
    assertThat(VaryRule.of(response(200), get("Foo", "1"))).isSameAs(Variant.ANY);
    assertThat(VaryRule.matches(Variant.ANY, get())).isTrue();
  }
}
