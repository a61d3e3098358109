package io.nearcast.edge.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Path patterns of rules. */
final class PathPatternTest {
  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource({
    "/a, /a, true",
    "/a, /ab, false",
    "/a, /, false",
    "/a*, /a, true",
    "/a*, /a/b/c, true",
    "/a/*, /a, false",
    "/a/*, /a/, true",
    "*, /, true",
    "*.css, /a/b.css, true",
    "*.css, /a/b.css/c, false",
    "/a*b, /ab, true",
    "/a*b, /a, false",
    "/ab*bc, /abc, false",
    "/ab*bc, /abbc, true",
    "/*/b/*, /a/b/c, true",
    "/*/b/*, /b/c, false",
    "/a**b, /axb, true",
    "/a*b*c, /a1c2b3c, true",
    "/a*b*c, /acb, false",
    "/A, /a, false",
  })
  void starStandsForAnyCharacters(String pattern, String path, boolean matches) {
    assertThat(new PathPattern(pattern).matches(path)).isEqualTo(matches);
  }

  @Test
  @Timeout(5)
  void manyStarsDoNotTakeForEver() {
    String path = "/" + "a".repeat(8_000);
    assertThatCode(() -> new PathPattern("/" + "*a".repeat(200) + "b").matches(path))
        .doesNotThrowAnyException();
  }
}
