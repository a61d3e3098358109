package io.nearcast.control.purge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.feed.Change;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.PurgeRequest;
import io.nearcast.config.model.Service;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.store.NarrowStore;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Purges on a store that takes little in one commit. */
@Timeout(120)
final class NarrowPurgesTest {
  private static final PurgeRequest ALL =
      new PurgeRequest("shop", false, null, null, null, null, true);

  private NarrowStore store;
  private Ledger ledger;
  private Members members;
  private Purges purges;

  @BeforeEach
  void open(@TempDir Path directory) {
    store = new NarrowStore(SqliteStore.open(directory));
    ledger = Ledger.open(store, InstantSource.system());
    members = Members.open(ledger, System::nanoTime);
    purges = Purges.open(ledger, members);
    String shop =
        """
        {"name": "shop", "domains": ["a.example"],
         "origins": [{"name": "main", "url": "http://127.0.0.1:9"}]}\
        """;
    Service service = Documents.readJson(Service.class, shop.getBytes(StandardCharsets.UTF_8));
    ledger.write(draft -> draft.append(new Change.ServiceActivated(1, service)));
  }

  @AfterEach
  void close() {
    purges.close();
    ledger.close();
    store.close();
  }

  private static NodeReport report(String log, long applied) {
    return new NodeReport(
        "boot",
        NodeRole.EDGE,
        "fra",
        "127.0.0.1:8080",
        log,
        applied,
        NodeState.SERVING,
        false,
        List.of(),
        Map.of());
  }

  private List<StoredPurge> issue(int count) {
    List<StoredPurge> issued = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      issued.add(purges.issue("shop", ALL, "token", null));
    }
    return issued;
  }

  @Test
  void edgeThatWasAwaySaysHowMuchHundredsOfPurgesMatched() {
    Map<String, Long> counts = new HashMap<>();
    issue(150).forEach(purge -> counts.put(purge.id(), purge.sequence()));
    counts.put("no-purge", 1L);
    purges.matched("one", counts);
    counts.remove("no-purge");
    Map<String, Long> kept = new HashMap<>();
    store.each(
        PurgeRecords.RECEIPTS_PREFIX,
        document ->
            kept.put(
                document.key(),
                Documents.readJson(PurgeRecords.Matched.class, document.value()).matched()));
    assertThat(kept).hasSameSizeAs(counts);
    assertThat(kept)
        .allSatisfy(
            (key, count) -> assertThat(key).isEqualTo(PurgeRecords.receipts(count) + "one"));
  }

  @Test
  void whatIsKnownToHaveMatchedIsNotWrittenAgain() {
    Map<String, Long> counts = Map.of(issue(1).getFirst().id(), 7L);
    purges.matched("one", counts);
    long before = store.position().revision();
    purges.matched("one", counts);
    assertThat(store.position().revision()).isEqualTo(before);
  }

  @Test
  void manyPurgesOfManyMembersBecomeComplete() {
    int edges = 300;
    report(edges, 0);
    List<StoredPurge> issued = issue(40);
    report(edges, ledger.state().sequence());
    await().atMost(Duration.ofSeconds(60)).until(() -> purges.openCount() == 0);
    for (StoredPurge purge : issued) {
      PurgeView view = purges.get(purge.id());
      assertThat(view.state()).isEqualTo(PurgeState.COMPLETE);
      assertThat(view.nodes()).hasSize(edges);
    }
  }

  private void report(int edges, long applied) {
    String log = ledger.state().log();
    try (ExecutorService reporters = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < edges; i++) {
        String id = "an-edge-with-a-long-name-in-frankfurt-%04d".formatted(i);
        reporters.execute(() -> members.report(id, report(log, applied)));
      }
    }
  }
}
