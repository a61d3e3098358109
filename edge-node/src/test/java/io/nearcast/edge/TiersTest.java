package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.feed.Selector;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import io.nearcast.edge.upstream.Target;
import io.nearcast.edge.upstream.Upstreams;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An edge before a shield before an origin, and purges that reach them at different times. */
@Timeout(60)
final class TiersTest {
  private static final String FRESH = "Cache-Control: max-age=60";
  private static final Selector A = new Selector.Url("www.test", "/a");

  private ScriptedOrigin origin;
  private TestNode shield;
  private TestNode edge;
  private ScriptedFeed atShield;
  private ScriptedFeed atEdge;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.answering("v1", FRESH, "Surrogate-Key: t");
    shield = TestNode.shield(origin);
    edge = TestNode.edgeBefore(shield.url(), origin);
    atShield = follow(shield, "log", 10);
    atEdge = follow(edge, "log", 10);
  }

  private ScriptedFeed follow(TestNode node, String log, long sequence) {
    return new ScriptedFeed(node)
        .snapshot(log, sequence, TestNode.service(origin, CachePolicy.DEFAULT));
  }

  @AfterEach
  void stop() {
    atEdge.close();
    atShield.close();
    edge.close();
    shield.close();
    origin.close();
  }

  private String get(String target) {
    Message answer = edge.get(target);
    edge.settle();
    shield.settle();
    return answer.status() == 200 ? answer.text() : "" + answer.status();
  }

  private void originSays(String body) {
    origin.script(call -> call.reply(200, body, FRESH, "Surrogate-Key: t"));
  }

  @Test
  void eachTierHasItsMemberOfCacheStatus() {
    Message miss = edge.get("/a");
    assertThat(miss.field("Cache-Status"))
        .isEqualTo(
            "nearcast; fwd=uri-miss; fwd-status=200; stored; ttl=60; key=\"www.test/a\","
                + " nearcast; fwd=uri-miss; fwd-status=200; stored; ttl=60; key=\"www.test/a\"");
    assertThat(miss.field("Via")).isEqualTo("1.1 nearcast, 1.1 nearcast");
    assertThat(origin.request().field("Via")).isEqualTo("1.1 nearcast, 1.1 nearcast");
    assertThat(origin.request().field("X-Forwarded-For")).isEqualTo("127.0.0.1, 127.0.0.1");
    assertThat(get("/a")).isEqualTo("v1");
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void whatTiersSayToEachOtherStaysBetweenThem() {
    Message answer = edge.get("/a");
    assertThat(answer.hasFieldLike("Nearcast-")).isFalse();
    assertThat(answer.hasFieldLike("Surrogate-Key")).isFalse();
    assertThat(origin.request().hasFieldLike("Nearcast-")).isFalse();
  }

  @Test
  void clientsCannotSpeakAsTiers() {
    get("/a");
    Message hit = edge.get("/a", "Nearcast-Min: log;99", "Nearcast-Ask: origin");
    assertThat(hit.field("Cache-Status")).endsWith("nearcast; hit; ttl=60; key=\"www.test/a\"");
    assertThat(hit.hasFieldLike("Nearcast-")).isFalse();
    edge.get("/b", "Nearcast-Min: log;99", "Nearcast-Key: x", "Nearcast-Other: y");
    assertThat(origin.requests().getLast().hasFieldLike("Nearcast-")).isFalse();
    assertThat(shield.get("/b", "Nearcast-Min: log;10").field("Nearcast-As-Of"))
        .as("who is believed is told")
        .isEqualTo("log;10");
  }

  @Test
  void tierIsNotTold304ByDateForAnotherResponse() {
    String modified = "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT";
    origin.script(call -> call.reply(200, "v1", "Cache-Control: max-age=1", modified));
    assertThat(get("/a")).isEqualTo("v1");
    edge.advanceSeconds(10);
    shield.advanceSeconds(10);
    // Another response, of an origin whose clock is slow and that says no Last-Modified.
    String made = "Date: Tue, 14 Nov 2023 22:13:19 GMT";
    origin.script(call -> call.reply(200, "v2", "Cache-Control: max-age=600", made));
    assertThat(get("/a")).isEqualTo("v2");
  }

  @Test
  void deadShieldIsGoneRound() {
    shield.node.server().close();
    assertThat(get("/a")).isEqualTo("v1");
    assertThat(origin.request().field("Via")).isEqualTo("1.1 nearcast");
  }

  @Test
  void shieldWithoutAnOriginSendsTheEdgeToIt() {
    try (ScriptedOrigin dead = ScriptedOrigin.answering("never")) {
      dead.stop();
      atShield.snapshot("log", 10, TestNode.service(dead, CachePolicy.DEFAULT));
      assertThat(get("/a")).isEqualTo("v1");
      assertThat(origin.requests()).hasSize(1);
    }
  }

  @Test
  void purgeThatTheShieldHasNotAppliedDoesNotBringOldContentBack() {
    assertThat(get("/a")).isEqualTo("v1");
    originSays("v2");
    atEdge.purge(false, A);
    assertThat(get("/a")).isEqualTo("v2");
    assertThat(origin.requests()).hasSize(2);
    atShield.purge(false, A);
    assertThat(get("/a")).isEqualTo("v2");
    assertThat(shield.get("/a").field("Cache-Status"))
        .as("the shield's copy is as of the purge")
        .startsWith("nearcast; hit; ttl=60;");
    assertThat(origin.requests()).hasSize(2);
  }

  @Test
  void purgeOfATagCountsBeforeTheShieldHasAppliedIt() {
    get("/a");
    originSays("v2");
    atEdge.purge(false, new Selector.Tag("t"));
    assertThat(get("/a")).isEqualTo("v2");
  }

  @Test
  void shieldThatIsBehindServesNothingStaleOnAnError() {
    origin.script(call -> call.reply(200, "v1", "Cache-Control: max-age=60, stale-if-error=600"));
    get("/a");
    atEdge.purge(false, A);
    origin.script(call -> call.reply(503, "down", "Cache-Control: no-store"));
    assertThat(get("/a")).isEqualTo("503");
  }

  @Test
  void shieldAnswersStaleOnAnErrorWhereNoPurgeIsInTheWay() {
    origin.script(call -> call.reply(200, "v1", "Cache-Control: max-age=1, stale-if-error=600"));
    get("/a");
    edge.advanceSeconds(10);
    shield.advanceSeconds(10);
    origin.script(call -> call.reply(503, "down", "Cache-Control: no-store"));
    assertThat(edge.get("/a").text()).isEqualTo("v1");
  }

  @Test
  void unrelatedPurgeCostsTheOriginNothing() {
    shield.get("/a");
    shield.settle();
    atEdge.purge(false, new Selector.Url("www.test", "/b"));
    assertThat(get("/a")).isEqualTo("v1");
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void shieldThatIsAheadIsBelieved() {
    get("/a");
    originSays("v2");
    atShield.purge(false, A);
    assertThat(get("/a")).as("the edge does not know of the purge").isEqualTo("v1");
    edge.advanceSeconds(61);
    shield.advanceSeconds(61);
    assertThat(get("/a")).isEqualTo("v2");
    atEdge.purge(false, A);
    assertThat(edge.get("/a").field("Cache-Status"))
        .as("as of the shield")
        .contains("; hit; ttl=60;");
  }

  @Test
  void softPurgeValidatesInTheForeground() {
    origin.script(call -> call.reply(200, "v1", FRESH, "ETag: \"1\""));
    get("/a");
    origin.script(call -> call.reply(304, "", FRESH, "ETag: \"1\""));
    atEdge.purge(true, A);
    Message validated = edge.get("/a");
    assertThat(validated.text()).isEqualTo("v1");
    assertThat(validated.field("Cache-Status")).contains("fwd=stale").contains("soft-purged");
    assertThat(origin.requests()).hasSize(2);
    assertThat(edge.settle().get("/a").field("Cache-Status")).contains("; hit; ttl=60;");
  }

  @Test
  void softPurgedIsServedByTheStaleRulesWhileItIsRefreshed() {
    origin.script(
        call -> call.reply(200, "v1", "Cache-Control: max-age=60, stale-while-revalidate=60"));
    get("/a");
    originSays("v2");
    atEdge.purge(true, A);
    assertThat(edge.get("/a").text()).isEqualTo("v1");
    await().until(() -> edge.get("/a").text().equals("v2"));
    atEdge.purge(false, A);
    originSays("v3");
    assertThat(get("/a")).as("a hard purge allows no stale").isEqualTo("v3");
  }

  @Test
  void tagsOfA304CanBePurged() {
    origin.script(call -> call.reply(200, "v1", "Cache-Control: max-age=1", "ETag: \"1\""));
    get("/a");
    edge.advanceSeconds(5);
    shield.advanceSeconds(5);
    origin.script(call -> call.reply(304, "", FRESH, "ETag: \"1\"", "Surrogate-Key: late"));
    assertThat(get("/a")).isEqualTo("v1");
    originSays("v2");
    atShield.purge(false, new Selector.Tag("late"));
    atEdge.purge(false, new Selector.Tag("late"));
    assertThat(get("/a")).isEqualTo("v2");
  }

  @Test
  void purgeBeforeTheHeadFencesTheFill() throws Exception {
    fenced(new Selector.Tag("whatever"), "", true);
  }

  @Test
  void purgeOfAnotherTagAfterTheHeadDoesNotFenceTheFill() throws Exception {
    fenced(new Selector.Tag("whatever"), "v", false);
  }

  @Test
  void purgeAfterTheHeadFencesTheFill() throws Exception {
    fenced(new Selector.Tag("t"), "v", true);
    assertThat(get("/a")).as("what the fenced fill brought is not used").isEqualTo("v2");
  }

  /** One request, a purge while it is under way, another request. */
  private void fenced(Selector purge, String sentBefore, boolean fences) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    origin.script(call -> {
      asked.countDown();
      if (!sentBefore.isEmpty()) {
        call.head(200, FRESH, "Surrogate-Key: t", "Content-Length: 2").send(sentBefore);
        go.await();
        call.send("1");
      } else {
        go.await();
        call.reply(200, "v1", FRESH, "Surrogate-Key: t");
      }
    });
    try (Wire first = edge.connect().send(Wire.request("GET", "/a"));
        Wire second = edge.connect()) {
      asked.await();
      Message head = sentBefore.isEmpty() ? null : first.readHead();
      originSays("v2");
      atEdge.purge(false, purge);
      atShield.purge(false, purge);
      second.send(Wire.request("GET", "/a"));
      if (fences) {
        assertThat(second.read().text()).isEqualTo("v2");
        go.countDown();
      } else {
        Message joined = second.readHead();
        assertThat(joined.field("Cache-Status")).contains("collapsed");
        go.countDown();
        assertThat(second.rest(joined, false).text()).isEqualTo("v1");
      }
      assertThat((head == null ? first.read() : first.rest(head, false)).text()).isEqualTo("v1");
    }
    assertThat(origin.requests()).hasSize(fences ? 2 : 1);
  }

  @Test
  void ownPurgeAsksTheOriginPastTheShieldOnce() {
    get("/a");
    originSays("v2");
    Message purged = edge.purge("{\"service\":\"shop\",\"urls\":[\"http://www.test/a\"]}");
    assertThat(purged.status()).isEqualTo(200);
    assertThat(purged.text()).contains("\"matched\" : 1");
    assertThat(get("/a")).isEqualTo("v2");
    assertThat(shield.get("/a").text()).as("the shield has it too").isEqualTo("v2");
    assertThat(origin.requests()).hasSize(2);
    assertThat(get("/a")).isEqualTo("v2");
    assertThat(origin.requests()).hasSize(2);
  }

  @Test
  void ownPurgeIsNotUndoneByAShieldThatWasNotThere() {
    get("/a");
    edge.engine().parts().upstreams().shields(List.of());
    originSays("v2");
    edge.purge("{\"service\":\"shop\",\"urls\":[\"http://www.test/a\"]}");
    assertThat(get("/a")).as("from the origin itself").isEqualTo("v2");
    NodeStatus back =
        new NodeStatus(
            "shield",
            NodeRole.SHIELD,
            "",
            NodeState.SERVING,
            10,
            shield.url().getAuthority(),
            List.of());
    List<Target> shields = Upstreams.shieldsOf(new Fleet(List.of(back)));
    edge.engine().parts().upstreams().shields(shields);
    edge.advanceSeconds(100);
    assertThat(shield.get("/a").text()).as("the shield still has").isEqualTo("v1");
    assertThat(get("/a")).as("when it has become stale").isEqualTo("v2");
    assertThat(shield.get("/a").text()).as("the shield has it too").isEqualTo("v2");
  }

  @Test
  void shieldOfAnotherLogAsksTheOrigin() {
    get("/a");
    originSays("v2");
    atEdge.snapshot("restored", 3, TestNode.service(origin, CachePolicy.DEFAULT));
    assertThat(get("/a")).isEqualTo("v2");
    assertThat(edge.get("/a").field("Cache-Status")).contains("; hit; ttl=60;");
  }

  @Test
  void snapshotDropsEverything() {
    get("/a");
    originSays("v2");
    atEdge.snapshot("log", 20, TestNode.service(origin, CachePolicy.DEFAULT));
    assertThat(edge.engine().parts().store().stats().responses()).isZero();
    assertThat(get("/a")).as("also where the shield has not come to it").isEqualTo("v2");
  }

  @Test
  void fillOfAnotherLogIsNotJoinedAndNotStored() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    origin.script(call -> {
      asked.countDown();
      go.await();
      call.reply(200, "v1", FRESH);
    });
    try (Wire first = edge.connect().send(Wire.request("GET", "/a"))) {
      asked.await();
      originSays("v2");
      // Its sequences are lower, so that they look older than the fill.
      atEdge.snapshot("restored", 3, TestNode.service(origin, CachePolicy.DEFAULT));
      assertThat(edge.get("/a").text()).isEqualTo("v2");
      go.countDown();
      assertThat(first.read().text()).isEqualTo("v1");
    }
    assertThat(get("/a")).isEqualTo("v2");
  }

  @Test
  void purgeSaysHowManyItHas() {
    get("/a");
    get("/b");
    atEdge.purge(false, new Selector.Tag("t"));
    await().until(() -> atEdge.matched.contains("p11 2"));
    await().until(() -> edge.engine().parts().store().stats().responses() == 0);
    atEdge.purge(true, new Selector.Everything());
    await().until(() -> atEdge.matched.contains("p12 0"));
  }

  @Test
  void asManyFieldsAsAnOriginMaySendComeThroughAShield() {
    String[] fields = new String[199];
    Arrays.setAll(fields, i -> "X-" + i + ": y");
    origin.script(call -> call.reply(200, "v1", fields));
    Message answer = edge.get("/a");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.field("X-198")).isEqualTo("y");
  }
}
