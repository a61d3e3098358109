package io.nearcast.router.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetTest {

  @ParameterizedTest
  @CsvSource({
    "/, , /",
    "/a?b=c&d, , /a?b=c&d",
    "//a, , //a",
    "/a%2Fb/../c, , /a%2Fb/../c",
    "http://www.shop.example/a?b, www.shop.example, /a?b",
    "HTTP://www.shop.example:81, www.shop.example:81, /",
    "http://www.shop.example?b, www.shop.example, /?b",
    "https://www.shop.example/a, www.shop.example, /a",
  })
  void pathsAndUrlsAreTargets(String text, String authority, String pathAndQuery) {
    assertThat(Target.read(text)).isEqualTo(new Target(authority, pathAndQuery));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "*", "a", "www.shop.example:80", "ftp://a/b", "/a b", "/a\nb", "/a\r", "/a#b"})
  void nothingElseIs(String text) {
    assertThat(Target.read(text)).isNull();
  }

  @Test
  void bytesBeyondAsciiAreEncoded() {
    assertThat(Target.read("/caf\u00c3\u00a9")).isEqualTo(new Target(null, "/caf%C3%A9"));
  }
}
