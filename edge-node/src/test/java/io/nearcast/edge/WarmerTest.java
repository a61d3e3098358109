package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.feed.Change;
import io.nearcast.config.fleet.WarmReceipt;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.warm.Warmer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WarmerTest {
  private static final String FRESH = "Cache-Control: max-age=60";

  private final Map<String, WarmReceipt> receipts = new ConcurrentHashMap<>();
  private ScriptedOrigin origin;
  private TestNode edge;
  private Warmer warmer;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.answering("v1", FRESH);
    edge = TestNode.edge(origin);
    warmer = new Warmer("nearcast", edge.address(), edge.engine()::routes, receipts::put);
  }

  @AfterEach
  void stop() {
    warmer.close();
    edge.close();
    origin.close();
  }

  private static Change.WarmOrdered warm(String id, int urls, int rate) {
    List<String> all =
        IntStream.range(0, urls).mapToObj(i -> "http://www.test/" + id + '/' + i).toList();
    return new Change.WarmOrdered(id, "shop", all, List.of("edge-1"), rate);
  }

  private WarmReceipt receipt(String id) {
    await("it has ended").until(() -> receipts.containsKey(id));
    return receipts.get(id);
  }

  @Test
  void whatIsFetchedIsAHitAndWhatIsFreshIsNotFetchedAgain() {
    warmer.order(warm("a", 20, 1_000));
    assertThat(receipt("a")).isEqualTo(new WarmReceipt(20, 0, 0, List.of()));
    assertThat(edge.get("/a/7").field("Cache-Status")).startsWith("nearcast; hit");
    warmer.order(new Change.WarmOrdered("b", "shop", warm("a", 20, 1).urls(), List.of(), 1_000));
    assertThat(receipt("b").fetched()).isEqualTo(20);
    assertThat(origin.requests()).hasSize(20);
    await("nothing waits").until(() -> warmer.waiting() == 0);
  }

  @Test
  void requestsComeNoFasterThanTheRate() {
    long from = System.nanoTime();
    warmer.order(warm("a", 11, 20));
    receipt("a");
    assertThat(System.nanoTime() - from).isGreaterThanOrEqualTo(10 * 50_000_000L);
  }

  @Test
  void fewAreUnderWayAtATimeAndTheRestIsSkippedAtTheEnd() {
    CountDownLatch answering = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    origin.script(call -> {
      asked.incrementAndGet();
      answering.await();
      call.reply(200, "v1", FRESH);
    });
    warmer.order(warm("a", 100, 1_000));
    warmer.order(warm("b", 5, 1_000));
    await("the bound is reached").until(() -> asked.get() == Warmer.UNDER_WAY_MAX);
    assertThat(edge.metric("nearcast_client_connections")).isEqualTo(Warmer.UNDER_WAY_MAX);
    warmer.close();
    answering.countDown();
    assertThat(receipt("a").fetched()).isZero();
    assertThat(receipt("a").skipped() + receipt("a").failed()).isEqualTo(100);
    assertThat(receipt("b")).isEqualTo(new WarmReceipt(0, 0, 5, List.of()));
    assertThat(asked).hasValue(Warmer.UNDER_WAY_MAX);
    warmer.order(warm("c", 5, 1_000));
    assertThat(receipt("c").skipped()).isEqualTo(5);
  }

  @Test
  void moreThanMayWaitIsSkipped() {
    CountDownLatch answering = new CountDownLatch(1);
    origin.script(call -> {
      answering.await();
      call.reply(200, "v1", FRESH);
    });
    for (int i = 0; i < Warmer.WAITING_MAX / 1_000; i++) {
      warmer.order(warm("w" + i, 1_000, 1_000));
    }
    warmer.order(warm("more", 1, 1_000));
    assertThat(receipt("more").skipped()).isEqualTo(1);
    assertThat(warmer.waiting()).isEqualTo(Warmer.WAITING_MAX);
    warmer.close();
    answering.countDown();
  }

  @Test
  void receiptNamesWhatFailedAndWhy() {
    origin.script(call -> {
      switch (call.head().target()) {
        case "/a/0" -> call.reply(500, "no");
        case "/a/1" -> call.reply(200, "v1", "Cache-Control: no-store");
        case "/a/2" -> call.head(200, FRESH, "Content-Length: 9").send("12").cut();
        default -> call.reply(200, "v1", FRESH);
      }
    });
    warmer.order(warm("a", 4, 1_000));
    WarmReceipt receipt = receipt("a");
    assertThat(receipt.fetched()).isEqualTo(1);
    assertThat(receipt.failed()).isEqualTo(3);
    assertThat(receipt.errors())
        .anySatisfy(error -> assertThat(error.detail()).isEqualTo("status 500"))
        .anySatisfy(error -> assertThat(error.detail()).startsWith("is not stored; fwd=uri-miss"))
        .anySatisfy(error -> assertThat(error.url()).isEqualTo("http://www.test/a/2"));
  }

  @Test
  void eachCodingIsMade() {
    String text = "compressible ".repeat(200);
    origin.script(call -> call.reply(200, text, FRESH, "Content-Type: text/plain"));
    warmer.order(warm("a", 1, 1_000));
    assertThat(receipt("a").fetched()).isEqualTo(1);
    for (String coding : List.of("br", "zstd", "gzip")) {
      await(coding)
          .until(() ->
              edge.metric("nearcast_coded_forms_total{coding=\"" + coding + "\",result=\"made\",}")
                  == 1);
    }
    assertThat(origin.requests()).hasSize(1);
  }
}
