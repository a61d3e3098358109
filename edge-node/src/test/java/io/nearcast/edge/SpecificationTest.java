package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.rules.HttpDate;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sentences of the specifications over sockets, each at an edge alone and through edge and shield:
 * a second tier must change nothing that a client can see but the members of the path.
 */
@Timeout(60)
final class SpecificationTest {
  private static final long NOW = 1_700_000_000_000L;

  /** What stands before the origin. */
  enum SetUp {
    EDGE,
    EDGE_AND_SHIELD
  }

  private final ScriptedOrigin origin = ScriptedOrigin.answering("v1");
  private final List<TestNode> nodes = new ArrayList<>();

  private TestNode start(SetUp setUp) {
    if (setUp == SetUp.EDGE) {
      nodes.add(TestNode.edge(origin));
    } else {
      nodes.add(TestNode.shield(origin));
      nodes.add(TestNode.edgeBefore(nodes.getFirst().url(), origin));
    }
    return nodes.getLast();
  }

  @AfterEach
  void stop() {
    nodes.reversed().forEach(TestNode::close);
    origin.close();
  }

  private void settle() {
    nodes.reversed().forEach(TestNode::settle);
  }

  private void advanceSeconds(long seconds) {
    settle();
    nodes.forEach(node -> node.advanceSeconds(seconds));
  }

  /** A field such as {@code Date: @-5} is of five seconds ago. */
  private static String[] dated(String fields) {
    return Stream.of(fields.split("\\|", -1))
        .map(String::strip)
        .map(field -> {
          int at = field.indexOf(": @");
          return at < 0
              ? field
              : field.substring(0, at + 2)
                  + HttpDate.format(NOW + 1_000 * Long.parseLong(field.substring(at + 3)));
        })
        .toArray(String[]::new);
  }

  /** Whether a second request a moment later reaches the origin, by the response to the first. */
  private static final String[][] RESPONSES = {
    // RFC 9213 section 2.1: "a Dictionary Structured Field"; 2.2: it counts, and the others not.
    {"reused", "CDN-Cache-Control: max-age=60"},
    {"reused", "CDN-Cache-Control: max-age=60 | Cache-Control: no-store"},
    {"reused", "CDN-Cache-Control: max-age=60 | Cache-Control: max-age=0 | Expires: @-9"},
    {"reused", "CDN-Cache-Control: max-age=60, x=y;z | Expires: 0"},
    {"reused", "CDN-Cache-Control: max-age=99999999999"},
    {"asked", "CDN-Cache-Control: max-age=0 | Cache-Control: max-age=60 | Expires: @60"},
    {"asked", "CDN-Cache-Control: no-store | Cache-Control: max-age=60"},
    {"asked", "CDN-Cache-Control: no-cache | Cache-Control: max-age=60"},
    {"asked", "CDN-Cache-Control: private | Cache-Control: max-age=60"},
    {"asked", "CDN-Cache-Control: max-age=60 | Age: 61"},
    // "fails to parse ... MUST be ignored", RFC 9651 sections 3.2 and 4.2.
    {"reused", "CDN-Cache-Control: max-age=\"0\", @ | Cache-Control: max-age=60"},
    {"reused", "CDN-Cache-Control: MaX-aGe=0 | Cache-Control: max-age=60"},
    {"reused", "CDN-Cache-Control: max-age =0 | Cache-Control: max-age=60"},
    {"asked", "CDN-Cache-Control: max-age= 60 | Cache-Control: max-age=0"},
    // RFC 9111 section 5.1: "SHOULD use the first member", "SHOULD ignore the field".
    {"reused", "Cache-Control: max-age=60 | Age: abc"},
    {"reused", "Cache-Control: max-age=60 | Age: -7200"},
    {"reused", "Cache-Control: max-age=60 | Age: 7200.0"},
    {"reused", "Cache-Control: max-age=60 | Age: 0, 7200"},
    {"reused", "Cache-Control: max-age=60 | Age: 0 | Age: 7200"},
    {"reused", "Cache-Control: max-age=60 | Age: 59, 59"},
    {"asked", "Cache-Control: max-age=60 | Age: 7200, 0"},
    {"asked", "Cache-Control: max-age=60 | Age: 7200 | Age: 0"},
    {"asked", "Cache-Control: max-age=60 | Age: 99999999999"},
    // Section 4.2.2: a share of the time since Last-Modified, where no lifetime is stated.
    {"reused", "Date: @0 | Last-Modified: @-3600"},
    {"reused", "Date: @0 | Last-Modified: @-31536000"},
    {"asked", "Date: @0 | Last-Modified: @-3600 | Cache-Control: max-age=0"},
    {"asked", "Date: @0 | Last-Modified: @60"},
    {"asked", "Date: @0 | ETag: \"1\""},
    {"asked", "Date: @0"},
    // Section 4.2.1: "use its value minus the value of the Date".
    {"reused", "Date: @-600 | Expires: @600"},
    {"asked", "Date: @-600 | Expires: @-1"},
    {"asked", "Date: @0 | Expires: @0"},
    {"asked", "Date: @0 | Expires: soon"},
    // Section 4.2.3: apparent_age, from a clock that is behind.
    {"asked", "Date: @-61 | Cache-Control: max-age=60"},
    {"reused", "Date: @61 | Cache-Control: max-age=60"},
    // Section 5.2.2.
    {"reused", "Cache-Control: max-age=0, s-maxage=60"},
    {"asked", "Cache-Control: max-age=60, s-maxage=0"},
    {"asked", "Cache-Control: max-age=60, no-cache"},
    {"asked", "Cache-Control: max-age=60 | Vary: *"},
    {"reused", "Cache-Control: no-store, must-understand, max-age=60"},
  };

