package io.nearcast.control.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.model.Pop;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.store.Commit;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.StaleRevision;
import io.nearcast.control.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LedgerTest {
  private final SharedMemory memory = new SharedMemory();
  private final List<Ledger> ledgers = new ArrayList<>();

  private record Count(int value) {}

  private Ledger open() {
    return open(memory.store());
  }

  private Ledger open(Store store) {
    Ledger ledger = Ledger.open(store, InstantSource.system());
    ledgers.add(ledger);
    return ledger;
  }

  @AfterEach
  void close() {
    ledgers.forEach(Ledger::close);
  }

  private static int increment(Draft draft) {
    Count count = draft.read(Count.class, "count");
    int next = count == null ? 1 : count.value() + 1;
    draft.put("count", new Count(next));
    draft.append(new Change.PopChanged(new Pop("p" + next, 0, 0)));
    return next;
  }

  @Test
  void newLogBeginsWithAKeyBetweenTiers() {
    Ledger ledger = open();
    assertThat(ledger.state().sequence()).isEqualTo(1);
    assertThat(ledger.state().tierKey()).isNotNull();
    assertThat(open().state()).isEqualTo(ledger.state());
  }

  @Test
  void decisionsThatWaitAreWrittenTogether() throws Exception {
    Ledger ledger = open();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    memory.beforeNextCommit(() -> {
      reached.countDown();
      go.await();
    });
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> first = callers.submit(() -> ledger.write(LedgerTest::increment));
      reached.await();
      long before = memory.commits();
      List<Future<Integer>> others = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        others.add(callers.submit(() -> ledger.write(LedgerTest::increment)));
      }
      await().until(() -> ledger.waiting() == 100);
      go.countDown();
      assertThat(first.get()).isEqualTo(1);
      List<Integer> values = new ArrayList<>();
      for (Future<Integer> other : others) {
        values.add(other.get());
      }
      Collections.sort(values);
      assertThat(values.getFirst()).isEqualTo(2);
      assertThat(values.getLast()).isEqualTo(101);
      assertThat(values).doesNotHaveDuplicates();
      assertThat(memory.commits() - before).isEqualTo(2);
      assertThat(ledger.state().pops()).hasSize(101);
    }
  }

  @Test
  void refusedDecisionLeavesNothingBehind() {
    Ledger ledger = open();
    assertThatThrownBy(() ->
            ledger.write(draft -> {
              increment(draft);
              throw Refusal.invalid("/x", "is wrong");
            }))
        .isInstanceOf(Refusal.class);
    assertThat(ledger.state().sequence()).isEqualTo(1);
    assertThat(ledger.store().read("count")).isNull();
  }

  @Test
  void twoLedgersOnOneStoreDecideOnEachOthersOutcome() throws Exception {
    Ledger one = open();
    Ledger two = open();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        all.add(callers.submit(() -> one.write(LedgerTest::increment)));
        all.add(callers.submit(() -> two.write(LedgerTest::increment)));
      }
      List<Integer> values = new ArrayList<>();
      for (Future<Integer> future : all) {
        values.add(future.get());
      }
      assertThat(values).doesNotHaveDuplicates().hasSize(100);
    }
    await().until(() -> one.state().equals(two.state()));
    assertThat(one.state().sequence()).isEqualTo(101);
  }

  @Test
  void listenersSeeEveryEntryOnceAndInOrderWhoeverWroteIt() {
    Ledger one = open();
    Ledger two = open();
    List<Long> seen = Collections.synchronizedList(new ArrayList<>());
    one.listen(
        committed -> committed.entries().stream().map(FeedEntry::sequence).forEach(seen::add));
    for (int i = 0; i < 20; i++) {
      (i % 2 == 0 ? one : two).write(LedgerTest::increment);
    }
    await().until(() -> seen.size() == 20);
    for (int i = 0; i < 20; i++) {
      assertThat(seen.get(i)).isEqualTo(i + 2L);
    }
  }

  @Test
  void whatDoesNotFitIntoOneWriteIsRefusedAndTheRestIsSplit() throws Exception {
    Ledger ledger = open(memory.store(8));
    assertThatThrownBy(() ->
            ledger.write(draft -> {
              for (int i = 0; i < 9; i++) {
                draft.put("k" + i, new Count(i));
              }
              return 0;
            }))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(Refusal.Reason.TOO_LARGE));
    AtomicInteger done = new AtomicInteger();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 30; i++) {
        callers.execute(() -> {
          ledger.write(LedgerTest::increment);
          done.incrementAndGet();
        });
      }
    }
    assertThat(done).hasValue(30);
    assertThat(ledger.state().pops()).hasSize(30);
  }

  private static void assertRefused(Ledger ledger, String why) {
    assertThatThrownBy(() -> ledger.write(LedgerTest::increment))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.reason()).isEqualTo(Refusal.Reason.UNAVAILABLE);
              assertThat(refusal.detail()).contains(why);
            });
  }

  @Test
  void failureOfAStoreOfOnesOwnIsToldAtOnceAndTheNextWriteWorks() {
    memory.own();
    Ledger ledger = open();
    memory.failNextCommit();
    assertRefused(ledger, "nothing has been changed");
    assertThat(ledger.isStoreReachable()).isFalse();
    assertThat(ledger.write(LedgerTest::increment)).isEqualTo(1);
    assertThat(ledger.isStoreReachable()).isTrue();
  }

  @Test
  void commitThatFailsInASharedStoreIsTriedAgain() {
    Ledger ledger = open();
    memory.failNextCommit();
    assertThat(ledger.write(LedgerTest::increment)).isEqualTo(1);
    assertThat(ledger.state().sequence()).isEqualTo(2);
  }

  @Test
  void commitWhoseAnswerWasLostIsFoundAndAnsweredOnce() {
    Ledger ledger = open();
    List<Long> seen = Collections.synchronizedList(new ArrayList<>());
    ledger.listen(
        committed -> committed.entries().stream().map(FeedEntry::sequence).forEach(seen::add));
    memory.loseNextAnswer();
    assertThat(ledger.write(LedgerTest::increment)).isEqualTo(1);
    assertThat(ledger.write(LedgerTest::increment)).isEqualTo(2);
    assertThat(ledger.state().sequence()).isEqualTo(3);
    assertThat(seen).containsExactly(2L, 3L);
  }

  @Test
  void callerIsToldInTimeWhereTheStoreHangsAndLearnsWhetherItsChangeWasTaken() throws Exception {
    Ledger ledger = Ledger.open(memory.store(), InstantSource.system(), Duration.ofMillis(200));
    ledgers.add(ledger);
    CountDownLatch go = new CountDownLatch(1);
    memory.beforeNextCommit(go::await);
    assertRefused(ledger, "may have been written or not");
    assertRefused(ledger, "nothing has been changed");
    go.countDown();
    await().until(() -> ledger.state().sequence() == 2);
    assertThat(ledger.write(LedgerTest::increment, Ledger.PATIENCE)).isEqualTo(2);
  }

  @Test
  void changesAreRefusedAtOnceWhileTheStoreIsAway() {
    Ledger ledger = open();
    memory.away(true);
    ledger.refresh();
    await().until(() -> !ledger.isStoreReachable());
    long before = System.nanoTime();
    assertRefused(ledger, "nothing has been changed");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    memory.away(false);
    ledger.refresh();
    await().until(ledger::isStoreReachable);
    assertThat(ledger.write(LedgerTest::increment)).isEqualTo(1);
  }

  @Test
  void whatCannotBeReadEndsTheLedgerAndItSaysSo() throws Exception {
    Ledger ledger = open();
    CountDownLatch told = new CountDownLatch(1);
    ledger.onOutOfStep(told::countDown);
    writeUnreadable();
    told.await();
    assertThat(ledger.isOpen()).isFalse();
    assertRefused(ledger, "reads its store anew");
  }

  @Test
  void decisionsThatMeetWhatCannotBeReadAreAnswered() throws Exception {
    Ledger ledger = open();
    CountDownLatch told = new CountDownLatch(1);
    ledger.onOutOfStep(told::countDown);
    memory.beforeNextCommit(this::writeUnreadable);
    assertRefused(ledger, "may have been written or not");
    told.await();
    assertRefused(ledger, "reads its store anew");
  }

  /** As a control plane of a newer version may. */
  private void writeUnreadable() {
    Position now = memory.store().position();
    Entry entry = new Entry(now.head() + 1, "{\"newer\": true}".getBytes(StandardCharsets.UTF_8));
    try {
      memory.store().commit(new Commit(now.revision() + 1, List.of(entry), List.of()));
    } catch (StaleRevision e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void closedLedgerTakesNothing() {
    Ledger ledger = open();
    ledger.close();
    assertThat(ledger.isOpen()).isFalse();
    assertThatThrownBy(() -> ledger.write(LedgerTest::increment)).isInstanceOf(Refusal.class);
  }
}
