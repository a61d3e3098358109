package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.QueryPolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Service;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code GET /explain?url=}. */
@Timeout(60)
final class ExplainTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ScriptedOrigin origin =
      ScriptedOrigin.answering("v1", "Cache-Control: max-age=60", "Surrogate-Key: a b");
  private final TestNode edge = TestNode.edge(origin);

  @AfterEach
  void stop() {
    edge.close();
    origin.close();
  }

  private JsonNode explain(String target, String... fields) throws IOException {
    Message answer = edge.explain(target, fields);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static List<String> texts(JsonNode array) {
    return JSON.convertValue(
        array, JSON.getTypeFactory().constructCollectionType(List.class, String.class));
  }

  private Service service() {
    QueryPolicy query = new QueryPolicy(null, List.of("utm_*"), true);
    KeyPolicy key =
        new KeyPolicy(query, false, true, false, List.of("x-device"), List.of("cart"), false, 100);
    CachePolicy policy = new CachePolicy(null, Duration.ZERO, Duration.ZERO, key, false);
    return TestNode.service(origin, policy, new Rule("/api/*", new Rule.Action.Bypass()));
  }

  @Test
  void nothingStored() throws IOException {
    JsonNode said = explain("/a?b=c");
    assertThat(said.get("decision").asText()).isEqualTo("fetch from upstream");
    assertThat(said.get("reason").asText()).isEqualTo("uri-miss");
    assertThat(said.get("stored").asText()).isEqualTo("nothing");
    assertThat(said.get("key").asText()).isEqualTo("www.test/a?b=c");
    assertThat(said.get("rule").asText()).startsWith("none matches");
    assertThat(said.get("lease").asText()).startsWith("held");
    assertThat(said.get("fill").get("inProgress").asBoolean()).isFalse();
    assertThat(said.get("tiers").get(1).get("tier").asText()).isEqualTo("origin");
    assertThat(said.get("tiers").get(1).get("up").asBoolean()).isTrue();
  }

  @Test
  void arithmeticOfWhatIsFresh() throws IOException {
    origin.script(call ->
        call.reply(
            200,
            "v1",
            "Date: Tue, 14 Nov 2023 22:13:15 GMT",
            "Age: 7",
            "Cache-Control: public, s-maxage=60, max-age=5, stale-if-error=600"));
    edge.get("/a");
    edge.settle().advanceSeconds(20);
    JsonNode said = explain("/a");
    assertThat(said.get("decision").asText()).isEqualTo("serve from the cache");
    assertThat(said.get("stored").get("directedBy").asText()).isEqualTo("Cache-Control");
    assertThat(texts(said.get("freshness").get("steps")))
        .containsExactly(
            "apparent_age = max(0, response_time - date_value)"
                + " = max(0, 2023-11-14T22:13:20Z - 2023-11-14T22:13:15Z) = 5 s",
            "corrected_age_value = age_value + response_delay = 7 s, with Age: 7",
            "corrected_initial_age = max(apparent_age, corrected_age_value) = 7 s",
            "current_age = corrected_initial_age + (now - response_time) = 7 s + 20 s = 27 s",
            "freshness_lifetime = 60 s, s-maxage=60 of Cache-Control",
            "must-revalidate, proxy-revalidate or s-maxage: no client gets it stale",
            "freshness_lifetime - current_age = 33 s: fresh for 33 s more",
            "stale-while-revalidate: never",
            "stale-if-error: until it has been stale for 600 s");
    edge.advanceSeconds(40);
    assertThat(texts(explain("/a").get("freshness").get("steps")))
        .contains("freshness_lifetime - current_age = -7 s: stale for 7 s");
  }

  @Test
  void keyRuleAndWhatWasLeftOut() throws IOException {
    edge.serving(service());
    JsonNode said = explain("/a?z=1&utm_source=x&b=2", "X-Device: phone", "Cookie: cart=7; x=y");
    assertThat(said.get("key").asText()).isEqualTo("www.test/a?b=2&z=1");
    JsonNode made = said.get("keyMadeOf");
    assertThat(made.get("query").asText()).isEqualTo("all but utm_*, sorted by name");
    assertThat(texts(made.get("queryLeftOut"))).containsExactly("utm_source=x");
    assertThat(texts(made.get("more")))
        .containsExactly("scheme=http", "x-device=phone", "cookie:cart=7");
    JsonNode bypassed = explain("/api/x");
    assertThat(bypassed.get("rule").get("pointer").asText()).isEqualTo("/rules/0");
    assertThat(bypassed.get("reason").asText()).isEqualTo("bypass");
  }

  @Test
  void variantsAndWhichOneIsChosen() throws IOException {
    origin.script(
        call -> call.reply(200, "v1", "Cache-Control: max-age=60", "Vary: Accept-Encoding"));
    edge.get("/a", "Accept-Encoding: gzip");
    edge.settle().get("/a", "Accept-Encoding: br");
    edge.settle();
    JsonNode vary = explain("/a", "Accept-Encoding: gzip").get("vary");
    assertThat(vary.get("request").get("accept-encoding").asText()).isEqualTo("gzip");
    assertThat(texts(vary.get("storedVariants")))
        .containsExactly("accept-encoding=br", "accept-encoding=gzip *");
    assertThat(explain("/a").get("reason").asText()).isEqualTo("vary-miss");
  }

  @Test
  void purgesAndTags() throws IOException {
    edge.get("/a");
    edge.settle();
    edge.purge("{\"tags\":[\"b\"],\"soft\":true}");
    edge.purge("{\"urls\":[\"http://www.test/other\"]}");
    JsonNode said = explain("/a");
    assertThat(texts(said.get("tags"))).containsExactly("a", "b");
    assertThat(said.get("reason").asText()).isEqualTo("soft-purged");
    assertThat(texts(said.get("purges")))
        .containsExactly(
            "soft purge of this node's own by tag b, sequence 1: newer than what is stored");
  }

  @Test
  void whyTheLastAnswerWasNotStored() throws IOException {
    origin.script(call -> call.reply(200, "v1", "Cache-Control: max-age=60, private"));
    edge.get("/a");
    edge.settle();
    assertThat(explain("/a").get("fill").get("lastNotStored").asText()).isEqualTo("private");
  }

  @Test
  void nothingIsAskedCountedOrUsed() throws IOException {
    edge.get("/a");
    edge.settle();
    double requests = edge.metric("nearcast_requests_total");
    double fills = edge.metric("nearcast_fill_failures_total");
    explain("/a");
    explain("/b");
    assertThat(origin.requests()).hasSize(1);
    assertThat(edge.metric("nearcast_requests_total")).isEqualTo(requests);
    assertThat(edge.metric("nearcast_fill_failures_total")).isEqualTo(fills);
    assertThat(edge.engine().fillsInProgress()).isZero();
    assertThat(edge.engine().parts().store().stats().responses()).isEqualTo(1);
  }

  @Test
  void badHeadersAreNamed() {
    assertThat(edge.explain("/a", "no colon").status()).isEqualTo(422);
    assertThat(edge.explain("/a", "a b: c").text()).contains("NAME:VALUE");
    assertThat(edge.explain("/a", "a: b\r\nc: d").text()).contains("line end");
    assertThat(edge.explain("/a", "a: " + "x".repeat(9_000)).status()).isEqualTo(422);
    String[] many = new String[65];
    java.util.Arrays.fill(many, "a: b");
    assertThat(edge.explain("/a", many).text()).contains("at most 64");
  }

  @Test
  void shieldThatWouldBeAskedIsNamedWithWhatItWouldHear() throws IOException {
    try (TestNode shield = TestNode.shield(origin);
        TestNode before = TestNode.edgeBefore(shield.url(), origin)) {
      Message answer = before.explain("/a");
      JsonNode tiers = JSON.readTree(answer.body()).get("tiers");
      assertThat(tiers).hasSize(3);
      assertThat(tiers.get(0).get("says").asText()).isEqualTo("uri-miss");
      assertThat(tiers.get(1).get("tier").asText()).isEqualTo("shield");
      assertThat(texts(tiers.get(1).get("asked"))).containsExactly("Nearcast-Min: -;0");
      assertThat(tiers.get(2).get("tier").asText()).isEqualTo("origin");
    }
  }
}
