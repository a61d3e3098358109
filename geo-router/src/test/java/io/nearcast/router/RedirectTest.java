package io.nearcast.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.json.Documents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP redirects and JSON, over raw sockets, so that requests can be as strange as need be. */
final class RedirectTest {
  @TempDir static Path directory;
  private static RouterFixture fixture;

  @BeforeAll
  static void start() throws IOException {
    fixture =
        RouterFixture.demo(directory)
            .service("shop", "www.shop.example", "shop.example")
            .cidrMap("192.0.2.0/24 iad", "2001:db8::/32 sin", "127.0.0.0/8 fra")
            .trusting("127.0.0.0/8")
            .edge("nrt-1", "nrt", "192.0.2.80:80")
            .start();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  /** Sends bytes, and reads until the router closes. */
  private static String exchange(String request) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), fixture.router().httpAddress().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String request(String method, String target, String host, String... headers)
      throws IOException {
    List<String> lines = new ArrayList<>(List.of(method + " " + target + " HTTP/1.1"));
    lines.add("Host: " + host);
    lines.addAll(List.of(headers));
    lines.add("Connection: close");
    return exchange(String.join("\r\n", lines) + "\r\n\r\n");
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines);
  }

  private static String status(String response) {
    return response.substring(9, 12);
  }

  private static String header(String response, String name) {
    String head = response.substring(0, response.indexOf("\r\n\r\n"));
    return head.lines()
        .filter(line -> line.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
        .map(line -> line.substring(name.length() + 2))
        .reduce((first, second) -> first + " AND " + second)
        .orElse("");
  }

  private static JsonNode json(String response) {
    assertThat(header(response, "Content-Type")).isEqualTo("application/json");
    String body = response.substring(response.indexOf("\r\n\r\n") + 4);
    return Documents.readJson(JsonNode.class, body.getBytes(StandardCharsets.UTF_8));
  }

  private static int port(String id) throws Exception {
    JsonNode edges = json(request("GET", "/?format=json", "www.demo.test")).get("edges");
    for (JsonNode edge : edges) {
      if (edge.get("id").asText().equals(id)) {
        return edge.get("port").asInt();
      }
    }
    throw new IllegalStateException("no edge " + id);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, 302",
    "HEAD, 302",
    "POST, 307",
    "PUT, 307",
    "DELETE, 307",
    "PATCH, 307",
    "OPTIONS, 307"
  })
  void aClientIsSentToItsEdgeWithItsMethodKept(String method, String status) throws Exception {
    String response = request(method, "/a/b?c=d&e", "www.demo.test");

    assertThat(status(response)).isEqualTo(status);
    assertThat(header(response, "Location"))
        .isEqualTo("http://fra-1.www.demo.test:" + port("fra-1") + "/a/b?c=d&e");
    assertThat(header(response, "Cache-Control")).isEqualTo("private, no-store");
    assertThat(header(response, "Vary")).isEqualTo("Accept");
    assertThat(header(response, "Content-Length")).isEqualTo("0");
    assertThat(header(response, "Date")).endsWith(" GMT");
  }

  @ParameterizedTest
  @CsvSource({"192.0.2.9, iad-1", "2001:db8::7, sin-1", "127.0.0.1, fra-1"})
  void aTrustedProxySaysWhoTheClientIs(String client, String edge) throws Exception {
    assertThat(
            header(request("GET", "/", "www.demo.test", "X-Forwarded-For: " + client), "Location"))
        .startsWith("http://" + edge + ".www.demo.test:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"WWW.Demo.Test", "www.demo.test:5380", "www.demo.test."})
  void hostsCountWhateverTheirCaseAndPort(String host) throws Exception {
    assertThat(header(request("GET", "/x", host), "Location"))
        .startsWith("http://fra-1.www.demo.test:")
        .endsWith("/x");
  }

  @Test
  void theTargetsHostCountsBeforeTheHeaders() throws Exception {
    assertThat(header(request("GET", "http://shop.example/x", "www.demo.test"), "Location"))
        .startsWith("http://fra-1.shop.example:")
        .endsWith("/x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unknown.test",
        "demo.test",
        "fra-1.www.demo.test",
        "127.0.0.1",
        "[::1]",
        "[::1]:5380",
        "a..b"
      })
  void otherHostsAreNotFound(String host) throws Exception {
    assertThat(status(request("GET", "/", host))).isEqualTo("404");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: application/json",
        "Accept: text/plain;q=0.5, application/JSON ;q=0.9",
        "accept: application/json; q=1",
      })
  void whoAcceptsJsonGetsIt(String accept) throws Exception {
    JsonNode answer = json(request("GET", "/", "www.demo.test", accept));

    assertThat(answer.get("domain").asText()).isEqualTo("www.demo.test");
    assertThat(answer.get("pop").asText()).isEqualTo("fra");
    assertThat(answer.get("scope").asText()).isEqualTo("127.0.0.0/8");
    assertThat(answer.get("reason").asText()).isEqualTo("cidr-map, nearest");
    assertThat(answer.get("edges").get(0).get("id").asText()).isEqualTo("fra-1");
    assertThat(answer.get("edges").get(0).get("address").asText()).isEqualTo("127.0.1.1");
    assertThat(answer.get("edges").get(1).get("id").asText()).isEqualTo("iad-1");
    assertThat(answer.get("edges").get(2).get("id").asText()).isEqualTo("sin-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/?format=json", "/a?x=y&format=json", "/a?format=json&x=y"})
  void whoAsksForJsonGetsIt(String target) throws Exception {
    assertThat(json(request("GET", target, "www.demo.test")).get("pop").asText()).isEqualTo("fra");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: */*",
        "Accept: text/html,application/xhtml+xml,*/*;q=0.8",
        "Accept: application/json;q=0",
        "Accept: application/json-seq",
      })
  void othersAreRedirected(String accept) throws Exception {
    assertThat(status(request("GET", "/?xformat=json", "www.demo.test", accept))).isEqualTo("302");
  }

  @Test
  void writesAreRedirectedEvenIfTheyAcceptJson() throws Exception {
    assertThat(status(request("POST", "/", "www.demo.test", "Accept: application/json")))
        .isEqualTo("307");
  }

  @Test
  void headHasTheHeadersOfJsonAndNoBody() throws Exception {
    String response = request("HEAD", "/", "www.demo.test", "Accept: application/json");

    assertThat(response).endsWith("\r\n\r\n");
    assertThat(Integer.parseInt(header(response, "Content-Length"))).isPositive();
  }

  @Test
  void requestsOfOneConnectionAreAnsweredInOrder() throws Exception {
    String one = lines("GET /1 HTTP/1.1", "Host: www.demo.test", "", "");
    String body =
        lines("POST /2 HTTP/1.1", "Host: www.demo.test", "Content-Length: 5", "", "hello");
    String chunked =
        lines("PUT /3 HTTP/1.1", "Host: www.demo.test", "Transfer-Encoding: chunked", "", "")
            + lines("5", "hello", "0", "", "");
    String last = lines("GET /4 HTTP/1.1", "Host: www.demo.test", "Connection: close", "", "");

    String responses = exchange(one + body + chunked + last);

    assertThat(responses)
        .containsPattern("(?s) 302 .*/1\r\n.* 307 .*/2\r\n.* 307 .*/3\r\n.* 302 .*/4\r\n");
  }

  @Test
  void http10WorksAndEndsItsConnection() throws Exception {
    String response = exchange("GET /x HTTP/1.0\r\nHost: www.demo.test\r\n\r\n");

    assertThat(status(response)).isEqualTo("302");
    assertThat(status(exchange("GET / HTTP/1.0\r\n\r\n"))).isEqualTo("404");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "no host | GET / HTTP/1.1\\r\\n\\r\\n | 400",
        "two hosts | GET / HTTP/1.1\\r\\nHost: a.test\\r\\nHost: b.test\\r\\n\\r\\n | 400",
        "no path | GET x HTTP/1.1\\r\\nHost: www.demo.test\\r\\n\\r\\n | 400",
        "asterisk | OPTIONS * HTTP/1.1\\r\\nHost: www.demo.test\\r\\n\\r\\n | 400",
        "no HTTP | hello\\r\\n\\r\\n | 400",
        "HTTP/2 | GET / HTTP/2.0\\r\\nHost: www.demo.test\\r\\n\\r\\n | 505",
        "tunnel | CONNECT /x HTTP/1.1\\r\\nHost: www.demo.test\\r\\nConnection: close\\r\\n\\r\\n | 405",
        "trace | TRACE / HTTP/1.1\\r\\nHost: www.demo.test\\r\\nConnection: close\\r\\n\\r\\n | 405",
        "bad header | GET / HTTP/1.1\\r\\nHost www.demo.test\\r\\n\\r\\n | 400",
      })
  void whatIsMalformedIsRefusedAndEndsTheConnection(String kind, String request, String status)
      throws Exception {
    String response = exchange(request.replace("\\r", "\r").replace("\\n", "\n"));

    assertThat(status(response)).as(kind).isEqualTo(status);
  }

  @Test
  void longUrlsAndHeadersAreRefused() throws Exception {
    String long17k = "a".repeat(17 * 1_024);

    assertThat(status(request("GET", "/" + long17k, "www.demo.test"))).isEqualTo("414");
    assertThat(status(request("GET", "/", "www.demo.test", "X: " + long17k, "Y: " + long17k)))
        .isEqualTo("431");
  }

  @Test
  void expectationsAreAnsweredAtOnce() throws Exception {
    String response =
        request("POST", "/up", "www.demo.test", "Expect: 100-continue", "Content-Length: 1000000");

    assertThat(status(response)).isEqualTo("307");
    assertThat(header(response, "Connection")).isEqualTo("close");
  }

  @Test
  void portEightyIsLeftOut() throws Exception {
    try (RouterFixture single =
        new RouterFixture(directory)
            .service("demo", "www.demo.test")
            .edge("nrt-1", "nrt", "192.0.2.80:80")
            .start()) {
      fixtureExchange(
          single,
          "GET /x HTTP/1.1\r\nHost: www.demo.test\r\nConnection: close\r\n\r\n",
          "Location: http://nrt-1.www.demo.test/x\r\n");
    }
  }

  @Test
  void withoutAnyEdgeTheServiceIsUnavailable() throws Exception {
    try (RouterFixture none =
        new RouterFixture(directory).service("demo", "www.demo.test").startEmpty()) {
      String request = "GET /x HTTP/1.1\r\nHost: www.demo.test\r\nConnection: close\r\n\r\n";
      fixtureExchange(none, request, " 503 ");
      none.publish();
      fixtureExchange(none, request, " 503 ");
    }
  }

  private static void fixtureExchange(RouterFixture router, String request, String expected)
      throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), router.router().httpAddress().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
          .containsIgnoringCase(expected);
    }
  }
}
