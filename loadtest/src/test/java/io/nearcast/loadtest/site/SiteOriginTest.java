package io.nearcast.loadtest.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteOriginTest {
  private static final Pattern LOADED =
      Pattern.compile("<(?:script|img|link)\\s[^>]*(?:src|href)=\"([^\"#]+)\"");

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private SiteOrigin origin;

  @BeforeEach
  void start() throws IOException {
    origin =
        SiteOrigin.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), directory);
  }

  @AfterEach
  void stop() {
    origin.close();
    client.close();
  }

  @Test
  void everythingThatAPageLoadsIsThere() throws Exception {
    List<Path> pages;
    try (Stream<Path> files = Files.list(directory)) {
      pages = files.filter(file -> file.toString().endsWith(".html")).toList();
    }
    assertThat(pages).hasSizeGreaterThan(10);
    for (Path page : pages) {
      Matcher matcher = LOADED.matcher(Files.readString(page));
      while (matcher.find()) {
        assertThat(matcher.group(1)).as("in %s", page.getFileName()).doesNotContain("//");
        assertThat(get("/" + matcher.group(1)).statusCode())
            .as("%s in %s", matcher.group(1), page.getFileName())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void aPageSaysHowItMayBeCachedAndPurged() throws Exception {
    HttpResponse<String> page = get("/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("cache-control"))
        .hasValueSatisfying(value -> assertThat(value).contains("s-maxage=3600"));
    assertThat(page.headers().firstValue("surrogate-key")).hasValue("site html page-index");
    assertThat(get("/css/sb-admin-2.min.css").headers().firstValue("surrogate-key"))
        .hasValue("site css dir-css");
    assertThat(get("/").headers().firstValue("etag")).isEqualTo(page.headers().firstValue("etag"));
  }

  @Test
  void anEditedFileIsServedByTheNextRequest() throws Exception {
    String before = get("/blank.html").headers().firstValue("etag").orElseThrow();
    Files.writeString(directory.resolve("blank.html"), "<h1>changed</h1>");

    HttpResponse<String> after = get("/blank.html");

    assertThat(after.body()).isEqualTo("<h1>changed</h1>");
    assertThat(after.headers().firstValue("etag")).isPresent().get().isNotEqualTo(before);
  }

  @Test
  void anEditedSiteIsNotUnpackedAgain() throws Exception {
    Files.writeString(directory.resolve("index.html"), "mine");
    SiteFiles.unpack(directory);
    assertThat(directory.resolve("index.html")).hasContent("mine");
  }

  @Test
  void conditionsAreHonoured() throws Exception {
    HttpResponse<String> page = get("/");
    String etag = page.headers().firstValue("etag").orElseThrow();
    String modified = page.headers().firstValue("last-modified").orElseThrow();

    assertThat(get("/", "If-None-Match", etag).statusCode()).isEqualTo(304);
    assertThat(get("/", "If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
    assertThat(get("/", "If-Modified-Since", modified).statusCode()).isEqualTo(304);
    assertThat(get("/", "If-Modified-Since", "yesterday").statusCode()).isEqualTo(200);
  }

  @Test
  void rangesAreHonoured() throws Exception {
    Files.writeString(directory.resolve("digits.txt"), "0123456789");
    String etag = get("/digits.txt").headers().firstValue("etag").orElseThrow();

    assertThat(get("/digits.txt", "Range", "bytes=2-4").body()).isEqualTo("234");
    assertThat(get("/digits.txt", "Range", "bytes=7-").body()).isEqualTo("789");
    assertThat(get("/digits.txt", "Range", "bytes=-3").headers().firstValue("content-range"))
        .hasValue("bytes 7-9/10");
    assertThat(get("/digits.txt", "Range", "bytes=10-").statusCode()).isEqualTo(416);
    assertThat(get("/digits.txt", "Range", "bytes=4-2").statusCode()).isEqualTo(200);
    assertThat(get("/digits.txt", "Range", "bytes=0-1", "If-Range", etag).statusCode())
        .isEqualTo(206);
    assertThat(get("/digits.txt", "Range", "bytes=0-1", "If-Range", "\"x\"").statusCode())
        .isEqualTo(200);
  }

  @Test
  void aHeadHasTheLengthAndNoBody() throws Exception {
    HttpResponse<String> head =
        client.send(
            request("/").method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.ofString());

    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValueAsLong("content-length"))
        .hasValue(Files.size(directory.resolve("index.html")));
  }

  @Test
  void pathsDoNotLeadOutOfTheFolder() throws Exception {
    for (String path :
        List.of("/../pom.xml", "/%2e%2e/pom.xml", "/img/..%2f..%2fpom.xml", "/%00")) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(404);
    }
  }

  @Test
  void computedPagesAreNotToBeStored() throws Exception {
    HttpResponse<String> echo =
        client.send(
            request("/api/echo").POST(BodyPublishers.ofString("hello")).build(),
            BodyHandlers.ofString());

    assertThat(echo.body()).contains("\"method\":\"POST\"").contains("\"bytes\":5");
    assertThat(echo.headers().firstValue("cache-control")).hasValue("no-store");
    assertThat(get("/time").headers().firstValue("cache-control")).hasValue("no-store");
    assertThat(get("/slow?ms=10").body()).startsWith("after 10 ms");
    assertThat(get("/slow?ms=long").statusCode()).isEqualTo(400);
    assertThat(get("/api/requests").body()).isEqualTo("{\"requests\":5}\n");
    assertThat(origin.requests()).isEqualTo(5);
  }

  @Test
  void aPageIsReadOnly() throws Exception {
    HttpResponse<String> put =
        client.send(
            request("/").PUT(BodyPublishers.ofString("x")).build(), BodyHandlers.ofString());

    assertThat(put.statusCode()).isEqualTo(405);
    assertThat(put.headers().firstValue("allow")).hasValue("GET, HEAD");
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(origin.url() + path));
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
