package io.nearcast.control.rest;

import static io.nearcast.control.rest.RunningControlPlane.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PurgesRestTest {
  private static final String URL = "{\"service\":\"shop\",\"urls\":[\"http://a.example/p?q=1\"]}";

  private Path directory;
  private RunningControlPlane running;
  private Http http;

  @BeforeEach
  void start(@TempDir Path directory) {
    this.directory = directory;
    running = RunningControlPlane.in(directory);
    http = running.admin();
    http.put("/v1/services/shop", service("a.example", "b.example"));
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void purgeIsCompleteOnceEveryEdgeHasAppliedIt() {
    ReportingNode one = new ReportingNode(http, "one", "edge");
    ReportingNode two = new ReportingNode(http, "two", "edge");
    ReportingNode shield = new ReportingNode(http, "shield", "shield");
    one.applied(2);
    two.applied(2);
    shield.applied(2);

    Http.Answer issued = http.post("/v1/purges", URL);
    assertThat(issued.status()).isEqualTo(202);
    String path = issued.header("Location");
    long sequence = issued.json().at("/sequence").asLong();
    String id = issued.text("/id");
    assertThat(path).isEqualTo("/v1/purges/" + id);
    assertThat(states(issued))
        .isEqualTo(Map.of("one", "pending", "two", "pending", "shield", "pending"));

    one.applied(sequence);
    assertThat(http.get(path).text("/state")).isEqualTo("pending");
    assertThat(states(http.get(path)))
        .isEqualTo(Map.of("one", "applied", "two", "pending", "shield", "pending"));

    two.matched(sequence, id, 3);
    awaitComplete(path);
    assertThat(states(http.get(path)))
        .isEqualTo(Map.of("one", "applied", "two", "applied", "shield", "pending"));
    assertThat(matched(http.get(path), "two").asLong()).isEqualTo(3);
    assertThat(matched(http.get(path), "one").isNull()).isTrue();

    shield.applied(sequence);
    assertThat(states(http.get(path))).containsEntry("shield", "applied");
  }

  @Test
  void purgeWithoutEdgesIsComplete() {
    Http.Answer issued = http.post("/v1/purges", URL, "Prefer", "wait=5");
    assertThat(issued.status()).isEqualTo(200);
    assertThat(issued.text("/state")).isEqualTo("complete");
    assertThat(issued.header("Preference-Applied")).startsWith("wait");
  }

  @Test
  void waitEndsWithTheLastReceiptOrWithItsTime() throws Exception {
    ReportingNode one = new ReportingNode(http, "one", "edge");
    one.applied(2);
    CompletableFuture<HttpResponse<String>> waiting =
        http.client()
            .sendAsync(
                http.request("POST", "/v1/purges", URL, "Prefer", "respond-async, wait=30"),
                HttpResponse.BodyHandlers.ofString());
    await().until(() -> !http.get("/v1/purges").json().at("/items").isEmpty());
    assertThat(waiting).isNotDone();
    one.applied(3);
    assertThat(waiting.get().statusCode()).isEqualTo(200);

    assertThat(http.post("/v1/purges", URL, "Prefer", "wait=0").status()).isEqualTo(202);
  }

  @Test
  void whoWaitsIsAnsweredWhenTheControlPlaneStops() throws Exception {
    new ReportingNode(http, "one", "edge").applied(2);
    CompletableFuture<HttpResponse<String>> waiting =
        http.client()
            .sendAsync(
                http.request("POST", "/v1/purges", URL, "Prefer", "wait=50"),
                HttpResponse.BodyHandlers.ofString());
    await().until(() -> !http.get("/v1/purges").json().at("/items").isEmpty());
    running.controlPlane().close();
    assertThat(waiting.get().statusCode()).isEqualTo(202);
  }

  @Test
  void edgesThatJoinedLaterAreNotWaitedFor() {
    Http.Answer before = http.post("/v1/purges", URL);
    new ReportingNode(http, "late", "edge").applied(0);
    assertThat(http.get(before.header("Location")).json().at("/nodes")).isEmpty();

    new ReportingNode(http, "late", "edge").applied(3);
    Http.Answer after = http.post("/v1/purges", URL);
    assertThat(states(after)).containsOnlyKeys("late");
  }

  @Test
  void silentEdgeLeavesThePurgeUnconfirmedUntilItIsRemoved() {
    new ReportingNode(http, "silent", "edge").applied(2);
    String path = http.post("/v1/purges", URL).header("Location");
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> {
          assertThat(http.get(path).text("/state")).isEqualTo("unconfirmed");
          assertThat(states(http.get(path))).containsEntry("silent", "unconfirmed");
        });
    assertThat(http.get("/v1/nodes/silent").text("/state")).isEqualTo("down");

    assertThat(http.delete("/v1/nodes/silent").status()).isEqualTo(204);
    awaitComplete(path);
    new ReportingNode(http, "silent", "edge").applied(0);
    assertThat(http.get(path).text("/state")).isEqualTo("complete");
  }

  @Test
  void receiptsAndMembersSurviveARestart() {
    ReportingNode one = new ReportingNode(http, "one", "edge");
    ReportingNode two = new ReportingNode(http, "two", "edge");
    one.applied(2);
    two.applied(2);
    String done = http.post("/v1/purges", URL).header("Location");
    one.matched(3, done.substring("/v1/purges/".length()), 7);
    two.applied(3);
    awaitComplete(done);
    String open = http.post("/v1/purges", URL).header("Location");
    two.applied(4);
    JsonNode doneBefore = http.get(done).json();

    running.close();
    running = RunningControlPlane.in(directory);
    http = running.admin();

    assertThat(http.get(done).json()).isEqualTo(doneBefore);
    assertThat(http.get(open).text("/state")).isEqualTo("pending");
    assertThat(states(http.get(open))).containsOnlyKeys("one", "two");
    assertThat(http.get("/v1/nodes/one").text("/state")).isEqualTo("serving");
    new ReportingNode(http, "one", "edge").applied(4);
    new ReportingNode(http, "two", "edge").applied(4);
    awaitComplete(open);
  }

  @Test
  void eachWrongSelectorIsNamedAndNothingIsPurged() {
    Http.Answer refused =
        http.post(
            "/v1/purges",
            """
            {"service": "shop",
             "urls": ["http://a.example/ok", "http://c.example/", "/path", "http://a.example/#f"]}\
            """);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/errors").findValuesAsText("pointer"))
        .containsExactly("/urls/1", "/urls/2", "/urls/3");
    assertThat(refused.text("/errors/0/detail")).contains("a.example, b.example");
    assertThat(http.get("/v1/purges").json().at("/items")).isEmpty();
    assertThat(http.get("/v1/feed/snapshot").json().at("/sequence").asLong()).isEqualTo(2);
  }

  @Test
  void exactlyOneKindOfSelectorIsNeeded() {
    assertThat(http.post("/v1/purges", "{\"service\":\"shop\"}").status()).isEqualTo(422);
    assertThat(
            http.post("/v1/purges", "{\"service\":\"shop\",\"tags\":[\"a\"],\"everything\":true}")
                .status())
        .isEqualTo(422);
    Http.Answer unknown = http.post("/v1/purges", "{\"service\":\"x\",\"everything\":true}");
    assertThat(unknown.status()).isEqualTo(422);
    assertThat(unknown.text("/errors/0/pointer")).isEqualTo("/service");
  }

  @Test
  void everyKindOfPurgeIsShownAsItWasAskedFor() {
    for (String what :
        new String[] {
          "\"urls\":[\"http://a.example/p?q=1\"]",
          "\"prefixes\":[\"http://b.example/img/\"]",
          "\"hosts\":[\"a.example\"]",
          "\"tags\":[\"x\",\"y\"]",
          "\"everything\":true"
        }) {
      String path =
          http.post("/v1/purges", "{\"service\":\"shop\",\"soft\":true," + what + "}")
              .header("Location");
      String shown = new String(http.get(path).bytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertThat(shown).contains(what).contains("\"soft\":true");
    }
    assertThat(http.get("/v1/purges").json().at("/items")).hasSize(5);
    assertThat(http.get("/v1/purges?limit=2").json().at("/items/0/everything").asBoolean())
        .isTrue();
    assertThat(http.get("/v1/purges?service=blog").json().at("/items")).isEmpty();
  }

  @Test
  void unknownPurgeIsAbsent() {
    assertThat(http.get("/v1/purges/3-00000000").status()).isEqualTo(404);
    assertThat(http.get("/v1/purges/nonsense").status()).isEqualTo(404);
  }

  private void awaitComplete(String path) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> http.get(path).text("/state").equals("complete"));
  }

  private static Map<String, String> states(Http.Answer purge) {
    Map<String, String> states = new TreeMap<>();
    purge
        .json()
        .at("/nodes")
        .forEach(node -> states.put(node.at("/id").asText(), node.at("/state").asText()));
    return states;
  }

  private static JsonNode matched(Http.Answer purge, String node) {
    for (JsonNode receipt : purge.json().at("/nodes")) {
      if (receipt.at("/id").asText().equals(node)) {
        return receipt.at("/matched");
      }
    }
    throw new AssertionError("no receipt of " + node);
  }
}
