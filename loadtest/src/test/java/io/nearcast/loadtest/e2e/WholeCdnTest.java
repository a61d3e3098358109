package io.nearcast.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.config.launch.HostPort;
import io.nearcast.loadtest.cdn.CdnPlan;
import io.nearcast.loadtest.cdn.LoopbackCdn;
import io.nearcast.loadtest.cdn.RestClient;
import io.nearcast.loadtest.site.SiteOrigin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edge, shield, control plane, router and origin together, beyond what the demo shows. */
class WholeCdnTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NODE_HOST = "site.test";

  @TempDir private static Path data;
  private static SiteOrigin origin;
  private static LoopbackCdn cdn;
  private static HttpClient client;

  @BeforeAll
  static void start() throws Exception {
    origin =
        SiteOrigin.start(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), data.resolve("site"));
    cdn =
        LoopbackCdn.start(
            CdnPlan.atFreePorts(data, 3, 32 << 20, new CdnPlan.Places(List.of(), null)),
            role -> {});
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    cdn.rest().put("/v1/services/site", service("site", NODE_HOST)).orFail();
    awaitServed(NODE_HOST);
  }

  @AfterAll
  static void stop() {
    client.shutdownNow();
    cdn.close();
    origin.close();
  }

  @Test
  void anUnknownHostIsMisdirected() throws Exception {
    assertThat(get(0, "nobody.test", "/").statusCode()).isEqualTo(421);
  }

  @Test
  void allEdgesFillFromTheShieldAndTheOriginIsAskedOnce() throws Exception {
    long before = origin.requests();
    for (int edge = 0; edge < 3; edge++) {
      HttpResponse<String> answer = get(edge, NODE_HOST, "/css/sb-admin-2.css");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(cacheStatus(answer)).contains("shield-1; " + (edge == 0 ? "fwd=" : "hit"));
      assertThat(answer.body())
          .isEqualTo(Files.readString(origin.directory().resolve("css/sb-admin-2.css")));
    }
    assertThat(origin.requests() - before).isEqualTo(1);
  }

  @Test
  void requestsThatComeTogetherShareOneFetch() throws Exception {
    long before = origin.requests();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      answers.add(
          client.sendAsync(
              request(i % 3, NODE_HOST, "/slow?ms=1500").build(), BodyHandlers.ofString()));
    }

    List<String> bodies = answers.stream().map(answer -> answer.join().body()).distinct().toList();

    assertThat(bodies).singleElement().asString().startsWith("after 1500 ms");
    assertThat(origin.requests() - before).isEqualTo(1);
  }

  @Test
  void uncacheablePagesReachTheOriginEachTime() throws Exception {
    long before = origin.requests();
    for (int i = 0; i < 3; i++) {
      assertThat(get(0, NODE_HOST, "/time").statusCode()).isEqualTo(200);
    }
    assertThat(origin.requests() - before).isEqualTo(3);
  }

  @Test
  void aLargeRequestBodyIsStreamedToTheOrigin() throws Exception {
    byte[] body = new byte[12 << 20];
    for (boolean expect : new boolean[] {false, true}) {
      HttpResponse<String> answer =
          client.send(
              request(1, NODE_HOST, "/api/echo")
                  .expectContinue(expect)
                  .POST(BodyPublishers.ofByteArray(body))
                  .build(),
              BodyHandlers.ofString());
      JsonNode echo = JSON.readTree(answer.body());
      assertThat(echo.get("method").asText()).isEqualTo("POST");
      assertThat(echo.get("bytes").asLong()).isEqualTo(body.length);
    }
  }

  @Test
  void aRangeOfAStoredResponseIsServedFromIt() throws Exception {
    get(0, NODE_HOST, "/js/sb-admin-2.js");
    long before = origin.requests();

    HttpResponse<String> part =
        client.send(
            request(0, NODE_HOST, "/js/sb-admin-2.js").header("Range", "bytes=3-9").build(),
            BodyHandlers.ofString());

    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body())
        .isEqualTo(
            Files.readString(origin.directory().resolve("js/sb-admin-2.js")).substring(3, 10));
    assertThat(origin.requests()).isEqualTo(before);
  }

  @Test
  void aClientsOwnCopyIsRevalidatedAtTheEdge() throws Exception {
    String tag = get(0, NODE_HOST, "/tables.html").headers().firstValue("etag").orElseThrow();
    long before = origin.requests();

    HttpResponse<String> answer =
        client.send(
            request(0, NODE_HOST, "/tables.html").header("If-None-Match", tag).build(),
            BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(304);
    assertThat(answer.body()).isEmpty();
    assertThat(origin.requests()).isEqualTo(before);
  }

  @Test
  void tagsAndTheTiersOwnFieldsStayInside() throws Exception {
    HttpResponse<String> answer = get(0, NODE_HOST, "/cards.html");

    assertThat(answer.headers().map().keySet())
        .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("nearcast-"))
        .doesNotContain("surrogate-key");
    assertThat(answer.headers().firstValue("via")).isPresent();
  }

  @Test
  void aServiceIsServedWithinASecondOfItsPut() throws Exception {
    cdn.rest().put("/v1/services/quick", service("quick", "quick.test")).orFail();
    long begun = System.nanoTime();
    awaitServed("quick.test");
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void aRemovedServiceIsNotServedAnyMore() throws Exception {
    cdn.rest().put("/v1/services/brief", service("brief", "brief.test")).orFail();
    awaitServed("brief.test");
    cdn.rest().delete("/v1/services/brief").orFail();
    await().until(() -> get(0, "brief.test", "/").statusCode() == 421);
  }

  @Test
  void aPurgeByPrefixReachesAllTiersAndOnlyThePrefix() throws Exception {
    get(2, NODE_HOST, "/img/undraw_rocket.svg");
    get(2, NODE_HOST, "/vendor/jquery/jquery.min.js");

    JsonNode purge = purge("\"prefixes\":[\"http://site.test/img/\"]");

    assertThat(purge.get("state").asText()).isEqualTo("complete");
    assertThat(cacheStatus(get(2, NODE_HOST, "/img/undraw_rocket.svg")))
        .startsWith("shield-1; fwd=")
        .contains("sin-1; fwd=");
    assertThat(cacheStatus(get(2, NODE_HOST, "/vendor/jquery/jquery.min.js")))
        .contains("sin-1; hit");
  }

  @Test
  void aPurgeByHostReachesAllOfIt() throws Exception {
    get(1, NODE_HOST, "/login.html");

    assertThat(purge("\"hosts\":[\"site.test\"]").get("state").asText()).isEqualTo("complete");

    assertThat(cacheStatus(get(1, NODE_HOST, "/login.html"))).contains("iad-1; fwd=");
  }

  @Test
  void aPurgeOfAnotherServicesHostIsRefused() throws Exception {
    RestClient.Answer answer =
        cdn.rest().post("/v1/purges", "{\"service\":\"site\",\"urls\":[\"http://x.test/\"]}");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.body()).contains("/urls/0");
  }

  @Test
  void aPurgeAtOneNodeLeavesTheOthersAlone() throws Exception {
    get(0, NODE_HOST, "/buttons.html");
    get(1, NODE_HOST, "/buttons.html");
    try (RestClient admin =
        new RestClient(URI.create("http://" + cdn.plan().edges().get(0).admin()), null)) {
      RestClient.Answer answer =
          admin.post(
              "/purge", "{\"service\":\"site\",\"urls\":[\"http://site.test/buttons.html\"]}");
      assertThat(JSON.readTree(answer.orFail().body()).get("matched").asInt()).isEqualTo(1);
    }

    assertThat(cacheStatus(get(0, NODE_HOST, "/buttons.html"))).contains("fra-1; fwd=");
    assertThat(cacheStatus(get(1, NODE_HOST, "/buttons.html"))).contains("iad-1; hit");
  }

  @Test
  void allNodesAreServingAndUpToDate() {
    await()
        .untilAsserted(() -> {
          JsonNode nodes = JSON.readTree(cdn.rest().get("/v1/nodes").orFail().body());
          assertThat(nodes.get("items")).hasSize(5);
          assertThat(nodes.get("items"))
              .allMatch(node -> node.get("state").asText().equals("serving"));
        });
  }

  @Test
  void aRedirectLeadsToAnEdgeThatServesIt() throws Exception {
    HostPort router = cdn.plan().router().http();
    HttpResponse<String> redirect =
        client.send(
            HttpRequest.newBuilder(URI.create("http://" + router + "/charts.html?a=1"))
                .header("Host", NODE_HOST)
                .build(),
            BodyHandlers.ofString());

    int port = cdn.plan().edges().getFirst().listen().port();
    assertThat(redirect.statusCode()).isIn(302, 307);
    assertThat(redirect.headers().firstValue("location"))
        .hasValue("http://fra-1.site.test:" + port + "/charts.html?a=1");
    assertThat(get(0, "fra-1.site.test:" + port, "/charts.html?a=1").statusCode()).isEqualTo(200);
  }

  @Test
  void rubbishIsRefusedAndTheConnectionEnds() throws Exception {
    try (Socket socket = new Socket()) {
      socket.connect(cdn.plan().edges().getFirst().listen().toSocketAddress());
      socket.getOutputStream().write("rubbish\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 400 ");
    }
  }

  private static JsonNode purge(String what) throws Exception {
    RestClient.Answer answer =
        cdn.rest()
            .post("/v1/purges", "{\"service\":\"site\"," + what + "}", "Prefer", "wait=10")
            .orFail();
    return JSON.readTree(answer.body());
  }

  private static String service(String name, String domain) {
    return String.format(
        "{\"name\":\"%s\",\"domains\":[\"%s\"],\"origins\":[{\"name\":\"main\",\"url\":\"%s\"}]}",
        name, domain, origin.url());
  }

  private static void awaitServed(String host) {
    await()
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> {
          for (int edge = 0; edge < 3; edge++) {
            assertThat(get(edge, host, "/blank.html").statusCode()).isEqualTo(200);
          }
        });
  }

  private static HttpRequest.Builder request(int edge, String host, String path) {
    return HttpRequest.newBuilder(
            URI.create("http://" + cdn.plan().edges().get(edge).listen() + path))
        .header("Host", host)
        .timeout(Duration.ofSeconds(30));
  }

  private static HttpResponse<String> get(int edge, String host, String path) throws Exception {
    return client.send(request(edge, host, path).build(), BodyHandlers.ofString());
  }

  private static String cacheStatus(HttpResponse<String> answer) {
    return String.join(", ", answer.headers().allValues("cache-status"));
  }
}
