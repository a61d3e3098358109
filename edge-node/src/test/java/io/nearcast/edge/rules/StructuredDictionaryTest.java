package io.nearcast.edge.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9651 section 4.2.2. */
final class StructuredDictionaryTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "max-age=60, no-store        | max-age INTEGER 60; no-store BOOLEAN 1",
        "a=-5                        | a INTEGER -5",
        "a=1.250                     | a DECIMAL 1.250",
        "a=\"b \\\"c\\\\\"           | a STRING b \"c\\",
        "a=foo/bar:*baz              | a TOKEN foo/bar:*baz",
        "a=*                         | a TOKEN *",
        "a=:aGVsbG8=:                | a BYTES aGVsbG8=",
        "a=?0, b=?1                  | a BOOLEAN 0; b BOOLEAN 1",
        "a=@1659578233               | a DATE 1659578233",
        "a=%\"f%c3%bc\"              | a DISPLAY_STRING f%c3%bc",
        "a=(1 \"b\";c  d), e         | a INNER_LIST (1 \"b\";c  d); e BOOLEAN 1",
        "a=()                        | a INNER_LIST ()",
        // "Parameters received on cache directives are to be ignored" (RFC 9213 section 2.1).
        "a=1;b=2;c, d;e=\"f\"        | a INTEGER 1; d BOOLEAN 1",
        "a=1;   b=2                  | a INTEGER 1",
        // Of a key that comes twice the last value counts, at the place of the first.
        "a=1, b, a=2                 | a INTEGER 2; b BOOLEAN 1",
        "`  a=1 \t ,\t b  `          | a INTEGER 1; b BOOLEAN 1",
        "*a_b-c.d*=1                 | *a_b-c.d* INTEGER 1",
        "a=999999999999999           | a INTEGER 999999999999999",
      })
  void readsMembers(String text, String expected) {
    assertThat(
            StructuredDictionary.parse(text).stream()
                .map(member -> member.key() + " " + member.type() + " " + member.value())
                .collect(Collectors.joining("; ")))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "max-age=10000, &&&&&",
        "Max-Age=1",
        "MaX-aGe=3600",
        "max-age =100",
        "max-age= 100",
        "a=",
        "a=1,",
        "a=1, ,b",
        ",a",
        "a b",
        "a=1 b",
        "a=1.",
        "a=1.2345",
        "a=1234567890123.1",
        "a=1000000000000000",
        "a=-",
        "a=\"b",
        "a=\"\\n\"",
        "a=\"\u00fc\"",
        "a=:b",
        "a=?2",
        "a=@1.5",
        "a=%\"\\u00fc\"x",
        "a=%\"%C3\"",
        "a=(1",
        "a=(1,2)",
        "a=(1\"b\")",
        "a=1;B",
        "a;=1",
        "=1",
        "1=a",
        "a=\u00fc"
      })
  void anyErrorMakesAllOfItInvalid(String text) {
    assertThat(StructuredDictionary.parse(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  "})
  void nothingIsAnEmptyDictionary(String text) {
    assertThat(StructuredDictionary.parse(text)).isEmpty();
  }
}
