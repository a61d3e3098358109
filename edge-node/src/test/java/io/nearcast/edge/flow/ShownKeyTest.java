package io.nearcast.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.QueryPolicy;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.CacheKeys;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The key as Cache-Status shows it (RFC 9211 section 2.7, RFC 9651 section 3.3.3). */
final class ShownKeyTest {
  private static String shown(CacheKey key) {
    StringBuilder out = new StringBuilder();
    ShownKey.append(out, key);
    return out.toString();
  }

  private static CacheKey key(String target) {
    return CacheKeys.of("shop", KeyPolicy.DEFAULT, "www.test", target);
  }

  @Test
  void keyIsHostPathAndQuery() {
    assertThat(shown(key("/a?b=1&c=2"))).isEqualTo("\"www.test/a?b=1&c=2\"");
  }

  @Test
  void quoteAndBackslashAreEscapedAndOnlyPrintableAsciiIsLeft() {
    assertThat(shown(key("/a?b=\"\\\u00e4\u007f\t")))
        .isEqualTo("\"www.test/a?b=\\\"\\\\%E4%7F%09\"");
  }

  @Test
  void keyIsCutAtItsBound() {
    String host = "www.test";
    String fits = '/' + "x".repeat(ShownKey.LENGTH_MAX - host.length() - 1);
    assertThat(shown(key(fits))).isEqualTo('"' + host + fits + '"');
    assertThat(shown(key(fits + 'y'))).isEqualTo('"' + host + fits + "...\"");
  }

  @Test
  void valuesOfFieldsAndCookiesAreNotShown() {
    KeyPolicy policy =
        new KeyPolicy(
            QueryPolicy.DEFAULT,
            false,
            true,
            true,
            List.of("X-Token", "port"),
            List.of("session"),
            false,
            KeyPolicy.VARIANTS_DEFAULT);
    Fields fields =
        Fields.builder()
            .add("X-Token", "secret-of-header")
            .add("Port", "secret-of-port")
            .add("Cookie", "session=secret-of-cookie")
            .build();
    RequestHead request = RequestHead.of("GET", "https", "www.test:8443", "/a", fields);

    assertThat(shown(CacheKeys.of("shop", policy, "www.test", request)))
        .isEqualTo("\"www.test/a +scheme=https +port=8443 +x-token +port +cookie:session\"");
  }
}
