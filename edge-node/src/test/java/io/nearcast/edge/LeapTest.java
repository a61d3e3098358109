package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.Selector;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that was away for longer than the log reaches keeps what no purge was about (rule 15). */
final class LeapTest {
  private static final String FRESH = "Cache-Control: max-age=60";
  private static final String STALE =
      "Cache-Control: max-age=60, stale-while-revalidate=600, stale-if-error=600";

  private ScriptedOrigin origin;
  private TestNode node;
  private ScriptedFeed feed;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.answering("v1", FRESH, "Surrogate-Key: t");
    node = TestNode.edge(origin);
    feed =
        new ScriptedFeed(node).snapshot("log", 10, TestNode.service(origin, CachePolicy.DEFAULT));
  }

  @AfterEach
  void stop() {
    feed.close();
    node.close();
    origin.close();
  }

  private String get(String target) {
    Message answer = node.get(target);
    node.settle();
    return answer.status() == 200 ? answer.text() : "" + answer.status();
  }

  private void originSays(String body) {
    origin.script(call -> call.reply(200, body, FRESH, "Surrogate-Key: other"));
  }

  private static SelectorStamp stamp(Selector selector, long hard, long soft) {
    return new SelectorStamp("shop", selector, hard, soft);
  }

  @Test
  void whatWasPurgedMeanwhileIsGoneAndTheRestStays() {
    get("/a");
    get("/b");
    originSays("v2");
    get("/c");
    feed.leap(500, 5, stamp(new Selector.Url("www.test", "/a"), 400, 0));
    assertThat(get("/a")).isEqualTo("v2");
    assertThat(get("/b")).isEqualTo("v1");
    feed.leap(600, 5, stamp(new Selector.Tag("t"), 550, 0));
    assertThat(get("/b")).isEqualTo("v2");
    assertThat(origin.requests()).hasSize(5);
  }

  @Test
  void purgesThatWereAppliedBeforeAreNotAppliedTwice() {
    feed.purge(false, new Selector.Tag("t"));
    get("/a");
    originSays("v2");
    feed.leap(500, 5, stamp(new Selector.Tag("t"), 11, 0));
    assertThat(get("/a")).isEqualTo("v1");
  }

  @Test
  void whatIsOlderThanTheHorizonCountsAsPurgedHard() {
    origin.script(call -> call.reply(200, "v1", STALE));
    get("/a");
    origin.script(call -> call.reply(503, "down"));
    feed.leap(500, 300);
    assertThat(get("/a")).as("also on errors, and not while it is refreshed").isEqualTo("503");
  }

  @Test
  void horizonThatTheNodeHasPassedCostsNothing() {
    get("/a");
    originSays("v2");
    feed.leap(500, 10);
    assertThat(get("/a")).isEqualTo("v1");
  }

  @Test
  void softPurgeMeanwhileMakesItStale() {
    origin.script(call -> call.reply(200, "v1", STALE, "Surrogate-Key: t"));
    get("/a");
    origin.script(call -> call.reply(200, "v2", STALE, "Surrogate-Key: t"));
    feed.leap(500, 0, stamp(new Selector.Tag("t"), 0, 400));
    assertThat(get("/a")).isEqualTo("v1");
    assertThat(get("/a")).isEqualTo("v2");
  }

  @Test
  void fillBeforeTheLeapIsNotJoinedAfterIt() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    origin.script(call -> {
      asked.countDown();
      go.await();
      call.reply(200, "v1", FRESH);
    });
    try (Wire first = node.connect().send(Wire.request("GET", "/a"))) {
      asked.await();
      originSays("v2");
      feed.leap(500, 300);
      assertThat(node.get("/a").text()).isEqualTo("v2");
      go.countDown();
      assertThat(first.read().text()).isEqualTo("v1");
    }
    assertThat(get("/a")).isEqualTo("v2");
  }

  @Test
  void leapBringsOtherNamesForTheWholeServiceToo() {
    get("/a");
    originSays("v2");
    feed.leap(500, 0, stamp(new Selector.Everything(), 499, 0));
    assertThat(get("/a")).isEqualTo("v2");
    feed.purge(false, new Selector.Everything());
    originSays("v3");
    assertThat(get("/a")).isEqualTo("v3");
  }
}
