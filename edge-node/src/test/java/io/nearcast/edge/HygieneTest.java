package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fields that this node adds, takes away and leaves alone. */
@Timeout(60)
final class HygieneTest {
  private static final String FRESH = "Cache-Control: max-age=60";

  @Test
  void whatComesFromTheOriginHasNoAge() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH, "ETag: \"a\"");
        TestNode edge = TestNode.edge(origin)) {
      assertThat(edge.get("/a").field("Age")).isNull();
      edge.settle().advanceSeconds(7);
      assertThat(edge.get("/a").field("Age")).isEqualTo("7");
      edge.advanceSeconds(60);
      origin.script(call -> call.reply(304, "", FRESH));
      assertThat(edge.get("/a").field("Age")).as("validated for this request").isNull();
      assertThat(edge.settle().get("/a").field("Age")).isEqualTo("0");
    }
  }

  @Test
  void whatAnUpstreamCacheSaysOfItsAgeGoesOn() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH, "Age: 20");
        TestNode edge = TestNode.edge(origin)) {
      assertThat(edge.get("/a").field("Age")).isEqualTo("20");
      edge.settle().advanceSeconds(7);
      assertThat(edge.get("/a").field("Age")).isEqualTo("27");
    }
  }

  @Test
  void surrogateControlEndsHereAndCdnCacheControlGoesOn() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "hello", "Surrogate-Control: max-age=60", "CDN-Cache-Control: max-age=60");
        TestNode shield = TestNode.shield(origin);
        TestNode edge = TestNode.edgeBefore(shield.url(), origin)) {
      for (int i = 0; i < 2; i++) {
        Message answer = edge.get("/a");
        assertThat(answer.field("Surrogate-Control")).isNull();
        assertThat(answer.field("CDN-Cache-Control")).isEqualTo("max-age=60");
        edge.settle();
        shield.settle();
      }
      assertThat(origin.requests()).as("the edge has heard both").hasSize(1);
      assertThat(edge.get("/a", "If-None-Match: x").field("Surrogate-Control")).isNull();
    }
  }

  @Test
  void originCannotSpeakAsATier() {
    String[] internal = {"Nearcast-As-Of: log;9", "nearcast-away: 1", "NEARCAST-X: y"};
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call ->
                call.reply(
                    call.head().target().equals("/a") ? 200 : 503,
                    "hello",
                    FRESH,
                    internal[0],
                    internal[1],
                    internal[2]));
        TestNode shield = TestNode.shield(origin);
        TestNode edge = TestNode.edgeBefore(shield.url(), origin);
        TestNode alone = TestNode.edge(origin)) {
      for (TestNode node : List.of(edge, alone)) {
        for (int i = 0; i < 2; i++) {
          Message answer = node.get("/a", "Nearcast-Min: -;0");
          assertThat(answer.hasFieldLike("Nearcast-X")).isFalse();
          assertThat(answer.hasFieldLike("Nearcast-Away")).isFalse();
          node.settle();
        }
        assertThat(node.get("/error").status()).isEqualTo(503);
        assertThat(node.get("/error").hasFieldLike("Nearcast")).isFalse();
      }
      shield.settle();
      // The error was asked for once through each edge: nobody went elsewhere because of the field.
      assertThat(origin.requests().stream().filter(seen -> seen.target().equals("/error")))
          .hasSize(2);
      assertThat(origin.requests()).noneMatch(seen -> seen.hasFieldLike("Nearcast"));
    }
  }

  @Test
  void clientCannotSpeakAsATier() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH);
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      Message answer = edge.settle().get("/a", "Nearcast-Min: log;99", "Nearcast-Ask: origin");
      assertThat(answer.field("Cache-Status")).contains("; hit");
      assertThat(answer.hasFieldLike("Nearcast")).isFalse();
    }
  }

  @Test
  void dateIsAddedAndServerIsNot() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH);
        TestNode edge = TestNode.edge(origin)) {
      Message answer = edge.get("/a");
      assertThat(answer.fields("Date")).hasSize(1);
      assertThat(answer.field("Server")).isNull();
      assertThat(edge.ask("PUT", "/a", "Content-Length: 0").fields("Date")).hasSize(1);
    }
  }

  @Test
  void proxyFieldsAndNamedFieldsStopHereBothWays() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "hello",
                FRESH,
                "Connection: X-Hop, Cache-Control",
                "X-Hop: 1",
                "Proxy-Authenticate: Basic",
                "Proxy-Status: a; error=b",
                "Upgrade: h2c");
        TestNode edge = TestNode.edge(origin)) {
      Message answer =
          edge.get(
              "/a",
              "Proxy-Authorization: Basic x",
              "Proxy-Connection: close",
              "Upgrade: h2c",
              "HTTP2-Settings: x",
              "Connection: Upgrade, HTTP2-Settings",
              "TE: trailers");
      Message seen = origin.request();
      for (String name : List.of("Proxy-", "Upgrade", "HTTP2", "TE", "Connection")) {
        assertThat(seen.hasFieldLike(name)).as(name).isFalse();
      }
      for (String name : List.of("X-Hop", "Proxy-Authenticate", "Upgrade", "Connection")) {
        assertThat(answer.hasFieldLike(name)).as(name).isFalse();
      }
      assertThat(answer.field("Cache-Control")).isEqualTo("max-age=60");
      assertThat(answer.field("Proxy-Status")).as("for whoever asks").isNotNull();
    }
  }

  @Test
  void originSeesTheClientThroughTwoTiers() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH);
        TestNode shield = TestNode.shield(origin);
        TestNode edge = TestNode.edgeBefore(shield.url(), origin)) {
      String request = Wire.request("GET", "/a", "X-Forwarded-For: 192.0.2.1");
      assertThat(Wire.ask(edge.address(), request).status()).isEqualTo(200);
      edge.settle();
      shield.settle();
      assertThat(origin.request().fields("X-Forwarded-For"))
          .containsExactly("192.0.2.1, 127.0.0.1, 127.0.0.1");
      assertThat(origin.request().field("CDN-Loop").split(",")).hasSize(2);
    }
  }
}
