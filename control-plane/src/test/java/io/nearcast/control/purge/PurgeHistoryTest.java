package io.nearcast.control.purge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.feed.Change;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.PurgeRequest;
import io.nearcast.config.model.Service;
import io.nearcast.control.compaction.History;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Old purges are forgotten, and nothing else goes with them. */
@Timeout(60)
final class PurgeHistoryTest {
  private static final int KEPT = 10;
  private static final IdempotencyKey KEY = new IdempotencyKey("token", "first");
  private static final Service SHOP =
      new Service(
          "shop",
          List.of("a.example"),
          List.of(new Origin("main", URI.create("http://o.example"), false, null)),
          CachePolicy.DEFAULT,
          PurgePolicy.DEFAULT,
          List.of());

  private static StoredPurge purge(Purges purges, IdempotencyKey key) {
    return purges.issue(
        "shop", new PurgeRequest("shop", false, null, List.of("a"), null, null, false), "me", key);
  }

  @Test
  void forgottenPurgeIsAbsentAndItsKeyCountsNoMore(@TempDir Path directory) {
    try (Store store = SqliteStore.open(directory);
        Ledger ledger = Ledger.open(store, InstantSource.system());
        Purges purges = Purges.open(ledger, Members.open(ledger, System::nanoTime));
        History history = History.start(ledger, List.of(Purges.history(KEPT)))) {
      assertThat(history).isNotNull();
      ledger.write(draft -> draft.append(new Change.ServiceActivated(1, SHOP)));
      StoredPurge first = purge(purges, KEY);
      assertThat(purge(purges, KEY).id()).isEqualTo(first.id());
      List<Long> issued = new ArrayList<>();
      for (int i = 0; i < 3 * KEPT; i++) {
        issued.add(purge(purges, null).sequence());
      }

      await("the bound holds").until(() -> purges.list(null, 1_000).size() <= KEPT + 1);

      assertThatThrownBy(() -> purges.get(first.id()))
          .isInstanceOfSatisfying(
              Refusal.class,
              refusal -> assertThat(refusal.reason()).isEqualTo(Refusal.Reason.ABSENT));
      List<Long> pages = new ArrayList<>();
      Long below = null;
      for (List<StoredPurge> page = purges.list(below, 4);
          !page.isEmpty();
          page = purges.list(below, 4)) {
        page.forEach(purge -> pages.add(purge.sequence()));
        below = page.getLast().sequence();
      }
      assertThat(pages)
          .containsExactlyElementsOf(
              issued.reversed().subList(0, Math.min(issued.size(), pages.size())));
      assertThat(purge(purges, KEY).sequence()).isGreaterThan(issued.getLast());
    }
  }
}
