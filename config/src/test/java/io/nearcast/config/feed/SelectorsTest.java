package io.nearcast.config.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import io.nearcast.config.json.Problem;
import io.nearcast.config.model.PurgeRequest;
import io.nearcast.config.model.Service;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SelectorsTest {
  private static final Service SHOP =
      Documents.readJson(
          Service.class,
          """
          {"name": "shop", "domains": ["a.example", "b.example"],
           "origins": [{"name": "main", "url": "http://127.0.0.1:9"}]}\
          """
              .getBytes(StandardCharsets.UTF_8));

  private static PurgeRequest urls(List<String> urls) {
    return new PurgeRequest("shop", false, urls, null, null, null, false);
  }

  private static PurgeRequest tags(List<String> tags) {
    return new PurgeRequest("shop", false, null, tags, null, null, false);
  }

  @ParameterizedTest
  @CsvSource({
    "http://a.example/p?q=1, a.example, /p?q=1",
    "HTTPS://A.Example/P, a.example, /P",
    "http://a.example:8080/p, a.example, /p",
    "http://b.example, b.example, /",
    "http://b.example?q, b.example, /?q",
    "http://a.example/a|b[c]%20d, a.example, /a|b[c]%20d",
    "http://a.example/x/../%7ea%2fb?%7e, a.example, /~a%2Fb?%7e",
  })
  void urlIsHostAndTargetWithoutScheme(String url, String host, String target) {
    assertThat(Selectors.of(urls(List.of(url)), SHOP))
        .containsExactly(new Selector.Url(host, target));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/p",
        "a.example/p",
        "ftp://a.example/p",
        "http:///p",
        "http://c.example/p",
        "http://user@a.example/p",
        "http://a.example/p#fragment",
        "http://a.example/a b",
        "http://a.example/\u00fc",
        "http://a.example/\n",
        "http://a.example/%0a",
        "http://a.example/%2",
        "http://a.example/a/..%2Fb",
        "http://a.example:port/",
      })
  void urlThatCannotBeIsRefused(String url) {
    assertThatThrownBy(() -> Selectors.of(urls(List.of("http://a.example/", url)), SHOP))
        .isInstanceOfSatisfying(
            InvalidDocument.class,
            refusal ->
                assertThat(refusal.problems())
                    .extracting(Problem::pointer)
                    .containsExactly("/urls/1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a,b", "a\tb", "a\u0085b", "a\u007fb"})
  void tagThatCannotBeIsRefused(String tag) {
    assertThatThrownBy(() -> Selectors.of(tags(List.of(tag)), SHOP))
        .isInstanceOf(InvalidDocument.class);
  }

  @Test
  void tagsHaveAtMostTheirBytes() {
    String longest = "ü".repeat(Selectors.TAG_BYTES_MAX / 2);
    assertThat(Selectors.of(tags(List.of(longest)), SHOP))
        .containsExactly(new Selector.Tag(longest));
    assertThatThrownBy(() -> Selectors.of(tags(List.of(longest + "x")), SHOP))
        .isInstanceOf(InvalidDocument.class);
  }

  @Test
  void thereAreOneToAThousandSelectors() {
    assertThat(Selectors.of(tags(Collections.nCopies(Selectors.SELECTORS_MAX, "t")), SHOP))
        .hasSize(Selectors.SELECTORS_MAX);
    for (int count : new int[] {0, Selectors.SELECTORS_MAX + 1}) {
      assertThatThrownBy(() -> Selectors.of(tags(Collections.nCopies(count, "t")), SHOP))
          .isInstanceOf(InvalidDocument.class);
    }
  }

  @Test
  void hostsAndPrefixesBelongToTheService() {
    assertThat(
            Selectors.of(
                new PurgeRequest("shop", false, null, null, null, List.of("B.example"), false),
                SHOP))
        .containsExactly(new Selector.Host("b.example"));
    assertThat(
            Selectors.of(
                new PurgeRequest(
                    "shop", false, null, null, List.of("https://a.example/img/"), null, false),
                SHOP))
        .containsExactly(new Selector.Prefix("a.example", "/img/"));
    assertThatThrownBy(() ->
            Selectors.of(
                new PurgeRequest("shop", false, null, null, null, List.of("c.example"), false),
                SHOP))
        .isInstanceOf(InvalidDocument.class);
  }
}