  @ParameterizedTest
  @EnumSource
  void laterRequestIsAnsweredFromTheCacheWhereItMayBe(SetUp setUp) {
    TestNode edge = start(setUp);
    origin.script(call -> call.reply(200, "v1", dated(RESPONSES[row(call.head())][1])));
    for (int round = 0; round < 2; round++) {
      for (int row = 0; row < RESPONSES.length; row++) {
        assertThat(edge.get("/" + row).text()).isEqualTo("v1");
      }
      settle();
    }
    SoftAssertions.assertSoftly(softly -> {
      for (int i = 0; i < RESPONSES.length; i++) {
        int row = i;
        softly
            .assertThat(origin.requests().stream().filter(request -> row(request) == row))
            .as("requests for what came with %s", RESPONSES[row][1])
            .hasSize(RESPONSES[row][0].equals("reused") ? 1 : 2);
      }
    });
  }

  private static int row(Message request) {
    return Integer.parseInt(request.target().substring(1));
  }

  @ParameterizedTest
  @EnumSource
  void ageIsTheSumOfAllThatItHasBeenOnItsWay(SetUp setUp) {
    // RFC 9111 section 4.2.3, from an origin that is a cache itself.
    TestNode edge = start(setUp);
    origin.script(
        call -> call.reply(200, "v1", dated("Date: @0|Cache-Control: max-age=60|Age: 7")));
    assertThat(edge.get("/a").field("Age")).isEqualTo("7");
    advanceSeconds(10);
    Message hit = edge.get("/a");
    assertThat(hit.fields("Age")).containsExactly("17");
    assertThat(hit.field("Cache-Status")).contains("; hit; ttl=43;");
    advanceSeconds(43);
    assertThat(edge.get("/a").field("Cache-Status")).contains("fwd=stale");
  }

