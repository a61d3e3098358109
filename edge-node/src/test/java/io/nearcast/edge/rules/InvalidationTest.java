package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.fields;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.QueryPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 section 4.4. The request is for http://www.shop.example/a/b?c=d. */
final class InvalidationTest {
  private static final KeyPolicy SCHEME_AND_PORT = counting(true, true);

  private static KeyPolicy counting(boolean scheme, boolean port) {
    return new KeyPolicy(QueryPolicy.DEFAULT, false, scheme, port, List.of(), List.of(), false, 9);
  }

  @ParameterizedTest
  @CsvSource({
    // "an unsafe request method (including methods whose safety is unknown)"
    "POST, 200, true",
    "PUT, 204, true",
    "DELETE, 200, true",
    "M-SEARCH, 200, true",
    "PATCH, 200, true",
    "FOO, 200, true",
    "get, 200, true",
    "GET, 200, false",
    "HEAD, 200, false",
    "OPTIONS, 200, false",
    "TRACE, 200, false",
    // "A non-error response is one with a 2xx (Successful) or 3xx (Redirection) status code."
    "POST, 303, true",
    "POST, 399, true",
    "POST, 400, false",
    "POST, 500, false",
    "POST, 101, false",
  })
  void invalidatesTheTarget(String method, int status, boolean expected) {
    RequestHead request = Messages.request(method);
    assertThat(
            Invalidation.targets(
                request, new ResponseHead(status, Fields.EMPTY), KeyPolicy.DEFAULT))
        .isEqualTo(expected ? List.of("/a/b?c=d") : List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "none",
      value = {
        "/x/y                                   | /x/y",
        "/x?y=z#f                               | /x?y=z",
        "x                                      | /a/x",
        "./x/../y                               | /a/y",
        "../x                                   | /x",
        "../../../x                             | /x",
        "/x/./y/                                | /x/y/",
        "/x/..                                  | /",
        "/x/.                                   | /x/",
        "?e=f                                   | /a/b?e=f",
        "http://www.shop.example/x              | /x",
        "HTTP://WWW.Shop.Example/x              | /x",
        "http://www.shop.example:80/x           | /x",
        "http://www.shop.example                | /",
        "http://www.shop.example?q              | /?q",
        "//www.shop.example/x                   | /x",
        "/x:y                                   | /x:y",
        // In the form that targets have here, else it would not be found.
        "/x/%2e%2E/%7ey%2f                      | /~y%2F",
        "/x%00                                  | none",
        "/x/..%2Fy                              | none",
        // Any characters: the target is not judged.
        "`/x|y z`                               | `/x|y z`",
        // "MUST NOT trigger an invalidation ... if the origin of the URI to be invalidated differs"
        "https://www.shop.example/x             | none",
        "http://www.shop.example:8080/x         | none",
        "http://shop.example/x                  | none",
        "//other.example/x                      | none",
        "http://www.shop.example@evil.example/x | none",
        "http://www.shop.example:x/             | none",
        "ftp://www.shop.example/x               | none",
        "http:x                                 | none",
        "mailto:a@www.shop.example              | none",
      })
  void resolvesLocations(String location, String expected) {
    RequestHead request = Messages.request("POST");
    for (String field : List.of("Location", "Content-Location")) {
      ResponseHead response = Messages.response(201, field, location);
      assertThat(Invalidation.targets(request, response, SCHEME_AND_PORT))
          .isEqualTo(expected == null ? List.of("/a/b?c=d") : List.of("/a/b?c=d", expected));
    }
  }

  @Test
  void targetLocationAndContentLocationOnceEach() {
    ResponseHead response =
        new ResponseHead(201, fields("Location: /x | Content-Location: /y | X: z"));
    assertThat(Invalidation.targets(Messages.request("PUT"), response, KeyPolicy.DEFAULT))
        .containsExactly("/a/b?c=d", "/x", "/y");
    ResponseHead same = new ResponseHead(201, fields("Location: | Content-Location: b?c=d"));
    assertThat(Invalidation.targets(Messages.request("PUT"), same, KeyPolicy.DEFAULT))
        .containsExactly("/a/b?c=d");
  }

  @Test
  void portsOfAuthoritiesCount() {
    RequestHead request = RequestHead.of("PUT", "https", "[::1]:8443", "/", Fields.EMPTY);
    assertThat(request.host()).isEqualTo("[::1]");
    assertThat(Invalidation.targets(request, location("https://[::1]:8443/x"), SCHEME_AND_PORT))
        .containsExactly("/", "/x");
    assertThat(Invalidation.targets(request, location("https://[::1]/x"), SCHEME_AND_PORT))
        .containsExactly("/");
    RequestHead plain = RequestHead.of("PUT", "https", "a", "/", Fields.EMPTY);
    assertThat(Invalidation.targets(plain, location("https://a:443/x"), SCHEME_AND_PORT))
        .containsExactly("/", "/x");
  }

  @ParameterizedTest
  @CsvSource({
    // What the key has not makes no other origin: one copy is behind all of these.
    "false, false, http,  www.shop.example,      https://www.shop.example/x,      true",
    "false, false, http,  www.shop.example,      http://www.shop.example:8080/x,  true",
    "false, false, https, www.shop.example:8443, http://www.shop.example/x,       true",
    "false, false, http,  www.shop.example,      https://shop.example/x,          false",
    "false, false, http,  www.shop.example,      ftp://www.shop.example/x,        false",
    // A port is counted from its scheme's own, as the key does.
    "false, true,  http,  www.shop.example,      https://www.shop.example/x,      true",
    "false, true,  http,  www.shop.example:80,   https://www.shop.example:443/x,  true",
    "false, true,  http,  www.shop.example:8080, https://www.shop.example:8080/x, true",
    "false, true,  http,  www.shop.example:8080, https://www.shop.example/x,      false",
    "false, true,  http,  www.shop.example:443,  https://www.shop.example/x,      false",
    "true,  false, http,  www.shop.example,      https://www.shop.example/x,      false",
    "true,  false, http,  www.shop.example,      http://www.shop.example:8080/x,  true",
    "true,  false, http,  www.shop.example,      //www.shop.example:8080/x,       true",
    "true,  true,  http,  www.shop.example:80,   http://www.shop.example/x,       true",
  })
  void schemeAndPortCountAsInTheKey(
      boolean scheme, boolean port, String by, String authority, String location, boolean same) {
    RequestHead request = RequestHead.of("POST", by, authority, "/", Fields.EMPTY);
    assertThat(Invalidation.targets(request, location(location), counting(scheme, port)))
        .isEqualTo(same ? List.of("/", "/x") : List.of("/"));
  }

  private static ResponseHead location(String value) {
    return Messages.response(200, "Location", value);
  }
}
