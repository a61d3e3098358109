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
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be is refused clearly, and nothing changes. */
final class BadPurgesRestTest {
  private static final String REPORT =
      """
      {"boot":"b","role":"edge","pop":"fra","address":"127.0.0.1:8080","state":"serving",\
      "log":"LOG","appliedSequence":SEQUENCE}\
      """;

  private RunningControlPlane running;
  private Http http;
  private JsonNode before;

  @BeforeEach
  void start(@TempDir Path directory) {
    running = RunningControlPlane.in(directory);
    http = running.admin();
    http.put("/v1/services/shop", service("a.example"));
    before = http.get("/v1/feed/snapshot").json();
  }

  @AfterEach
  void nothingHasChanged() {
    try {
      assertThat(http.get("/v1/feed/snapshot").json()).isEqualTo(before);
      assertThat(http.get("/v1/purges").json().at("/items")).isEmpty();
    } finally {
      running.close();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"service":"shop","urls":["http://b.example/"]}         | /urls/0     | a.example
          {"service":"shop","prefixes":["http://b.example/x"]}    | /prefixes/0 | a.example
          {"service":"shop","hosts":["b.example"]}                | /hosts/0    | a.example
          {"service":"shop","hosts":["*.example"]}                | /hosts/0    | a.example
          {"service":"shop","urls":["ftp://a.example/"]}          | /urls/0     | http://HOST/PATH
          {"service":"shop","urls":[]}                            | /urls       | 1 to 1000
          {"service":"shop","tags":[]}                            | /tags       | 1 to 1000
          {"service":"shop","tags":["a b"]}                       | /tags/0     | one tag per entry
          {"service":"shop","tags":[""]}                          | /tags/0     | 1 to 1024 bytes
          {"service":"shop","tags":"a"}                           | /tags       | list
          {"service":"shop","tags":[1]}                           | /tags/0     | string
          {"service":"shop","tags":["a"],"soft":"yes"}            | /soft       | true or false
          {"service":"shop","everything":"yes"}                   | /everything | true or false
          {"service":"shop","tags":["a"],"hard":true}             | /hard       | unknown
          {"service":7,"tags":["a"]}                              | /service    | string
          {"tags":["a"]}                                          | /service    | missing
          """)
  void wrongSelectorIsNamed(String body, String pointer, String detail) {
    Http.Answer refused = http.post("/v1/purges", body);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text("/errors/0/pointer")).isEqualTo(pointer);
    assertThat(refused.text("/errors/0/detail")).contains(detail);
  }

  @ParameterizedTest
  @ValueSource(strings = {"urls", "tags", "prefixes", "hosts"})
  void moreThanAThousandSelectorsAreTooMany(String kind) {
    String word =
        kind.equals("tags") ? "t" : kind.equals("hosts") ? "a.example" : "http://a.example/";
    String all =
        IntStream.range(0, 1_001)
            .mapToObj(i -> '"' + word + (kind.equals("hosts") ? "" : i) + '"')
            .collect(Collectors.joining(","));
    Http.Answer refused =
        http.post("/v1/purges", "{\"service\":\"shop\",\"" + kind + "\":[" + all + "]}");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text("/errors/0/pointer")).isEqualTo("/" + kind);
  }

  @Test
  void bodyThatIsTooLargeIsNotRead() {
    String tag = "x".repeat(1_000);
    String all =
        IntStream.range(0, 1_100).mapToObj(_ -> '"' + tag + '"').collect(Collectors.joining(","));
    Http.Answer refused = http.post("/v1/purges", "{\"service\":\"shop\",\"tags\":[" + all + "]}");
    assertThat(refused.status()).isEqualTo(413);
    assertThat(http.post("/v1/purges", "{\"service\":").status()).isEqualTo(400);
    assertThat(http.post("/v1/purges", "[]").status()).isEqualTo(422);
  }

  @Test
  void nodeCannotHaveAppliedWhatTheLogDoesNotHave() {
    Http.Answer refused = report("one", before.at("/log").asText(), 3);
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text("/detail")).contains("ends at 2");
    assertThat(http.get("/v1/nodes").json().at("/items")).as("it is no member").isEmpty();
    assertThat(report("two", before.at("/log").asText(), 2).status()).isEqualTo(200);
    assertThat(report("three", before.at("/log").asText(), -1).status()).isEqualTo(422);
  }

  @Test
  void sequencesOfAnotherLogAreNotCompared() {
    Http.Answer other = report("one", "another", 3_000);
    assertThat(other.status()).isEqualTo(200);
    assertThat(http.get("/v1/nodes/one").json().at("/appliedSequence").asLong()).isZero();
    assertThat(http.get("/v1/feed?after=1&log=another").status()).isEqualTo(410);
  }

  private Http.Answer report(String id, String log, long sequence) {
    return http.post(
        "/v1/nodes/" + id + "/report",
        REPORT.replace("LOG", log).replace("SEQUENCE", String.valueOf(sequence)));
  }

  @Test
  void feedFromTheFutureIsGone() {
    String log = before.at("/log").asText();
    assertThat(http.get("/v1/feed?after=3&log=" + log).status()).isEqualTo(410);
    assertThat(http.get("/v1/feed?after=-1&log=" + log).status()).isEqualTo(422);
    assertThat(http.get("/v1/feed?after=x&log=" + log).status()).isEqualTo(422);
  }
}
