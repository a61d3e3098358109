package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.fields;
import static io.nearcast.edge.rules.Messages.fresh;
import static io.nearcast.edge.rules.Messages.request;
import static io.nearcast.edge.rules.Messages.response;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RFC 9111 section 3, in its order. The word {@code store} stands for storing, others for reasons.
 */
final class StorabilityTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // "the request method is understood by the cache"
        "GET     | 200 | `` | `Cache-Control: max-age=60` | store",
        "HEAD    | 200 | `` | `Cache-Control: max-age=60` | method",
        "PUT     | 200 | `` | `Cache-Control: max-age=60` | method",
        "OPTIONS | 200 | `` | `Cache-Control: max-age=60` | method",
        "get     | 200 | `` | `Cache-Control: max-age=60` | method",
        // RFC 9110 section 9.3.3: "only cacheable when they include explicit freshness information
        // and a Content-Location header field that has the same value as the POST's target URI"
        "POST | 200 | `` | `Cache-Control: max-age=60` | post-not-reusable",
        "POST | 200 | `` | `Cache-Control: max-age=60 | Content-Location: /a/b?c=d` | store",
        "POST | 201 | `` | `Expires: @60 | Content-Location: http://www.shop.example/a/b?c=d` | store",
        "POST | 200 | `` | `Cache-Control: max-age=60 | Content-Location: b?c=d` | store",
        "POST | 200 | `` | `Cache-Control: max-age=60 | Content-Location: /a/b` | post-not-reusable",
        "POST | 200 | `` | `Cache-Control: max-age=60 | Content-Location: http://x/a/b?c=d` | post-not-reusable",
        "POST | 200 | `` | `Last-Modified: @-900 | Content-Location: /a/b?c=d` | post-not-reusable",
        "POST | 404 | `` | `Cache-Control: max-age=60 | Content-Location: /a/b?c=d` | post-not-reusable",
        // "the response status code is final"
        "GET | 103 | `` | `Cache-Control: max-age=60` | status",
        // "if the response status code is 206 or 304 ... the cache understands the response status
        // code"
        "GET | 304 | `` | `Cache-Control: max-age=60` | status",
        "GET | 206 | `` | `Cache-Control: max-age=60 | Content-Range: bytes 0-4/10` | partial",
        // What answers one request's condition, range, connection or early data.
        "GET | 412 | `` | `Cache-Control: max-age=60` | status",
        "GET | 416 | `` | `Cache-Control: max-age=60` | status",
        "GET | 408 | `` | `Cache-Control: max-age=60` | status",
        "GET | 421 | `` | `Cache-Control: max-age=60` | status",
        "GET | 425 | `` | `Cache-Control: max-age=60` | status",
        // 5.2.2.3: "SHOULD ignore the no-store directive if it understands and implements the
        // status code's caching requirements"
        "GET | 200 | `` | `Cache-Control: max-age=60, no-store, must-understand` | store",
        "GET | 599 | `` | `Cache-Control: max-age=60, no-store, must-understand` | not-understood",
        "GET | 599 | `` | `Cache-Control: max-age=60, must-understand` | not-understood",
        "GET | 599 | `` | `Cache-Control: max-age=60` | store",
        // "the no-store cache directive is not present in the response"
        "GET | 200 | `` | `Cache-Control: no-store` | no-store",
        "GET | 200 | `` | `Cache-Control: No-StOrE, max-age=60` | no-store",
        "GET | 200 | `` | `Cache-Control: max-age=60, no-store | Expires: @60` | no-store",
        "GET | 200 | `` | `CDN-Cache-Control: no-store | Cache-Control: max-age=60` | no-store",
        "GET | 200 | `` | `CDN-Cache-Control: max-age=60 | Cache-Control: no-store` | store",
        "GET | 200 | `` | `CDN-Cache-Control: max-age=60, &&& | Cache-Control: no-store` | no-store",
        "GET | 200 | `` | `CDN-Cache-Control: max-age=\"60\" | Cache-Control: no-store` | no-freshness",
        "GET | 200 | `` | `CDN-Cache-Control: no-store=?0, max-age=60` | store",
        "GET | 200 | `` | `Surrogate-Control: no-store | Cache-Control: max-age=60` | no-store",
        "GET | 200 | `` | `Surrogate-Control: no-store-remote | Cache-Control: max-age=60` | no-store",
        "GET | 200 | `` | `Surrogate-Control: max-age=60;nearcast | Cache-Control: no-store` | store",
        // A request's no-store counts only where the service says so.
        "GET | 200 | `Cache-Control: no-store` | `Cache-Control: max-age=60` | store",
        // "if the cache is shared: the private response directive is either not present or allows a
        // shared cache to store a modified response"
        "GET | 200 | `` | `Cache-Control: private, max-age=60` | private",
        "GET | 200 | `` | `Cache-Control: private, s-maxage=60` | private",
        "GET | 200 | `` | `Cache-Control: private=\"x\", max-age=60` | store",
        "GET | 200 | `` | `CDN-Cache-Control: private | Cache-Control: max-age=60` | private",
        "GET | 200 | `` | `CDN-Cache-Control: private=1 | Cache-Control: max-age=60` | private",
        "GET | 200 | `` | `CDN-Cache-Control: private=\"x\", max-age=60` | store",
        // "the Authorization header field is not present in the request or a response directive is
        // present that explicitly allows shared caching": must-revalidate, public, s-maxage (3.5)
        "GET | 200 | `Authorization: x` | `Expires: @60` | authorization",
        "GET | 200 | `Authorization: x` | `Cache-Control: max-age=60` | authorization",
        "GET | 200 | `Authorization: x` | `Cache-Control: max-age=60, public` | store",
        "GET | 200 | `Authorization: x` | `Cache-Control: max-age=60, must-revalidate` | store",
        "GET | 200 | `Authorization: x` | `Cache-Control: s-maxage=60` | store",
        "GET | 200 | `Authorization: x` | `Cache-Control: max-age=60, proxy-revalidate` | authorization",
        // "the response contains at least one of the following"
        "GET | 299 | `` | `ETag: \"a\" | Cache-Control: public` | store",
        "GET | 299 | `` | `Expires: @60` | store",
        "GET | 299 | `` | `Cache-Control: max-age=60` | store",
        "GET | 299 | `` | `Cache-Control: s-maxage=60` | store",
        "GET | 404 | `` | `ETag: \"a\"` | store",
        "GET | 299 | `` | `ETag: \"a\"` | status",
        "GET | 403 | `` | `Last-Modified: @-900` | status",
        "GET | 503 | `` | `Last-Modified: @-900` | status",
        "GET | 599 | `` | `Last-Modified: @-900` | status",
        "GET | 599 | `` | `Last-Modified: @-900 | Cache-Control: public` | store",
        // Ours: a cookie is for one client, unless the origin says that the response may be cached.
        "GET | 200 | `` | `Set-Cookie: a=b | Cache-Control: max-age=60` | store",
        "GET | 200 | `` | `Set-Cookie: a=b | Cache-Control: public | ETag: \"a\"` | store",
        "GET | 200 | `` | `Set-Cookie: a=b | Last-Modified: @-900` | set-cookie",
        "GET | 200 | `` | `Set-Cookie: a=b | ETag: \"a\"` | set-cookie",
        // 4.1: "a member * always fails to match"
        "GET | 200 | `` | `Vary: * | Cache-Control: max-age=60` | vary-star",
        "GET | 200 | `` | `Vary: *, * | Cache-Control: max-age=60` | vary-star",
        "GET | 200 | `` | `Vary: Foo, * | Cache-Control: max-age=60` | vary-star",
        "GET | 200 | `` | `Vary: , * | Cache-Control: max-age=60` | vary-star",
        "GET | 200 | `` | `Vary: | Vary: * | Cache-Control: max-age=60` | vary-star",
        "GET | 200 | `` | `Vary: Foo | Cache-Control: max-age=60` | store",
        // "some caches will not store a response that has neither a cache validator nor an explicit
        // expiration time"
        "GET | 200 | `` | `` | no-freshness",
        "GET | 200 | `` | `ETag: \"a\"` | store",
        "GET | 200 | `` | `Last-Modified: @-900` | store",
        "GET | 200 | `` | `Cache-Control: no-cache` | no-freshness",
        "GET | 200 | `` | `Cache-Control: no-cache, max-age=60` | no-freshness",
        "GET | 200 | `` | `Cache-Control: no-cache | ETag: \"a\"` | store",
        "GET | 200 | `` | `Cache-Control: max-age=0` | no-freshness",
        "GET | 200 | `` | `Cache-Control: max-age=0 | ETag: \"a\"` | store",
        "GET | 200 | `` | `Cache-Control: max-age=60 | Age: 60` | no-freshness",
        "GET | 200 | `` | `Cache-Control: max-age=0, stale-while-revalidate=9` | store",
        "GET | 200 | `` | `Expires: 0` | no-freshness",
      })
  void decides(
      String method, int status, String requestFields, String responseFields, String word) {
    RequestHead request = request(method).withFields(fields(requestFields));
    ResponseHead response = new ResponseHead(status, fields(responseFields));
    assertThat(decide(request, response, CachePolicy.DEFAULT)).isEqualTo(word);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // Web cache deception: a page where the path promises a static file.
        "/account.php/x.css     | `Content-Type: text/html | Cache-Control: max-age=60` | content-type",
        "/account.php/x.CSS?a=b | `Content-Type: Text/HTML; charset=utf-8 | ETag: \"a\"` | content-type",
        "/api/me%2fx.js         | `Content-Type: application/json | ETag: \"a\"`        | content-type",
        "/x.css                 | `Content-Type: text/css | Cache-Control: max-age=60`  | store",
        "/x.css                 | `Cache-Control: max-age=60`                           | store",
        "/account.php           | `Content-Type: text/html | Cache-Control: max-age=60` | store",
        "/a.css/x               | `Content-Type: text/html | Cache-Control: max-age=60` | store",
        "/?x=a.css              | `Content-Type: text/html | Cache-Control: max-age=60` | store",
        // Who speaks to shared caches themselves is taken at his word.
        "/x.css | `Content-Type: text/html | Cache-Control: public, max-age=60`   | store",
        "/x.css | `Content-Type: text/html | Cache-Control: s-maxage=60`          | store",
        "/x.css | `Content-Type: text/html | CDN-Cache-Control: max-age=60`       | store",
      })
  void aPageAtTheNameOfAStaticFileIsNotStored(String target, String lines, String word) {
    RequestHead request = RequestHead.of("GET", "http", "h", target, Fields.EMPTY);
    assertThat(decide(request, new ResponseHead(200, fields(lines)), CachePolicy.DEFAULT))
        .isEqualTo(word);
  }

  @Test
  void aMissingStaticFileIsAPageAsWell() {
    RequestHead request = RequestHead.of("GET", "http", "h", "/x.css", Fields.EMPTY);
    ResponseHead missing =
        response(404, "Content-Type", "text/html", "Cache-Control", "max-age=60");
    assertThat(decide(request, missing, CachePolicy.DEFAULT)).isEqualTo("store");
  }

  @Test
  void whatHasMoreTagsThanCanBeKeptIsNotStored() {
    StringBuilder all = new StringBuilder("t0");
    for (int i = 1; i < Tags.TAGS_MAX; i++) {
      all.append(" t").append(i);
    }
    assertThat(decide(request("GET"), tagged(all.toString()), CachePolicy.DEFAULT))
        .isEqualTo("store");
    assertThat(decide(request("GET"), tagged(all + " u"), CachePolicy.DEFAULT))
        .isEqualTo("too-many-tags");
  }

  private static ResponseHead tagged(String tags) {
    return response(200, "Surrogate-Key", tags, "Cache-Control", "max-age=60");
  }

  @Test
  void aVaryOfTooManyFieldsIsNotStored() {
    StringBuilder vary = new StringBuilder("f0");
    for (int i = 1; i < VaryRule.NAMES_MAX; i++) {
      vary.append(", f").append(i);
    }
    assertThat(decide(request("GET"), varied(vary.toString()), CachePolicy.DEFAULT))
        .isEqualTo("store");
    assertThat(decide(request("GET"), varied(vary + ", g"), CachePolicy.DEFAULT))
        .isEqualTo("too-complex");
  }

  private static ResponseHead varied(String vary) {
    return response(200, "Vary", vary, "Cache-Control", "max-age=60");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200 | ``                                  | store",
        "200 | `Set-Cookie: a=b`                   | set-cookie",
        "404 | ``                                  | store",
        "503 | ``                                  | store",
        "403 | ``                                  | status",
        "200 | `Cache-Control: no-store`           | no-store",
        "200 | `Cache-Control: private`            | private",
      })
  void aServicesLifetimesMakeAStatusCacheable(int status, String lines, String word) {
    CachePolicy policy =
        new CachePolicy(
            Duration.ofMinutes(1),
            Duration.ZERO,
            Duration.ZERO,
            KeyPolicy.DEFAULT,
            false,
            null,
            Duration.ZERO,
            null,
            Map.of("503", Duration.ofSeconds(1)),
            false);
    assertThat(decide(request("GET"), new ResponseHead(status, fields(lines)), policy))
        .isEqualTo(word);
  }

  @Test
  void aRequestsNoStoreCountsWhereTheServiceHonoursIt() {
    CachePolicy honouring =
        new CachePolicy(
            null,
            Duration.ZERO,
            Duration.ZERO,
            KeyPolicy.DEFAULT,
            false,
            null,
            Duration.ZERO,
            null,
            Map.of(),
            true);
    RequestHead request = request("GET", "Cache-Control", "no-store");
    assertThat(decide(request, response(200, "Cache-Control", "max-age=60"), honouring))
        .isEqualTo("request-no-store");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`Cache-Control: max-age=60 | Content-Range: bytes 0-4/10` | store",
        "`Cache-Control: max-age=60 | Content-Range: bytes 0-4/*`  | store",
        "`Cache-Control: no-store | Content-Range: bytes 0-4/10`   | no-store",
        "`Cache-Control: max-age=60`                               | partial",
        "`Cache-Control: max-age=60 | Content-Range: bytes 4-0/10` | partial",
        "`Cache-Control: max-age=60 | Content-Range: bytes 0-9/9`  | partial",
        "`Cache-Control: max-age=60 | Content-Range: lines 0-4/10` | partial",
        "`Cache-Control: max-age=60 | Content-Type: multipart/byteranges; boundary=x` | partial",
      })
  void partsOfOneRangeMayBeStored(String lines, String word) {
    ResponseHead response = new ResponseHead(206, fields(lines));
    Storable storable =
        Storability.decidePartial(request("GET"), response, fresh(response), CachePolicy.DEFAULT);
    assertThat(word(storable)).isEqualTo(word);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 206, 304, 404, 451, 504})
  void understandsWhatRfc9110Defines(int status) {
    assertThat(Statuses.understood(status)).isTrue();
    assertThat(Statuses.understood(599)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"103, true", "204, true", "304, true", "200, false", "205, false"})
  void theseHaveNoBody(int status, boolean bodiless) {
    assertThat(Statuses.bodiless(status)).isEqualTo(bodiless);
  }

  private static String decide(RequestHead request, ResponseHead response, CachePolicy policy) {
    Freshness freshness = Freshness.of(request, response, Messages.NOW, Messages.NOW, policy);
    return word(Storability.decide(request, response, freshness, policy));
  }

  private static String word(Storable storable) {
    return switch (storable) {
      case Storable.Store _ -> "store";
      case Storable.DoNotStore(Reason reason) -> reason.token();
    };
  }
}
