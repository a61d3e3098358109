package io.nearcast.control.purge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.Selector;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class PurgeRecordsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static void issue(Ledger ledger, long sequence, int tagChars) {
    StoredPurge purge =
        new StoredPurge(
            sequence + "-abcdefgh",
            sequence,
            "shop",
            false,
            List.of(new Selector.Tag("t".repeat(tagChars))),
            NOW,
            "token");
    ledger.write(draft -> {
      draft.put(PurgeRecords.key(sequence), purge);
      draft.put(PurgeRecords.receipts(sequence) + "one", new PurgeRecords.Matched(sequence));
      return sequence;
    });
  }

  @Test
  void memoryHasTheNewestThatHaveRoom(@TempDir Path directory) {
    try (Store store = SqliteStore.open(directory);
        Ledger ledger = Ledger.open(store, InstantSource.system())) {
      PurgeRecords records = PurgeRecords.open(ledger, 10_000);
      issue(ledger, 1, 10);
      issue(ledger, 2, 10);
      assertThat(records.knows(1, "one", 1)).isTrue();
      issue(ledger, 3, 9_500);
      assertThat(records.knows(1, "one", 1)).isFalse();
      assertThat(records.knows(3, "one", 3)).isTrue();
      issue(ledger, 4, 20_000);
      assertThat(records.knows(3, "one", 3)).isFalse();
      assertThat(records.knows(4, "one", 4)).as("the newest is kept whatever it has").isTrue();
      assertThat(records.get(1)).as("from the store").isNotNull();
    }
  }
}
