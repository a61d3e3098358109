package io.nearcast.control.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.json.Documents;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.NarrowStore;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PeerExchangeTest {
  private NarrowStore store;
  private Ledger ledger;
  private Members members;

  @BeforeEach
  void open(@TempDir Path directory) {
    store = new NarrowStore(SqliteStore.open(directory));
    ledger = Ledger.open(store, InstantSource.system());
    members = Members.open(ledger, System::nanoTime);
    store.share();
  }

  @AfterEach
  void close() {
    ledger.close();
    store.close();
  }

  private NodeReport report(String text, long applied) {
    return new NodeReport(
        text,
        NodeRole.EDGE,
        text,
        "127.0.0.1:8080",
        ledger.state().log(),
        applied,
        NodeState.SERVING,
        false,
        IntStream.range(0, 16).mapToObj(i -> new NodeReport.Failure(i, "x".repeat(4_000))).toList(),
        Map.of());
  }

  private List<String> toldNodes() {
    List<String> ids = new ArrayList<>();
    for (Document document : store.told()) {
      Documents.readJson(Notice.class, document.value()).nodes().forEach(one -> ids.add(one.id()));
    }
    return ids;
  }

  @Test
  void reportsThatSayMuchFitIntoNotices() {
    IntStream.range(0, 20).forEach(i -> members.report("n" + i, report("boot", 1)));
    try (PeerExchange exchange = PeerExchange.start(store, members)) {
      assertThat(exchange).isNotNull();
      await().untilAsserted(() -> assertThat(toldNodes()).hasSize(20));
    }
    assertThat(store.told()).isEmpty();
  }

  @Test
  void noticesAreCutByWhatTheyHave() {
    List<Notice.Heard> all =
        IntStream.range(0, 3_000)
            .mapToObj(i -> Notice.Heard.of("n" + i, report("\u0001".repeat(255), 1), Duration.ZERO))
            .toList();
    List<List<Notice.Heard>> notices = PeerExchange.split(all);
    assertThat(notices.stream().flatMap(List::stream).toList()).isEqualTo(all);
    assertThat(notices)
        .allSatisfy(notice ->
            assertThat(Documents.writeJson(new Notice(1, notice)))
                .hasSizeLessThan(NarrowStore.NOTICE_BYTES_MAX));
    assertThat(PeerExchange.split(all.subList(0, 10))).hasSize(1);
    assertThat(PeerExchange.split(List.of())).isEmpty();
  }

  @Test
  void othersAreHeardThoughTheyCannotBeTold() {
    members.report("one", report("boot", 0));
    store.refuseNotices();
    try (PeerExchange exchange = PeerExchange.start(store, members)) {
      assertThat(exchange).isNotNull();
      Notice.Heard word = Notice.Heard.of("one", report("boot", 1), Duration.ZERO);
      AtomicLong beat = new AtomicLong();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            Notice notice = new Notice(beat.incrementAndGet(), List.of(word));
            store.said("other/0", Documents.writeJson(notice));
            members.report("two", report("boot", 0)); // so that there is something to tell
            return members.get("one").appliedSequence() == 1;
          });
    }
  }
}
