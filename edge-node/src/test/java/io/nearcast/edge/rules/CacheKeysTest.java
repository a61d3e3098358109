package io.nearcast.edge.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.QueryPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 section 2, and what a service's key policy makes of it. */
final class CacheKeysTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "all",
      value = {
        "all     | ``        | false | /p?b=1&a=2            | /p?b=1&a=2",
        "all     | ``        | false | /p?                   | /p?",
        "all     | ``        | false | /p?b&&a               | /p?b&&a",
        "all     | ``        | false | /p                    | /p",
        "all     | `utm_*,x` | false | /p?utm_a=1&x=2&xy=3   | /p?xy=3",
        "all     | `utm_*`   | false | /p?utm_a=1&utm_b      | /p",
        "all     | `utm_*`   | false | /p?                   | /p",
        "all     | x         | false | /p?X=1&x=2            | /p?X=1",
        "all     | x         | false | /p?a=x&&b=?x=1        | /p?a=x&b=?x=1",
        "all     | `*`       | false | /p?a=1                | /p",
        "`id,v`  | ``        | false | /p?v=1&a=2&id=3       | /p?v=1&id=3",
        "`id`    | ``        | false | /p?idx=1              | /p",
        "`i*`    | ``        | false | /p?idx=1&j=2          | /p?idx=1",
        "``      | ``        | false | /p?a=1                | /p",
        "all     | ``        | true  | /p?b=2&a=1&b=1&a      | /p?a=1&a&b=2&b=1",
        "`a,b`   | ``        | true  | /p?b=1&c=2&a=3        | /p?a=3&b=1",
        // Names as origins see them, and what some of them see two parameters in.
        "all     | `utm_*`   | false | /p?%75tm%5Fa=1&b=2    | /p?b=2",
        "`id`    | ``        | false | /p?%69d=1&x=2         | /p?%69d=1",
        "`a b`   | ``        | false | /p?a+b=1&a%20b=2&c    | /p?a+b=1&a%20b=2",
        "`%C3%A4`| ``        | false | /p?%C3%A4=1&b         | /p?%C3%A4=1",
        "all     | `utm_*`   | false | /p?utm_a=1;id=2&b     | /p?utm_a=1;id=2&b",
        "`id`    | ``        | false | /p?x=1;id=2&y=3       | /p?x=1;id=2",
      })
  void queries(String include, String exclude, boolean sort, String target, String expected) {
    QueryPolicy query = new QueryPolicy(list(include), list(exclude), sort);
    CacheKey key = CacheKeys.of("shop", new KeyPolicy(query, false), "h", target);
    assertThat(key.target()).isEqualTo(expected);
    assertThat(key.url()).isEqualTo("h" + expected);
  }

  private static List<String> list(String patterns) {
    if (patterns == null) {
      return null;
    }
    return patterns.isEmpty() ? List.of() : List.of(patterns.split(",", -1));
  }

  @Test
  void aWholeQueryIsNotCopied() {
    String target = "/p?b=1&a=2";
    assertThat(CacheKeys.of("shop", KeyPolicy.DEFAULT, "h", target).target()).isSameAs(target);
  }

  @Test
  void serviceHostAndTargetTellKeysApart() {
    CacheKey key = CacheKeys.of("s", KeyPolicy.DEFAULT, "h", "/p");
    assertThat(CacheKeys.of("s", KeyPolicy.DEFAULT, "h", "/p"))
        .isEqualTo(key)
        .hasSameHashCodeAs(key);
    assertThat(CacheKeys.of("t", KeyPolicy.DEFAULT, "h", "/p")).isNotEqualTo(key);
    assertThat(CacheKeys.of("s", KeyPolicy.DEFAULT, "i", "/p")).isNotEqualTo(key);
    assertThat(CacheKeys.of("s", KeyPolicy.DEFAULT, "h", "/q")).isNotEqualTo(key);
    assertThat(key.toString()).isEqualTo("s h/p");
  }

  @Test
  void domainsShareCopiesWhereTheServiceSaysSo() {
    KeyPolicy sharing = new KeyPolicy(QueryPolicy.DEFAULT, true);
    CacheKey key = CacheKeys.of("s", sharing, "h", "/p");
    assertThat(key).isEqualTo(CacheKeys.of("s", sharing, "i", "/p"));
    assertThat(key.host()).isEmpty();
  }

  @Test
  void schemePortHeadersAndCookiesCountWhereTheServiceSaysSo() {
    KeyPolicy policy =
        new KeyPolicy(
            QueryPolicy.DEFAULT,
            false,
            true,
            true,
            List.of("X-Country"),
            List.of("plan"),
            false,
            100);
    CacheKey key = key(policy, "http", "h", "X-Country", "de", "Cookie", "a=b; plan=gold; c");
    assertThat(key.extra()).isEqualTo("scheme=http\nx-country=de\ncookie:plan=gold");
    assertThat(key.url()).isEqualTo("h/p");
    assertThat(key)
        .isEqualTo(key(policy, "http", "h:80", "Cookie", "plan=gold", "x-country", "de"))
        .isNotEqualTo(key(policy, "https", "h:80", "X-Country", "de", "Cookie", "plan=gold"))
        .isNotEqualTo(key(policy, "http", "h:81", "X-Country", "de", "Cookie", "plan=gold"))
        .isNotEqualTo(key(policy, "http", "h", "X-Country", "fr", "Cookie", "plan=gold"))
        .isNotEqualTo(key(policy, "http", "h", "X-Country", "de", "Cookie", "plan=free"))
        .isNotEqualTo(key(policy, "http", "h", "X-Country", "de"));
    assertThat(key(policy, "http", "h:81").extra()).isEqualTo("scheme=http\nport=81");
    assertThat(key(KeyPolicy.DEFAULT, "https", "h:443", "X-Country", "de"))
        .isEqualTo(key(KeyPolicy.DEFAULT, "http", "h:80"))
        .isEqualTo(key(KeyPolicy.DEFAULT, "http", "h:"))
        .isEqualTo(key(KeyPolicy.DEFAULT, "http", "h"))
        .isEqualTo(key(KeyPolicy.DEFAULT, "http", "h:1337"));
  }

  @Test
  void portCountsWhereTheOriginSeesIt() {
    assertThat(key(KeyPolicy.WITH_PORT, "http", "h:81"))
        .isNotEqualTo(key(KeyPolicy.WITH_PORT, "http", "h"));
    assertThat(key(KeyPolicy.WITH_PORT, "http", "h:80"))
        .isEqualTo(key(KeyPolicy.WITH_PORT, "http", "h"));
  }

  private static CacheKey key(KeyPolicy policy, String scheme, String authority, String... fields) {
    RequestHead request = RequestHead.of("GET", scheme, authority, "/p", Fields.of(fields));
    return CacheKeys.of("s", policy, "h", request);
  }

  @Test
  void allKeysOfAUrlHaveOnePlaceAndSlicesTheirOwn() {
    KeyPolicy policy =
        new KeyPolicy(QueryPolicy.DEFAULT, false, true, false, List.of("X"), List.of(), false, 9);
    CacheKey key = key(policy, "http", "h", "X", "1");
    assertThat(key).isNotEqualTo(key(policy, "https", "h", "X", "2"));
    assertThat(key.place()).isEqualTo(key(policy, "https", "h", "X", "2").place());
    assertThat(key.place()).isEqualTo(key.plain().place());
    ResponseHead manifest = Messages.response(200, "ETag", "\"1\"");
    assertThat(key.slice(0, manifest, Variant.ANY).place())
        .isNotEqualTo(key.slice(1, manifest, Variant.ANY).place());
  }
}
