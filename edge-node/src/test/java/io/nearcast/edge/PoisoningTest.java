package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.QueryPolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one client sends never changes what is stored for another. */
@Timeout(60)
final class PoisoningTest {
  private static final String FRESH = "Cache-Control: max-age=60";

  /** Answers with all that it was sent, as an origin that builds its pages from it. */
  private static ScriptedOrigin echo(String... fields) {
    return ScriptedOrigin.start(call ->
        call.reply(
            200, call.head().startLine() + call.head().lines() + call.readBody().text(), fields));
  }

  private static CachePolicy keyed(boolean scheme, boolean port, String... headers) {
    KeyPolicy key =
        new KeyPolicy(
            QueryPolicy.DEFAULT, false, scheme, port, List.of(headers), List.of(), false, 100);
    return new CachePolicy(null, Duration.ZERO, Duration.ZERO, key, false);
  }

  private static final List<String> NAMES =
      List.of(
          "X-Forwarded-Host",
          "X-Forwarded-Proto",
          "X-Forwarded-Scheme",
          "X-Forwarded-Port",
          "X-Forwarded-Prefix",
          "X-Forwarded-Path",
          "X-Forwarded-Server",
          "X-Forwarded-SSL",
          "X-Host",
          "X-Original-Host",
          "X-Original-URL",
          "X-Rewrite-URL",
          "X-HTTP-Method",
          "X-HTTP-Method-Override",
          "X-Method-Override",
          "Forwarded",
          "Front-End-Https",
          "Base-Url",
          "Proxy",
          "x-forwarded-HOST",
          "X_Forwarded_Host",
          "X_Forwarded_For",
          "Content_Length",
          "Nearcast_Min",
          "Nearcast-Min");

  @Test
  void fieldThatTheKeyDoesNotHaveStaysHere() {
    try (ScriptedOrigin origin = echo(FRESH);
        TestNode edge = TestNode.edge(origin)) {
      for (String name : NAMES) {
        String path = "/" + name.length() + name;
        assertThat(edge.get(path, name + ": evil").text()).as(name).doesNotContain("evil");
        // Passed requests are no exception: an origin is to see the same of every client.
        Message put = edge.ask("PUT", path, "Content-Length: 0", name + ": evil");
        assertThat(put.text().contains("evil"))
            .as(name)
            .isEqualTo(name.toLowerCase(Locale.ROOT).contains("method"));
      }
    }
  }

  @Test
  void fieldThatOriginsTakeForOneWithADashStaysHere() {
    try (ScriptedOrigin origin = echo(FRESH);
        TestNode edge = TestNode.edge(origin)) {
      assertThat(edge.get("/a", "X_Device: evil").text()).doesNotContain("evil");
      assertThat(edge.get("/b", "Accept_Language: evil").text()).doesNotContain("evil");
    }
  }

  @Test
  void fieldThatTheKeyHasGoesUpstreamAndHasCopiesOfItsOwn() {
    try (ScriptedOrigin origin = echo(FRESH);
        TestNode shield = TestNode.shield(origin);
        TestNode edge = TestNode.edgeBefore(shield.url(), origin)) {
      for (TestNode node : List.of(shield, edge)) {
        node.serving(TestNode.service(origin, keyed(false, true, "X-Forwarded-Host")));
      }
      assertThat(edge.get("/a", "X-Forwarded-Host: b").text()).contains("X-Forwarded-Host: b");
      assertThat(edge.settle().get("/a", "X-Forwarded-Host: c").text()).contains("Host: c");
      assertThat(edge.settle().get("/a").text()).doesNotContain("X-Forwarded-Host");
      assertThat(edge.settle().get("/a", "X-Forwarded-Host: b").text()).contains("Host: b");
      assertThat(origin.requests()).hasSize(3);
      shield.settle();
    }
  }

  @Test
  void schemeIsToldWhereItHasCopiesOfItsOwn() {
    try (ScriptedOrigin origin = echo(FRESH);
        TestNode shield = TestNode.shield(origin);
        TestNode edge = TestNode.edgeBefore(shield.url(), origin)) {
      for (TestNode node : List.of(shield, edge)) {
        node.serving(TestNode.service(origin, keyed(true, true)));
      }
      String secure = "GET https://www.test/a HTTP/1.1\r\nHost: x\r\n\r\n";
      assertThat(edge.get("/a", "X-Forwarded-Proto: https").text())
          .contains("X-Forwarded-Proto: http,");
      // As a connection through TLS has it; the shield is spoken to without.
      assertThat(Wire.ask(edge.settle().address(), secure).text())
          .contains("X-Forwarded-Proto: https,");
      assertThat(edge.settle().get("/a").text()).contains("X-Forwarded-Proto: http,");
      assertThat(origin.requests()).hasSize(2);
      shield.settle();
    }
  }

  @Test
  void hostIsSentAsTheKeyHasIt() {
    try (ScriptedOrigin origin = echo(FRESH);
        TestNode edge = TestNode.edge(origin)) {
      for (String host : List.of("www.test:1337", "WWW.test", "www.test:80", "www.test:")) {
        String request = "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        String sent = host.endsWith("1337") ? host : "www.test";
        assertThat(Wire.ask(edge.address(), request).text()).contains("[Host: " + sent + ",");
        edge.settle();
      }
      assertThat(origin.requests()).hasSize(2);
    }
  }

