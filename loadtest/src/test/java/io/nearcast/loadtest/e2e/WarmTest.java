package io.nearcast.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.loadtest.cdn.CdnPlan;
import io.nearcast.loadtest.cdn.LoopbackCdn;
import io.nearcast.loadtest.site.SiteOrigin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Edges fetch what they are told to, before clients ask for it. */
@Timeout(120)
class WarmTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HOST = "site.test";

  @TempDir private static Path data;
  private static SiteOrigin origin;
  private static LoopbackCdn cdn;

  @BeforeAll
  static void start() throws Exception {
    origin =
        SiteOrigin.start(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), data.resolve("site"));
    cdn =
        LoopbackCdn.start(
            CdnPlan.atFreePorts(data, 3, 32 << 20, new CdnPlan.Places(List.of(), null)),
            role -> {});
    cdn.rest().put("/v1/services/site", service()).orFail();
    cdn.awaitApplied();
  }

  @AfterAll
  static void stop() {
    cdn.close();
    origin.close();
  }

  private static String service() {
    return "{\"domains\": [\""
        + HOST
        + "\"], \"origins\": [{\"name\": \"main\", \"url\": \""
        + origin.url()
        + "\"}], \"cache\": {\"minTtl\": \"10m\"}}";
  }

  private static HttpResponse<byte[]> get(CdnPlan.Node edge, String path, String coding)
      throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(ProxySelector.of(edge.listen().toSocketAddress()))
            .build()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://" + HOST + path))
              .header("Accept-Encoding", coding)
              .build(),
          BodyHandlers.ofByteArray());
    }
  }

  /** What the edge itself says. */
  private static String said(CdnPlan.Node edge, String path) throws Exception {
    String all = String.join(", ", get(edge, path, "identity").headers().allValues("Cache-Status"));
    return all.substring(all.lastIndexOf(edge.id() + ";"));
  }

  private static JsonNode warmed(String more, String... paths) throws Exception {
    StringBuilder urls = new StringBuilder();
    for (String path : paths) {
      urls.append(urls.isEmpty() ? "" : ",").append("\"http://" + HOST + path + '"');
    }
    String body = "{\"service\":\"site\",\"urls\":[" + urls + "]" + more + "}";
    String id = JSON.readTree(cdn.rest().post("/v1/warm", body).orFail().body()).get("id").asText();
    await("each node has said what became of it")
        .atMost(Duration.ofSeconds(60))
        .until(() -> read(id).get("state").asText().equals("complete"));
    return read(id);
  }

  private static JsonNode read(String id) throws Exception {
    return JSON.readTree(cdn.rest().get("/v1/warm/" + id).orFail().body());
  }

  @Test
  void firstClientOfTheEdgesNamedIsAnsweredFromTheCache() throws Exception {
    CdnPlan.Node named = cdn.plan().edges().getFirst();
    String[] paths = {"/css/sb-admin-2.css", "/tables.html", "/index.html"};

    JsonNode warm = warmed(",\"pop\":\"" + named.pop() + '"', paths);

    assertThat(warm.at("/nodes")).hasSize(1);
    assertThat(warm.at("/nodes/0/id").asText()).isEqualTo(named.id());
    assertThat(warm.at("/nodes/0/fetched").asInt()).as(warm.toString()).isEqualTo(3);
    for (String path : paths) {
      assertThat(said(named, path)).startsWith(named.id() + "; hit");
    }
    for (CdnPlan.Node other : cdn.plan().edges().subList(1, 3)) {
      assertThat(said(other, paths[0])).startsWith(other.id() + "; fwd=uri-miss");
    }
    assertThat(get(named, paths[0], "br").headers().firstValue("Content-Encoding"))
        .as("in the form that most clients want")
        .hasValue("br");
  }

  @Test
  void warmingBehindAPurgeBringsWhatTheOriginHasAfterIt() throws Exception {
    warmed("", "/js/sb-admin-2.js");
    long before = origin.requests();
    cdn.rest().post("/v1/purges", "{\"service\":\"site\",\"everything\":true}").orFail();

    JsonNode warm = warmed("", "/js/sb-admin-2.js");

    assertThat(warm.at("/nodes")).hasSize(3);
    assertThat(origin.requests() - before).as("the shield asks once").isEqualTo(1);
    for (CdnPlan.Node edge : cdn.plan().edges()) {
      assertThat(said(edge, "/js/sb-admin-2.js")).startsWith(edge.id() + "; hit");
    }
  }

  @Test
  void receiptSaysWhatCouldNotBeStored() throws Exception {
    CdnPlan.Node named = cdn.plan().edges().getFirst();
    JsonNode warm = warmed(",\"nodes\":[\"" + named.id() + "\"]", "/nothing/there", "/time");
    JsonNode node = warm.at("/nodes/0");
    assertThat(node.at("/failed").asInt()).isEqualTo(2);
    assertThat(node.at("/errors").findValuesAsText("detail"))
        .anyMatch(detail -> detail.equals("status 404"))
        .anyMatch(detail -> detail.startsWith("is not stored"));
  }
}
