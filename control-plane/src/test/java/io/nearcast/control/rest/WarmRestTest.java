package io.nearcast.control.rest;

import static io.nearcast.control.rest.RunningControlPlane.service;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WarmRestTest {
  private static final String URL = "\"http://a.example/p?q=1\"";

  private RunningControlPlane running;
  private Http http;
  private ReportingNode fra;
  private ReportingNode iad;

  @BeforeEach
  void start(@TempDir Path directory) {
    running = RunningControlPlane.in(directory);
    http = running.admin();
    http.put("/v1/services/shop", service("a.example"));
    fra = new ReportingNode(http, "fra-1", "edge");
    iad = new ReportingNode(http, "iad-1", "edge").with("pop", "iad");
    fra.applied(2);
    iad.applied(2);
    new ReportingNode(http, "shield-1", "shield").applied(2);
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private Http.Answer warm(String more) {
    return http.post("/v1/warm", "{\"service\":\"shop\",\"urls\":[" + URL + "]" + more + "}");
  }

  @Test
  void edgesSayWhatBecameOfIt() {
    Http.Answer ordered = warm("");
    assertThat(ordered.status()).isEqualTo(202);
    String id = ordered.text("/id");
    String path = ordered.header("Location");
    assertThat(path).isEqualTo("/v1/warm/" + id);
    assertThat(ordered.text("/urls/0")).isEqualTo("http://a.example/p?q=1");
    assertThat(ordered.json().at("/rate").asInt()).isEqualTo(50);
    assertThat(states(ordered)).as("edges only").isEqualTo("fra-1=pending iad-1=pending");
    long sequence = ordered.json().at("/sequence").asLong();

    fra.applied(sequence);
    assertThat(states(http.get(path))).isEqualTo("fra-1=running iad-1=pending");

    String error = "{\"url\":\"http://a.example/p?q=1\",\"detail\":\"status 500\"}";
    fra.warmed(sequence, id, "{\"fetched\":1,\"failed\":0,\"skipped\":0}");
    iad.warmed(
        sequence, id, "{\"fetched\":0,\"failed\":1,\"skipped\":0,\"errors\":[" + error + "]}");
    Http.Answer done = http.get(path);
    assertThat(states(done)).isEqualTo("fra-1=complete iad-1=complete");
    assertThat(done.text("/state")).isEqualTo("complete");
    assertThat(done.json().at("/nodes/0/fetched").asInt()).isEqualTo(1);
    assertThat(done.text("/nodes/1/errors/0/detail")).isEqualTo("status 500");
    assertThat(http.get("/v1/warm").text("/items/0/id")).isEqualTo(id);
  }

  private static String states(Http.Answer warm) {
    StringBuilder states = new StringBuilder();
    for (JsonNode node : warm.json().at("/nodes")) {
      states.append(node.get("id").asText()).append('=').append(node.get("state").asText());
      states.append(' ');
    }
    return states.toString().strip();
  }

  @Test
  void onlyTheEdgesThatAreNamedFetch() {
    assertThat(states(warm(",\"pop\":\"iad\""))).isEqualTo("iad-1=pending");
    assertThat(states(warm(",\"nodes\":[\"fra-1\",\"fra-1\"]"))).isEqualTo("fra-1=pending");
  }

  @Test
  void receiptsOfOthersAreNotTaken() {
    Http.Answer ordered = warm(",\"pop\":\"iad\"");
    fra.warmed(3, ordered.text("/id"), "{\"fetched\":1,\"failed\":0,\"skipped\":0}");
    iad.warmed(3, "3-nosuchlog", "{\"fetched\":1,\"failed\":0,\"skipped\":0}");
    assertThat(states(http.get(ordered.header("Location")))).isEqualTo("iad-1=running");
  }

  @Test
  void nodeThatIsGoneIsNotWaitedFor() {
    String path = warm(",\"pop\":\"iad\"").header("Location");
    http.delete("/v1/nodes/iad-1");
    assertThat(http.get(path).text("/state")).isEqualTo("unconfirmed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"service":"shop","urls":["http://other.example/"]}              | /urls/0
          {"service":"shop","urls":["/path"]}                              | /urls/0
          {"service":"shop","urls":[]}                                     | /urls
          {"service":"shop","urls":"http://a.example/"}                    | /urls
          {"service":"shop"}                                               | /urls
          {"urls":["http://a.example/"]}                                   | /service
          {"service":"none","urls":["http://a.example/"]}                  | /service
          {"service":"shop","urls":["http://a.example/"],"rate":0}         | /rate
          {"service":"shop","urls":["http://a.example/"],"pop":"sin"}      | /pop
          {"service":"shop","urls":["http://a.example/"],"nodes":["x"]}    | /nodes/0
          {"service":"shop","urls":["http://a.example/"],"nodes":["shield-1"]} | /nodes/0
          {"service":"shop","urls":["http://a.example/"],"nodes":[]}       | /nodes
          {"service":"shop","urls":["http://a.example/"],"pop":"fra","nodes":["x"]} | /nodes
          {"service":"shop","urls":["http://a.example/"],"tags":["a"]}     | /tags
          """)
  void whatCannotBeIsRefusedAndNothingChanges(String body, String pointer) {
    long head = http.get("/v1/feed/snapshot").json().at("/sequence").asLong();
    Http.Answer refused = http.post("/v1/warm", body);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text("/errors/0/pointer")).isEqualTo(pointer);
    assertThat(http.get("/v1/feed/snapshot").json().at("/sequence").asLong()).isEqualTo(head);
    assertThat(http.get("/v1/warm").json().at("/items")).isEmpty();
  }

  @Test
  void moreThanAThousandUrlsAreRefused() {
    String urls =
        IntStream.range(0, 1_001)
            .mapToObj(i -> "\"http://a.example/" + i + "\"")
            .collect(Collectors.joining(","));
    Http.Answer refused = http.post("/v1/warm", "{\"service\":\"shop\",\"urls\":[" + urls + "]}");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text("/errors/0/pointer")).isEqualTo("/urls");
    assertThat(http.get("/v1/warm/3-abc").status()).isEqualTo(404);
  }
}