  @Test
  void portIsNotToldWhereItDoesNotCount() {
    try (ScriptedOrigin origin = echo(FRESH);
        TestNode edge = TestNode.edge(origin)) {
      edge.serving(TestNode.service(origin, keyed(false, false)));
      String request = "GET /a HTTP/1.1\r\nHost: www.test:1337\r\n\r\n";
      assertThat(Wire.ask(edge.address(), request).text()).contains("[Host: www.test,");
      assertThat(edge.settle().get("/a").field("Cache-Status")).contains("; hit");
    }
  }

  @Test
  void bodyOfGetIsNotAnsweredBy() {
    try (ScriptedOrigin origin = echo(FRESH);
        TestNode edge = TestNode.edge(origin);
        Wire wire = edge.connect()) {
      edge.serving(
          TestNode.service(
              origin, CachePolicy.DEFAULT, new Rule("/past/*", new Rule.Action.Bypass())));
      for (String framed :
          List.of(
              Wire.request("GET", "/a", "Content-Length: 4", "Expect: 100-continue") + "evil",
              Wire.request("GET", "/b", "Transfer-Encoding: chunked") + "4\r\nevil\r\n0\r\n\r\n")) {
        Message answer = wire.send(framed).read();
        assertThat(answer.text()).doesNotContain("evil", "Content-Length", "Transfer-", "Expect");
        edge.settle();
      }
      assertThat(edge.get("/a").text()).doesNotContain("evil");
      // Where nothing is stored the origin may have it.
      wire.send(Wire.request("GET", "/past/a", "Content-Length: 4") + "kept");
      assertThat(wire.read().text()).endsWith("kept");
    }
  }

  @Test
  void bodyOfGetThatGoesAloneIsNotAnsweredBy() {
    try (ScriptedOrigin origin = echo("Cache-Control: no-store");
        TestNode edge = TestNode.edge(origin);
        Wire wire = edge.connect()) {
      edge.get("/a");
      // From now on requests for it do not wait for each other, but it may be stored again.
      origin.script(call -> call.reply(200, call.readBody().text(), FRESH));
      wire.send(Wire.request("GET", "/a", "Content-Length: 4") + "evil");
      assertThat(wire.read().text()).isEmpty();
      assertThat(edge.settle().get("/a").text()).isEmpty();
    }
  }

  @Test
  void connectionCannotTakeOffWhatSelectsTheAnswer() {
    try (ScriptedOrigin origin = echo(FRESH, "Vary: Accept-Language");
        TestNode edge = TestNode.edge(origin)) {
      edge.serving(TestNode.service(origin, keyed(false, true, "X-Country")));
      // The origin answers without the language, so that is not stored for those who want it.
      edge.get(
          "/a", "Accept-Language: de", "Connection: Accept-Language, X-Country", "X-Country: x");
      assertThat(edge.settle().get("/a", "Accept-Language: de").text()).contains("Language: de");
      assertThat(edge.settle().get("/a", "X-Country: x").text()).contains("X-Country: x");
      assertThat(edge.settle().get("/a").field("Cache-Status")).contains("; hit");
    }
  }

  @Test
  void answerToAnotherMethodThanTheLineSaysIsNotStored() {
    try (ScriptedOrigin origin = echo(FRESH, "Content-Location: /a");
        TestNode edge = TestNode.edge(origin)) {
      edge.ask("POST", "/a", "Content-Length: 0", "X-HTTP-Method-Override: DELETE");
      assertThat(edge.settle().get("/a").text()).startsWith("GET");
      edge.ask("POST", "/a", "Content-Length: 0");
      assertThat(edge.settle().get("/a").text()).as("without it it is").startsWith("POST");
    }
  }

  @Test
  void pathHasOneForm() {
    try (ScriptedOrigin origin = echo(FRESH);
        TestNode edge = TestNode.edge(origin)) {
      for (String target : List.of("/x/../%61", "/%61", "/./a", "http://WWW.test:80/a")) {
        assertThat(edge.get(target).text()).startsWith("GET /a HTTP");
        assertThat(edge.settle().get("/a").field("Cache-Status")).contains("; hit");
        String urls = "{\"urls\": [\"http://www.test/y/../%61\"]}";
        assertThat(edge.purge(urls).text()).contains("\"matched\" : 1");
      }
      assertThat(origin.requests()).hasSize(4);
    }
  }

  @Test
  void noWayRoundARuleThatSaysBypass() {
    try (ScriptedOrigin origin = echo(FRESH);
        TestNode edge = TestNode.edge(origin)) {
      edge.serving(
          TestNode.service(
              origin, CachePolicy.DEFAULT, new Rule("/private/*", new Rule.Action.Bypass())));
      for (String target :
          List.of("/api/../private/a", "/%70rivate/a", "//private/a", "/private;x/a")) {
        assertThat(edge.get(target).field("Cache-Status")).contains("detail=bypass");
      }
    }
  }
}
