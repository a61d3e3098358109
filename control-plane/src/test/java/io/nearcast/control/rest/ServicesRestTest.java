package io.nearcast.control.rest;

import static io.nearcast.control.rest.RunningControlPlane.service;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServicesRestTest {
  private static final String SHOP = "/v1/services/shop";

  private RunningControlPlane running;
  private Http http;

  @BeforeEach
  void start(@TempDir Path directory) {
    running = RunningControlPlane.in(directory);
    http = running.admin();
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void putMakesAServiceAndThenItsVersions() {
    Http.Answer created = http.put(SHOP, service("a.example"));
    Http.Answer changed = http.put(SHOP, service("a.example", "b.example"));

    assertThat(created.status()).isEqualTo(201);
    assertThat(created.header("Location")).isEqualTo(SHOP);
    assertThat(changed.status()).isEqualTo(200);
    assertThat(http.get(SHOP).text("/domains/1")).isEqualTo("b.example");
    JsonNode versions = http.get(SHOP + "/versions").json().at("/items");
    assertThat(versions).hasSize(2);
    assertThat(versions.at("/0/version").asInt()).isEqualTo(2);
    assertThat(versions.at("/0/active").asBoolean()).isTrue();
    assertThat(versions.at("/1/active").asBoolean()).isFalse();
  }

  @Test
  void identicalPutMakesNoVersion() {
    Http.Answer first = http.put(SHOP, service("a.example"));
    Http.Answer second = http.put(SHOP, service("A.example"));

    assertThat(second.status()).isEqualTo(200);
    assertThat(second.header("ETag")).isEqualTo(first.header("ETag")).startsWith("\"");
    assertThat(http.get(SHOP + "/versions").json().at("/items")).hasSize(1);
  }

  @Test
  void draftLeavesTheActiveVersionAndItsEtag() {
    http.put(SHOP, service("a.example"));
    String etag = http.get(SHOP).header("ETag");

    Http.Answer draft = http.put(SHOP + "?activate=false", service("b.example"));

    assertThat(draft.status()).isEqualTo(201);
    assertThat(draft.header("Location")).isEqualTo(SHOP + "/versions/2");
    assertThat(http.get(SHOP).header("ETag")).isEqualTo(etag);
    assertThat(http.get(SHOP).text("/domains/0")).isEqualTo("a.example");
    assertThat(http.put(SHOP + "?activate=false", service("b.example")).status()).isEqualTo(200);

    assertThat(http.post(SHOP + "/versions/2/activate", null).status()).isEqualTo(200);
    assertThat(http.get(SHOP).text("/domains/0")).isEqualTo("b.example");
  }

  @Test
  void draftOfANewServiceIsNotServed() {
    assertThat(http.put(SHOP + "?activate=false", service("a.example")).status()).isEqualTo(201);
    assertThat(http.get(SHOP).status()).isEqualTo(404);
    assertThat(http.get(SHOP + "/versions/1").text("/domains/0")).isEqualTo("a.example");
  }

  @Test
  void activatingAnOlderVersionRollsBack() {
    http.put(SHOP, service("a.example"));
    http.put(SHOP, service("b.example"));

    assertThat(http.post(SHOP + "/versions/1/activate", null).status()).isEqualTo(200);

    assertThat(http.get(SHOP).text("/domains/0")).isEqualTo("a.example");
    assertThat(http.get(SHOP + "/versions").json().at("/items")).hasSize(2);
    assertThat(http.post(SHOP + "/versions/3/activate", null).status()).isEqualTo(404);
  }

  @Test
  void domainOfAnotherServiceIsRefusedNamingIt() {
    http.put(SHOP, service("a.example"));

    Http.Answer refused = http.put("/v1/services/blog", service("b.example", "a.example"));

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text("/errors/0/pointer")).isEqualTo("/domains/1");
    assertThat(refused.text("/errors/0/detail")).contains("shop");
    assertThat(http.get("/v1/services/blog").status()).isEqualTo(404);
  }

  @Test
  void domainIsFreeAgainOnceItsServiceIsDeleted() {
    http.put(SHOP, service("a.example"));
    assertThat(http.delete(SHOP).status()).isEqualTo(204);
    assertThat(http.get(SHOP).status()).isEqualTo(404);
    assertThat(http.delete(SHOP).status()).isEqualTo(404);
    assertThat(http.put("/v1/services/blog", service("a.example")).status()).isEqualTo(201);
    assertThat(http.post(SHOP + "/versions/1/activate", null).status()).isEqualTo(422);
  }

  @Test
  void versionNumbersAreNotUsedTwice() {
    http.put(SHOP, service("a.example"));
    http.delete(SHOP);
    assertThat(http.put(SHOP, service("b.example")).status()).isEqualTo(201);
    assertThat(http.get(SHOP + "/versions").json().at("/items/0/version").asInt()).isEqualTo(2);
  }

  @Test
  void staleIfMatchChangesNothing() {
    String old = http.put(SHOP, service("a.example")).header("ETag");
    String now = http.put(SHOP, service("b.example"), "If-Match", old).header("ETag");

    assertThat(http.put(SHOP, service("c.example"), "If-Match", old).status()).isEqualTo(412);
    assertThat(http.delete(SHOP, "If-Match", old).status()).isEqualTo(412);
    assertThat(http.put(SHOP, service("c.example"), "If-None-Match", "*").status()).isEqualTo(412);
    assertThat(http.put("/v1/services/x", service("x.example"), "If-Match", "*").status())
        .isEqualTo(412);
    assertThat(http.get(SHOP).text("/domains/0")).isEqualTo("b.example");
    assertThat(http.delete(SHOP, "If-Match", "\"x\", " + now).status()).isEqualTo(204);
  }

  @Test
  void getWithTheKnownEtagIsNotModified() {
    String etag = http.put(SHOP, service("a.example")).header("ETag");
    Http.Answer answer = http.get(SHOP, "If-None-Match", etag);
    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.header("ETag")).isEqualTo(etag);
    assertThat(answer.bytes()).isEmpty();
  }

  @Test
  void nameThatDiffersFromThePathIsRefused() {
    String body = service("a.example").replaceFirst("\\{", "{\"name\": \"other\", ");
    Http.Answer refused = http.put(SHOP, body);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text("/errors/0/pointer")).isEqualTo("/name");
  }

  @Test
  void wrongFieldsAreAllNamed() {
    Http.Answer refused =
        http.put(
            SHOP,
            """
            {"domains": ["a b"], "colour": "red",
             "origins": [{"name": "main", "url": "ftp://x"}], "cache": {"defaultTtl": "2 min"}}\
            """);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(refused.json().at("/errors").findValuesAsText("pointer"))
        .contains("/colour", "/origins/0/url", "/cache/defaultTtl");
  }

  @Test
  void yamlIsReadWhereTheContentTypeSaysSo() {
    Http.Answer created =
        http.put(
            SHOP,
            """
            domains: [a.example]
            origins:
              - {name: main, url: "http://127.0.0.1:9"}
            cache: {defaultTtl: 2m}
            """,
            "Content-Type",
            "application/yaml");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.text("/cache/defaultTtl")).isEqualTo("2m");
  }

  @Test
  void diffSaysWhatDiffers() {
    http.put(SHOP, service("a.example"));
    http.put(
        SHOP,
        """
        {"domains": ["a.example", "b.example"], "cache": {"defaultTtl": "2m"},
         "origins": [{"name": "main", "url": "http://127.0.0.1:10"}]}\
        """);

    JsonNode changes = http.get(SHOP + "/diff?from=1&to=2").json().at("/changes");

    assertThat(changes.findValuesAsText("path"))
        .containsExactlyInAnyOrder("/cache/defaultTtl", "/domains/1", "/origins/0/url");
    for (JsonNode change : changes) {
      if (change.at("/path").asText().equals("/origins/0/url")) {
        assertThat(change.at("/from").asText()).isEqualTo("http://127.0.0.1:9");
        assertThat(change.at("/to").asText()).isEqualTo("http://127.0.0.1:10");
      } else {
        assertThat(change.has("from")).isFalse();
      }
    }
    assertThat(http.get(SHOP + "/diff?from=1").status()).isEqualTo(422);
    assertThat(http.get(SHOP + "/diff?from=1&to=9").status()).isEqualTo(404);
  }

  @Test
  void validateKeepsNothing() {
    String good = service("a.example").replaceFirst("\\{", "{\"name\": \"shop\", ");
    assertThat(http.post("/v1/validate", good).json().at("/valid").asBoolean()).isTrue();
    assertThat(http.get(SHOP).status()).isEqualTo(404);
    assertThat(http.post("/v1/validate", "{\"name\": \"shop\"}").status()).isEqualTo(422);
    assertThat(http.post("/v1/validate", "{").status()).isEqualTo(400);
  }

  @Test
  void pagesOfAListLeadThroughAllOfIt() {
    for (int i = 0; i < 7; i++) {
      http.put("/v1/services/s" + i, service("s" + i + ".example"));
    }
    List<String> names = new ArrayList<>();
    String cursor = "";
    int pages = 0;
    do {
      JsonNode page = http.get("/v1/services?limit=3" + cursor).json();
      names.addAll(names(page));
      cursor = page.at("/next").isNull() ? "" : "&cursor=" + page.at("/next").asText();
      pages++;
    } while (!cursor.isEmpty());
    assertThat(names).containsExactly("s0", "s1", "s2", "s3", "s4", "s5", "s6");
    assertThat(pages).isEqualTo(3);
    assertThat(http.get("/v1/services?cursor=%21").status()).isEqualTo(422);
    assertThat(http.get("/v1/services?limit=1001").status()).isEqualTo(422);
  }

  private static List<String> names(JsonNode page) {
    List<String> names = new ArrayList<>();
    page.at("/items").forEach(item -> names.add(item.at("/name").asText()));
    return names;
  }

  @Test
  void pagesOfVersionsLeadThroughAllOfThem() {
    for (int i = 0; i < 5; i++) {
      http.put(SHOP, service("v" + i + ".example"));
    }
    JsonNode first = http.get(SHOP + "/versions?limit=3").json();
    JsonNode second =
        http.get(SHOP + "/versions?limit=3&cursor=" + first.at("/next").asText()).json();
    assertThat(first.at("/items/2/version").asInt()).isEqualTo(3);
    assertThat(second.at("/items")).hasSize(2);
    assertThat(second.at("/items/1/version").asInt()).isEqualTo(1);
    assertThat(second.at("/next").isNull()).isTrue();
  }

  @Test
  void originsChangeTheActiveVersion() {
    http.put(SHOP, service("a.example"));
    String spare = SHOP + "/origins/spare";
    String url = "{\"url\": \"http://127.0.0.1:%d\", \"backup\": true}";

    Http.Answer created = http.put(spare, url.formatted(10));
    assertThat(created.status()).isEqualTo(201);
    assertThat(http.put(spare, url.formatted(10)).status()).isEqualTo(200);
    assertThat(http.put(spare, url.formatted(11), "If-Match", "\"x\"").status()).isEqualTo(412);
    assertThat(http.put(spare, url.formatted(11), "If-Match", created.header("ETag")).status())
        .isEqualTo(200);
    assertThat(http.get(spare).text("/url")).isEqualTo("http://127.0.0.1:11");
    assertThat(http.get(SHOP + "/versions").json().at("/items")).hasSize(3);

    Http.Answer last = http.delete(SHOP + "/origins/main");
    assertThat(last.status()).isEqualTo(422);
    assertThat(last.text("/errors/0/pointer")).isEqualTo("/origins");
    assertThat(http.delete(spare).status()).isEqualTo(204);
    assertThat(http.get(spare).status()).isEqualTo(404);
    assertThat(http.put("/v1/services/none/origins/a", url.formatted(1)).status()).isEqualTo(404);
  }

  @Test
  void popsAreKept() {
    String fra = "/v1/pops/fra";
    assertThat(http.put(fra, "{\"latitude\": 50.1, \"longitude\": 8.7}").status()).isEqualTo(201);
    assertThat(http.put(fra, "{\"latitude\": 50.1, \"longitude\": 8.7}").status()).isEqualTo(200);
    Http.Answer wrong = http.put(fra, "{\"latitude\": 91, \"longitude\": 8.7}");
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.text("/errors/0/pointer")).isEqualTo("/latitude");
    assertThat(http.get(fra).json().at("/latitude").asDouble()).isEqualTo(50.1);
    assertThat(http.get("/v1/pops").text("/items/0/name")).isEqualTo("fra");
    assertThat(http.delete(fra).status()).isEqualTo(204);
    assertThat(http.get(fra).status()).isEqualTo(404);
  }
}
