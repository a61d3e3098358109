package io.nearcast.control.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedSnapshot;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.config.json.Documents;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Store;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How the log is kept short, whatever the store. A test class of each store implements this. */
interface CompactionBehaviour {
  int KEPT = 20;

  /**
   * Opens the store of this test, which is empty at first; several times where that is possible.
   */
  Store open();

  /** A control plane, as far as the log goes. */
  final class Replica implements AutoCloseable {
    final Store store;
    final Ledger ledger;
    final Snapshots snapshots;
    final Compactor compactor;

    Replica(Store store) {
      this(store, 1_000);
    }

    Replica(Store store, long commitsMax) {
      this.store = store;
      ledger = Ledger.open(store, InstantSource.system());
      snapshots = Snapshots.open(ledger);
      compactor = Compactor.start(ledger, snapshots, KEPT, commitsMax);
    }

    void purge(int count) {
      for (int i = 0; i < count; i++) {
        ledger.write(draft -> {
          Selector tag = new Selector.Tag("t" + draft.nextSequence());
          return draft.append(
              new Change.PurgeIssued("p" + draft.nextSequence(), "shop", false, List.of(tag)));
        });
      }
    }

    List<Long> log() {
      return store.entries(0, 1_000, 1 << 20).stream().map(Entry::sequence).toList();
    }

    @Override
    public void close() {
      compactor.close();
      ledger.close();
      store.close();
    }
  }

  private static Set<Long> stamped(Replica replica) {
    Set<Long> sequences = new HashSet<>();
    KnownPurges purges = replica.snapshots.now().purges();
    assertThat(purges).isNotNull();
    assertThat(purges.horizon()).isZero();
    for (SelectorStamp stamp : purges.stamps()) {
      assertThat(stamp.selector()).isEqualTo(new Selector.Tag("t" + stamp.hard()));
      sequences.add(stamp.hard());
    }
    return sequences;
  }

  private static void assertAllStamped(Replica replica, long head) {
    Set<Long> all = new HashSet<>();
    for (long sequence = 2; sequence <= head; sequence++) {
      all.add(sequence);
    }
    assertThat(replica.snapshots.now().sequence()).isEqualTo(head);
    assertThat(stamped(replica)).isEqualTo(all);
  }

  @Test
  default void oldEntriesGoAndTheirPurgesStay() {
    try (Replica replica = new Replica(open())) {
      replica.purge(2 * KEPT - 2);
      assertThat(replica.snapshots.horizon()).isZero();
      replica.purge(1);
      await().until(() -> replica.log().size() <= KEPT + 1);
      assertThat(replica.log()).isSorted().endsWith(2L * KEPT);
      assertThat(replica.snapshots.horizon()).isEqualTo(replica.log().getFirst() - 1);
      assertAllStamped(replica, 2L * KEPT);
      replica.purge(5 * KEPT);
      await().until(() -> replica.log().size() < 2 * KEPT);
      assertAllStamped(replica, 7L * KEPT);
      assertThat(Documents.readJson(FeedSnapshot.class, replica.snapshots.json()))
          .isEqualTo(replica.snapshots.now());
    }
  }

  @Test
  default void whatIsKeptSurvivesARestart() {
    try (Replica replica = new Replica(open())) {
      replica.purge(3 * KEPT);
      await().until(() -> replica.log().getFirst() > 1);
    }
    try (Replica replica = new Replica(open())) {
      assertAllStamped(replica, 3L * KEPT + 1);
      replica.purge(3 * KEPT);
      await().until(() -> replica.log().size() < 2 * KEPT);
      assertAllStamped(replica, 6L * KEPT + 1);
    }
    try (Replica replica = new Replica(open())) {
      assertAllStamped(replica, 6L * KEPT + 1);
      List<String> generations = new ArrayList<>();
      replica.store.each(
          Compaction.STAMPS,
          document -> generations.add(document.key().replaceAll("/[0-9]+$", "")));
      assertThat(new HashSet<>(generations)).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  default void manyCommitsWithoutEntriesMakeTheLogShorter() {
    try (Replica replica = new Replica(open(), 30)) {
      replica.purge(9);
      for (int i = 0; i < 30; i++) {
        int value = i;
        replica.ledger.write(draft -> {
          draft.put("nodes/one", List.of(value));
          return value;
        });
      }
      await().until(() -> replica.log().size() <= 5);
      assertThat(replica.log()).endsWith(10L);
      assertAllStamped(replica, 10);
    }
  }

  @Test
  default void eachCompactionHasDocumentsOfItsOwn() {
    try (Replica replica = new Replica(open())) {
      replica.purge(3 * KEPT);
      await().until(() -> replica.log().getFirst() > 1);
      List<String> keys = new ArrayList<>();
      replica.store.each(Compaction.STAMPS, document -> keys.add(document.key()));
      assertThat(keys).isNotEmpty();
      assertThat(keys).allMatch(key -> key.matches("stamps/[0-9]{16}-[0-9a-f]{8}/[0-9]{4}"));
    }
  }

  @Test
  default void compactionThatWasCutShortIsRepeated() {
    try (Replica replica = new Replica(open())) {
      replica.purge(3 * KEPT);
      await().until(() -> replica.log().getFirst() > 1);
      // As if it had ended between its steps: parts that nobody names, and a horizon without a
      // trim.
      replica.ledger.write(draft -> {
        draft.put(
            Compaction.part(1, null, 0),
            new Compaction.Part(
                List.of(new SelectorStamp("shop", new Selector.Tag("never"), 1, 0))));
        return 0;
      });
    }
    try (Replica replica = new Replica(open())) {
      assertAllStamped(replica, 3L * KEPT + 1);
      replica.purge(3 * KEPT);
      await().until(() -> replica.store.read(Compaction.part(1, null, 0)) == null);
      assertAllStamped(replica, 6L * KEPT + 1);
    }
  }

  @Test
  default void entriesThatAreLeftFollowTheHorizon() {
    try (Replica replica = new Replica(open())) {
      replica.purge(4 * KEPT);
      await().until(() -> replica.log().getFirst() > 1);
      List<Entry> entries = replica.store.entries(replica.snapshots.horizon(), 1_000, 1 << 20);
      long expected = replica.snapshots.horizon();
      for (Entry entry : entries) {
        assertThat(Documents.readJson(FeedEntry.class, entry.json()).sequence())
            .isEqualTo(++expected);
      }
      assertThat(expected).isEqualTo(4L * KEPT + 1);
    }
  }
}
