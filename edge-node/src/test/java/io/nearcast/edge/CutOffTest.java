package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.PurgePolicy.WhenCutOff;
import io.nearcast.config.model.Service;
import io.nearcast.edge.testing.LargeObject;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An edge that has lost its lease, by what the service says of that. */
@Timeout(60)
final class CutOffTest {
  private static final String FRESH = "Cache-Control: max-age=60, stale-if-error=600";
  private static final String VALIDATOR = "ETag: \"v1\"";

  private ScriptedOrigin origin;
  private TestNode shield;
  private TestNode edge;
  private ScriptedFeed atShield;
  private ScriptedFeed atEdge;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.answering("v1", FRESH, VALIDATOR);
    shield = TestNode.shield(origin);
    edge = TestNode.edgeBefore(shield.url(), origin);
    atShield = follow(shield, WhenCutOff.REVALIDATE);
    atEdge = follow(edge, WhenCutOff.REVALIDATE);
  }

  private ScriptedFeed follow(TestNode node, WhenCutOff whenCutOff) {
    return new ScriptedFeed(node).snapshot("log", 10, service(whenCutOff));
  }

  private Service service(WhenCutOff whenCutOff) {
    return new Service(
        "shop",
        List.of("www.test"),
        List.of(new Origin("main", origin.url(), false, null)),
        CachePolicy.DEFAULT,
        new PurgePolicy(whenCutOff),
        List.of());
  }

  @AfterEach
  void stop() {
    atEdge.close();
    atShield.close();
    edge.close();
    shield.close();
    origin.close();
  }

  /** The edge has a copy. */
  private void stored() {
    assertThat(edge.get("/a").text()).isEqualTo("v1");
    edge.settle();
    shield.settle();
  }

  private void originSays(String body) {
    origin.script(call -> call.reply(200, body, FRESH, "ETag: \"" + body + '"'));
  }

  @Test
  void originIsAskedBeforeAnythingIsServed() {
    stored();
    assertThat(edge.get("/a").text()).isEqualTo("v1");
    assertThat(origin.requests()).as("it has a lease").hasSize(1);

    edge.leased = false;
    originSays("v2");
    Message answer = edge.get("/a");
    assertThat(answer.text()).as("past the copies of both tiers").isEqualTo("v2");
    assertThat(answer.field("Cache-Status")).contains("cut-off");
    assertThat(origin.requests().getLast().field("If-None-Match")).isEqualTo("\"v1\"");

    edge.settle().leased = true;
    assertThat(edge.get("/a").text()).isEqualTo("v2");
    assertThat(origin.requests()).hasSize(2);
  }

  @Test
  void serviceThatSaysServeIsServedOn() {
    atEdge.snapshot("log", 10, service(WhenCutOff.SERVE));
    stored();
    edge.leased = false;
    originSays("v2");
    assertThat(edge.get("/a").text()).isEqualTo("v1");
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void readersThatCameBeforeTheAskingShareIt() {
    stored();
    edge.leased = false;
    edge.get("/a");
    int before = origin.requests().size();
    List<Wire> waiting = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      waiting.add(edge.connect().send(Wire.request("GET", "/a")));
    }
    for (Wire one : waiting) {
      assertThat(one.read().text()).isEqualTo("v1");
      one.close();
    }
    // Two where they took more than a second to come.
    assertThat(origin.requests().size() - before).as("one for all eight").isBetween(1, 2);
  }

  @Test
  void askingThatWasSentBeforeAReaderCameIsNotShared() throws Exception {
    stored();
    edge.leased = false;
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    origin.script(call -> {
      if (calls.incrementAndGet() == 1) {
        asked.countDown();
        go.await();
        call.reply(200, "old", FRESH);
      } else {
        call.reply(200, "new", FRESH);
      }
    });
    try (Wire first = edge.connect().send(Wire.request("GET", "/a"));
        Wire second = edge.connect()) {
      asked.await();
      second.send(Wire.request("GET", "/a"));
      assertThat(second.read().text()).as("does not wait for the first one").isEqualTo("new");
      go.countDown();
      assertThat(first.read().text()).isEqualTo("old");
    }
  }

  @Test
  void aSliceIsFetchedOnceForAllWhoseManifestWasAskedFor() throws Exception {
    long at = 60 << 20;
    LargeObject object = new LargeObject(100 << 20);
    origin.script(object);
    edge.get("/film", "Range: bytes=" + (50 << 20) + '-' + ((50 << 20) + 9));
    edge.settle();
    edge.leased = false;
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger validations = new AtomicInteger();
    AtomicInteger slices = new AtomicInteger();
    origin.script(call -> {
      if (call.head().field("If-None-Match") != null) {
        validations.incrementAndGet();
      } else {
        slices.incrementAndGet();
        go.await();
      }
      object.answer(call);
    });
    String request = Wire.request("GET", "/film", "Range: bytes=" + at + '-' + (at + 9));
    try (Wire first = edge.connect().send(request);
        Wire second = edge.connect()) {
      await().until(() -> slices.get() == 1);
      second.send(request);
      await().until(() -> validations.get() == 2);
      go.countDown();
      assertThat(first.read().body()).hasSize(10);
      assertThat(second.read().body()).hasSize(10);
    }
    assertThat(slices).hasValue(1);
  }

  @Test
  void nothingStaleIsServedWhereNobodyAnswers() {
    stored();
    edge.leased = false;
    shield.node.server().close();
    origin.stop();
    Message answer = edge.get("/a");
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.field("Cache-Status")).contains("cut-off");
    await().until(() -> edge.engine().fillsInProgress() == 0);
    edge.leased = true;
    assertThat(edge.get("/a").text()).isEqualTo("v1");
  }

  @Test
  void onlyIfCachedIsRefused() {
    stored();
    edge.leased = false;
    Message answer = edge.get("/a", "Cache-Control: only-if-cached");
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.field("Cache-Status")).contains("cut-off");
  }

  @Test
  void explainSaysWhatFollowsWithoutALease() {
    stored();
    assertThat(edge.explain("/a").text()).contains("\"lease\" : \"held").contains("\"fresh\"");
    edge.leased = false;
    assertThat(edge.explain("/a").text())
        .contains("\"lease\" : \"none: whenCutOff is revalidate")
        .contains("\"decision\" : \"validate upstream, then serve\"")
        .contains("\"reason\" : \"cut-off\"")
        .contains("Nearcast-Ask: origin");
    assertThat(shield.explain("/a").text()).contains("\"lease\" : \"none: shields hold none");
    atEdge.snapshot("log", 10, service(WhenCutOff.SERVE));
    assertThat(edge.explain("/a").text()).contains("\"lease\" : \"none: whenCutOff is serve");
  }
}
