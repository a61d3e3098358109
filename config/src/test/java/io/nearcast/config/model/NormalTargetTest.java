package io.nearcast.config.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 3986 sections 5.2.4 and 6.2.2. */
final class NormalTargetTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // "URIs that differ in the replacement of an unreserved character with its corresponding
        // percent-encoded US-ASCII octet are equivalent" (section 2.3)
        "/%7euser          | /~user",
        "/%41%5a%61%7A%30  | /AZaz0",
        "/%2D%5F           | /-_",
        // "for consistency, uppercase hexadecimal digits" (section 2.1)
        "/%c3%a4%2f%3b%5b  | /%C3%A4%2F%3B%5B",
        "/%25%32%65        | /%252e",
        "/%252e%252e/a     | /%252e%252e/a",
        // Section 5.2.4.
        "/a/b/c/./../../g  | /a/g",
        "/a/../../../g     | /g",
        "/..               | /",
        "/.                | /",
        "/a/..             | /",
        "/a/b/..           | /a/",
        "/a/.              | /a/",
        "/a/%2e%2E/b       | /b",
        "/api/.%2e/private | /private",
        "/.well-known/x    | /.well-known/x",
        "/a/.../b..        | /a/.../b..",
        "/a//../b          | /a/b",
        "//../a            | /a",
        // Kept, for servers differ.
        "//a///b//         | //a///b//",
        "/a%2Fb%5Cc        | /a%2Fb%5Cc",
        "/a;b=c/d          | /a;b=c/d",
        "/a\\b           | /a\\b",
        "/A                | /A",
        // The query is the application's.
        "/?%7e&../..&%zz%  | /?%7e&../..&%zz%",
        "/a/..?b/../c      | /?b/../c",
        "/a%3Fb?c          | /a%3Fb?c",
      })
  void oneFormOfOnePath(String target, String normal) {
    assertThat(NormalTarget.of(target)).isEqualTo(normal);
    assertThat(NormalTarget.of(normal)).as("it is normal itself").isEqualTo(normal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/a.b/c..d?e", "//a", "/a;b", "/?%7e"})
  void whatIsNormalIsNotCopied(String target) {
    assertThat(NormalTarget.of(target)).isSameAs(target);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a%",
        "/a%2",
        "/a%2?5",
        "/%zz",
        "/%%32e",
        "/%+1",
        "/%00",
        "/a%0d%0aSet-Cookie:x",
        "/%1f",
        "/%7F",
        "/static/..%2Fprivate",
        "/static%2f..%2fprivate",
        "/static/%2e%2e%2fprivate",
        "/static/..%5cprivate",
        "/static/..\\private",
        "/static\\..\\private",
        "/static/..;/private",
        "/static/..;a=b/private",
        "/static/..%3b/private",
        "/static/.;/private",
        "/a%2F.",
      })
  void whatServersReadDifferentlyIsRefused(String target) {
    assertThatThrownBy(() -> NormalTarget.of(target))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("has a");
  }

  @Test
  void theMostLenientReadingIsForAskingOnly() {
    assertThat(NormalTarget.lenient("/a/b")).isSameAs("/a/b");
    assertThat(NormalTarget.lenient("//private///x")).isEqualTo("/private/x");
    assertThat(NormalTarget.lenient("/private;v=1/x;y")).isEqualTo("/private/x");
    assertThat(NormalTarget.lenient("/%2Fpriv%61te%5Cx")).isEqualTo("/private/x");
  }
}
