package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.feed.Selector;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.PurgePolicy.WhenCutOff;
import io.nearcast.config.model.Service;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A soft purge of everything does not send everybody's requests to the origin. */
@Timeout(120)
final class SoftPurgeTest {
  private static final String STALE = "Cache-Control: max-age=60, stale-while-revalidate=600";
  private static final String DEFERRED = "refresh-deferred";
  private static final Pattern DETAIL = Pattern.compile("; detail=([a-z-]+)");
  private static final int PIPELINED = 100;

  private final AtomicInteger asked = new AtomicInteger();
  private ScriptedOrigin origin;
  private TestNode edge;
  private ScriptedFeed feed;

  @BeforeEach
  void start() {
    origin =
        ScriptedOrigin.start(call -> {
          asked.incrementAndGet();
          call.reply(200, "v1", STALE);
        });
    edge = TestNode.edge(origin);
    feed = new ScriptedFeed(edge);
  }

  @AfterEach
  void stop() {
    feed.close();
    edge.close();
    origin.close();
  }

  private void refreshing(int rate) {
    feed.snapshot(
        "log",
        10,
        new Service(
            "shop",
            List.of("www.test"),
            List.of(new Origin("main", origin.url(), false, null)),
            CachePolicy.DEFAULT,
            new PurgePolicy(WhenCutOff.SERVE, rate),
            List.of()));
  }

  /** Asks for each of so many objects once; returns how often each reason was given. */
  private Map<String, Integer> askAll(int objects) {
    Map<String, Integer> reasons = new HashMap<>();
    try (Wire wire = edge.connect()) {
      for (int from = 0; from < objects; from += PIPELINED) {
        StringBuilder requests = new StringBuilder();
        int to = Math.min(objects, from + PIPELINED);
        for (int i = from; i < to; i++) {
          requests.append(Wire.request("GET", "/" + i));
        }
        wire.send(requests.toString());
        for (int i = from; i < to; i++) {
          Message answer = wire.read();
          assertThat(answer.text()).isEqualTo("v1");
          Matcher said = DETAIL.matcher(answer.field("Cache-Status"));
          reasons.merge(said.find() ? said.group(1) : "none", 1, Integer::sum);
        }
      }
    }
    edge.settle();
    return reasons;
  }

  @Test
  void originSeesNoMoreThanTheRateThoughEverythingIsPurged() {
    int objects = 10_000;
    int rate = 40;
    refreshing(rate);
    askAll(objects);
    assertThat(asked).hasValue(objects);
    asked.set(0);
    long from = System.nanoTime();
    feed.purge(true, new Selector.Everything());

    Map<String, Integer> reasons = askAll(objects);

    double seconds = (System.nanoTime() - from) / 1e9;
    assertThat((double) asked.get()).isLessThanOrEqualTo(rate * (seconds + 0.1) + 1);
    assertThat(reasons.get("stale-while-revalidate")).isEqualTo(asked.get()).isPositive();
    assertThat(reasons.get(DEFERRED)).isEqualTo(objects - asked.get());
    assertThat(edge.metric("nearcast_requests_total{reason=\"" + DEFERRED + "\",}"))
        .isEqualTo(objects - asked.get());
  }

  @Test
  void whatFoundNoRoomIsRefreshedByLaterRequests() {
    int objects = 60;
    refreshing(20);
    askAll(objects);
    asked.set(0);
    feed.purge(true, new Selector.Everything());
    assertThat(askAll(objects)).containsKey(DEFERRED);
    await("all are fresh").until(() -> askAll(objects).keySet().equals(Set.of("none")));
    assertThat(asked).as("each was asked for once").hasValue(objects);
  }

  @Test
  void noMoreAreUnderWayThanBeginInOneSecond() {
    refreshing(5);
    askAll(50);
    CountDownLatch answering = new CountDownLatch(1);
    asked.set(0);
    origin.script(call -> {
      asked.incrementAndGet();
      answering.await();
      call.reply(200, "v1", STALE);
    });
    feed.purge(true, new Selector.Everything());
    await("the bound is reached")
        .until(() -> {
          askPatiently(50);
          return edge.metric("nearcast_refreshes") == 5;
        });
    long from = System.nanoTime();
    while (System.nanoTime() - from < 1_000_000_000L) {
      askPatiently(50);
    }
    assertThat(asked).as("of an origin that does not answer").hasValue(5);
    answering.countDown();
    edge.settle();
    assertThat(edge.metric("nearcast_refreshes")).isZero();
  }

  private void askPatiently(int objects) {
    try (Wire wire = edge.connect()) {
      for (int i = 0; i < objects; i++) {
        assertThat(wire.send(Wire.request("GET", "/" + i)).read().text()).isEqualTo("v1");
      }
    }
  }

  @Test
  void edgesShareTheRate() {
    refreshing(20);
    askAll(50);
    feed.fleet(edges(40));
    asked.set(0);
    long from = System.nanoTime();
    feed.purge(true, new Selector.Everything());
    askAll(50);
    double seconds = (System.nanoTime() - from) / 1e9;
    assertThat((double) asked.get()).isBetween(1.0, 0.5 * (seconds + 0.1) + 1);
  }

  private static Fleet edges(int count) {
    return new Fleet(
        IntStream.range(0, count)
            .mapToObj(i ->
                new NodeStatus(
                    "edge-" + i,
                    NodeRole.EDGE,
                    "fra",
                    NodeState.SERVING,
                    10,
                    "127.0.0.1:1",
                    List.of()))
            .toList());
  }

  @Test
  void clientWaitsWhereNothingStaleMayBeServed() {
    refreshing(1);
    origin.script(call -> call.reply(200, "v1", "Cache-Control: max-age=60"));
    askAll(20);
    origin.script(call -> call.reply(200, "v2", "Cache-Control: max-age=60"));
    feed.purge(true, new Selector.Everything());
    for (int i = 0; i < 20; i++) {
      assertThat(edge.get("/" + i).text()).isEqualTo("v2");
    }
  }
}
