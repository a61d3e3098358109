package io.nearcast.control.compaction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.store.Store;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What is kept for people has a bound, in every store. */
interface HistoryBehaviour {
  int RECORDS_KEPT = 10;
  String RECORDS = "records/";
  String RECEIPTS = "seen/";

  /** A store of the test's own, the same one at each call. */
  Store open();

  /** What a record says. */
  record Noted(boolean ended) {}

  /** A control plane, as far as records go. */
  final class Keeper implements AutoCloseable {
    final Store store;
    final Ledger ledger;
    final List<History> more = new ArrayList<>();

    Keeper(Store store) {
      this.store = store;
      ledger = Ledger.open(store, InstantSource.system());
    }

    Keeper tidying() {
      more.add(
          History.start(
              ledger,
              List.of(
                  new History.Kind(
                      RECORDS,
                      RECEIPTS,
                      RECORDS_KEPT,
                      value -> new String(value, UTF_8).contains("true")))));
      return this;
    }

    void record(long sequence, boolean ended) {
      ledger.write(draft -> {
        draft.put(RECORDS + "%016d".formatted(sequence), new Noted(ended));
        return sequence;
      });
      receipt(sequence, "one");
      receipt(sequence, "two");
    }

    void receipt(long sequence, String node) {
      ledger.write(draft -> {
        draft.put(RECEIPTS + "%016d/%s".formatted(sequence, node), new Noted(true));
        return sequence;
      });
    }

    NavigableSet<Long> found(String prefix) {
      NavigableSet<Long> found = new TreeSet<>();
      store.each(
          prefix,
          document ->
              found.add(
                  Long.parseLong(document.key().substring(prefix.length(), prefix.length() + 16))));
      return found;
    }

    @Override
    public void close() {
      more.forEach(History::close);
      ledger.close();
      store.close();
    }
  }

  @Test
  default void oldestThatHaveEndedGoWithTheirReceipts() {
    try (Keeper keeper = new Keeper(open()).tidying()) {
      for (long sequence = 1; sequence <= 30; sequence++) {
        keeper.record(sequence, sequence != 2 && sequence != 5);
      }
      await("the bound holds").until(() -> keeper.found(RECORDS).size() <= RECORDS_KEPT + 1);
      await("receipts go too").until(() -> keeper.found(RECEIPTS).equals(keeper.found(RECORDS)));
      NavigableSet<Long> left = keeper.found(RECORDS);
      assertThat(left).as("what has not ended stays").contains(2L, 5L);
      assertThat(left.tailSet(6L))
          .as("and the newest")
          .containsExactlyElementsOf(
              LongStream.rangeClosed(30 - left.size() + 3, 30).boxed().toList());
    }
  }

  @Test
  default void receiptThatComesLateGoesWithTheNextRound() {
    try (Keeper keeper = new Keeper(open()).tidying()) {
      for (long sequence = 1; sequence <= 20; sequence++) {
        keeper.record(sequence, true);
      }
      await("the first is gone").until(() -> !keeper.found(RECORDS).contains(1L));
      keeper.receipt(1, "late");
      for (long sequence = 21; sequence <= 30; sequence++) {
        keeper.record(sequence, true);
      }
      await("it is gone as well").until(() -> keeper.found(RECEIPTS).equals(keeper.found(RECORDS)));
    }
  }

  @Test
  default void whatWasThereBeforeTheStartIsCounted() {
    try (Keeper before = new Keeper(open())) {
      for (long sequence = 1; sequence <= 30; sequence++) {
        before.record(sequence, true);
      }
      assertThat(before.found(RECORDS)).hasSize(30);
    }
    try (Keeper after = new Keeper(open()).tidying()) {
      await("the bound holds").until(() -> after.found(RECORDS).size() == RECORDS_KEPT);
      assertThat(after.found(RECORDS).first()).isEqualTo(21);
    }
  }
}