  @ParameterizedTest
  @EnumSource
  void dateIsTheOriginsUntilTheOriginIsAskedAgain(SetUp setUp) {
    // RFC 9110 section 6.6.1.
    TestNode edge = start(setUp);
    origin.script(
        call -> call.reply(200, "v1", dated("Date: @-3|Cache-Control: max-age=60|ETag: \"1\"")));
    edge.get("/a");
    advanceSeconds(20);
    assertThat(edge.get("/a").fields("Date")).containsExactly(HttpDate.format(NOW - 3_000));
    advanceSeconds(40);
    origin.script(
        call -> call.reply(304, "", dated("Date: @60|Cache-Control: max-age=60|ETag: \"1\"")));
    Message validated = edge.get("/a");
    assertThat(validated.text()).isEqualTo("v1");
    assertThat(validated.fields("Date")).containsExactly(HttpDate.format(NOW + 60_000));
    assertThat(validated.field("Age")).isIn(null, "0");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsOldAtTheShieldIsAsOldAtTheEdge(SetUp setUp) {
    TestNode edge = start(setUp);
    origin.script(call -> call.reply(200, "v1", dated("Date: @0|Cache-Control: max-age=60")));
    nodes.getFirst().get("/a");
    advanceSeconds(50);
    Message first = edge.get("/a");
    assertThat(first.field("Age")).isEqualTo("50");
    assertThat(first.field("Cache-Status")).contains("; ttl=10;");
    advanceSeconds(10);
    origin.script(call -> call.reply(200, "v2", "Cache-Control: max-age=60"));
    assertThat(edge.get("/a").text()).isEqualTo("v2");
  }

  @ParameterizedTest
  @EnumSource
  void a304UpdatesAllThatIsStored(SetUp setUp) {
    // RFC 9111 section 3.2.
    TestNode edge = start(setUp);
    origin.script(call ->
        call.reply(
            200,
            "v1",
            dated(
                "Date: @0|Cache-Control: max-age=1|ETag: \"1\"|Content-Type: text/plain"
                    + "|Content-Language: de|X-Kept: old|X-New: old")));
    edge.get("/a");
    advanceSeconds(5);
    origin.script(call ->
        call.reply(
            304,
            "",
            dated(
                "Date: @5|Cache-Control: max-age=60|ETag: \"1\"|Content-Type: text/html"
                    + "|Content-Language: en|X-New: new")));
    for (int i = 0; i < 2; i++) {
      Message answer = edge.get("/a");
      settle();
      assertThat(answer.text()).isEqualTo("v1");
      assertThat(answer.fields("Content-Type")).containsExactly("text/html");
      assertThat(answer.fields("Content-Language")).containsExactly("en");
      assertThat(answer.fields("X-Kept")).containsExactly("old");
      assertThat(answer.fields("X-New")).containsExactly("new");
      assertThat(answer.fields("Content-Length")).containsExactly("2");
    }
    assertThat(origin.requests()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void interimResponsesArePassedOnAndLeaveNothingBehind(SetUp setUp) {
    // RFC 9110 section 15.2, RFC 8297; RFC 9111 section 3: only "final" ones are stored.
    TestNode edge = start(setUp);
    origin.script(call ->
        call.send("HTTP/1.1 102 Processing\r\nX-Interim: a\r\n\r\n")
            .send("HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n")
            .reply(200, "v1", "Cache-Control: max-age=60"));
    try (Wire wire = edge.connect().send(Wire.request("GET", "/a"))) {
      Message processing = wire.readHead();
      assertThat(processing.status()).isEqualTo(102);
      Message hints = wire.readHead();
      assertThat(hints.status()).isEqualTo(103);
      assertThat(hints.field("Link")).isEqualTo("</s.css>; rel=preload");
      Message last = wire.read();
      assertThat(last.text()).isEqualTo("v1");
      assertThat(last.hasFieldLike("X-Interim")).isFalse();
      settle();
      Message hit = wire.send(Wire.request("GET", "/a")).read();
      assertThat(hit.status()).isEqualTo(200);
      assertThat(hit.hasFieldLike("Link")).isFalse();
      assertThat(hit.hasFieldLike("X-Interim")).isFalse();
    }
    assertThat(origin.requests()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void cdnCacheControlGoesToWhoeverComesNext(SetUp setUp) {
    // RFC 9213 section 2.1: it may be passed on, for caches further down may be targets too.
    TestNode edge = start(setUp);
    origin.script(
        call -> call.reply(200, "v1", "CDN-Cache-Control: max-age=60", "Cache-Control: no-store"));
    edge.get("/a");
    settle();
    Message hit = edge.get("/a");
    assertThat(hit.field("CDN-Cache-Control")).isEqualTo("max-age=60");
    assertThat(hit.field("Cache-Control")).isEqualTo("no-store");
  }

  @ParameterizedTest
  @EnumSource
  void staleIsServedOnlyWhereTheResponseAllowsIt(SetUp setUp) {
    // RFC 9111 section 4.2.4, RFC 5861.
    TestNode edge = start(setUp);
    String[] lifetimes = {
      "max-age=1", "max-age=1, must-revalidate, stale-if-error=60", "max-age=1, stale-if-error=60"
    };
    for (int i = 0; i < lifetimes.length; i++) {
      String lifetime = lifetimes[i];
      origin.script(call -> call.reply(200, "v1", "Cache-Control: " + lifetime));
      edge.get("/" + i);
    }
    advanceSeconds(5);
    origin.script(call -> call.reply(503, "down", "Cache-Control: no-store"));
    assertThat(edge.get("/0").status()).isEqualTo(503);
    assertThat(edge.get("/1").status()).isEqualTo(503);
    assertThat(edge.get("/2").text()).isEqualTo("v1");
    origin.script(ScriptedOrigin.Call::cut);
    assertThat(edge.get("/0").status()).isEqualTo(502);
    assertThat(edge.get("/1").status()).isEqualTo(502);
    assertThat(edge.get("/2").text()).isEqualTo("v1");
    advanceSeconds(60);
    assertThat(edge.get("/2").status()).isEqualTo(502);
  }
}
