package io.nearcast.control.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nearcast.config.lease.LeaseTerms;
import io.nearcast.control.fleet.MemoryReplicas.Fails;
import io.nearcast.control.store.SharedRecords;
import io.nearcast.control.store.StoreFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ReplicaTest {
  private static final String LOG = "log";

  private final MemoryReplicas store = new MemoryReplicas();
  private final LeaseBook leases = LeaseBook.shared();
  private int ids;
  private final Replica replica = new Replica(LOG, leases, () -> "r" + ++ids);

  /** By both clocks alike. */
  private static Moment at(Duration time) {
    return new Moment(time.toNanos(), time.toMillis());
  }

  private static Moment second(double seconds) {
    return at(Duration.ofMillis(Math.round(seconds * 1_000)));
  }

  private boolean step(double second) {
    return replica.step(store, second(second), store.head, List.of());
  }

  private void registered() {
    assertThat(step(0)).isFalse();
    assertThat(step(0)).isFalse();
    assertThat(step(0)).isTrue();
  }

  private OptionalLong renew(String edge, long applied, double second) {
    return replica.renew(edge, "boot", 0, applied, second(second));
  }

  private long published() {
    return store.read(replica.id()).record().watermark();
  }

  @Test
  void recordIsThereBeforeTheHeadIsReadAndTheFirstLeaseIsGiven() {
    store.head = 7;
    step(0);
    assertThat(published()).as("whoever reads it waits").isZero();
    assertThat(renew("edge", 9, 0)).isEmpty();
    store.head = 8;
    step(0);
    assertThat(renew("edge", 9, 0)).hasValue(8);
  }

  @Test
  void watermarkIsWhatAllLeasesArePastAndNeverAboveTheHead() {
    registered();
    store.head = 5;
    step(1);
    assertThat(published()).as("no leases").isEqualTo(5);
    renew("edge", 5, 1);
    store.head = 9;
    step(2);
    assertThat(published()).isEqualTo(5);
    renew("edge", 99, 3);
    step(3);
    assertThat(published()).isEqualTo(9);
    assertThat(renew("other", 0, 3)).as("is never below").hasValue(9);
    step(3);
    assertThat(published()).as("never falls").isEqualTo(9);
  }

  @Test
  void leasesAreGivenOnlyInTheSessionOfTheLastWriteAsItWasSent() {
    registered();
    step(2);
    assertThat(renew("edge", 0, 11.9)).isPresent();
    assertThat(renew("edge", 0, 12)).isEmpty();
    store.fails = Fails.BEFORE;
    assertThatThrownBy(() -> step(12)).isInstanceOf(StoreFailure.class);
    assertThat(renew("edge", 0, 12)).isEmpty();
    assertThat(step(13)).as("looks").isFalse();
    assertThat(renew("edge", 0, 13)).as("a look is no write").isEmpty();
    step(13);
    assertThat(renew("edge", 0, 14)).as("the record was there all the time").isPresent();
  }

  @Test
  void suspendedMachineGivesNoLeaseBeforeItHasWrittenAgain() {
    registered();
    Moment woken = new Moment(Duration.ofSeconds(1).toNanos(), Duration.ofSeconds(30).toMillis());
    assertThat(replica.renew("edge", "boot", 0, 0, woken)).isEmpty();
    replica.step(store, woken, 0, List.of());
    assertThat(replica.renew("edge", "boot", 0, 0, woken)).isPresent();
  }

  @Test
  void writeOfWhichNothingIsKnownIsLookedUp() {
    registered();
    store.head = 4;
    store.fails = Fails.AFTER;
    assertThatThrownBy(() -> step(1)).isInstanceOf(StoreFailure.class);
    assertThat(published()).isEqualTo(4);
    assertThat(step(2)).isFalse();
    store.head = 6;
    assertThat(step(2)).isTrue();
    assertThat(published()).isEqualTo(6);
    assertThat(renew("edge", 6, 11)).isPresent();
  }

  @Test
  void createOfWhichNothingIsKnownIsLookedUpAndTheHeadReadAfter() {
    store.fails = Fails.AFTER;
    assertThatThrownBy(() -> step(0)).isInstanceOf(StoreFailure.class);
    assertThat(step(1)).isFalse();
    store.head = 3;
    assertThat(step(1)).isFalse();
    assertThat(store.all()).hasSize(1);
    assertThat(renew("edge", 9, 1)).as("nothing was written since").isEmpty();
    step(1);
    assertThat(renew("edge", 9, 1)).hasValue(3);

    store.fails = Fails.BEFORE;
    Replica other = new Replica(LOG, LeaseBook.shared(), () -> "other" + ++ids);
    assertThatThrownBy(() -> other.step(store, second(0), 0, List.of()))
        .isInstanceOf(StoreFailure.class);
    assertThat(other.step(store, second(0), 0, List.of())).isFalse();
    assertThat(store.read(other.id())).isNull();
  }

  @Test
  void createThatComesLateIsNoRecordOfNobody() {
    store.fails = Fails.BEFORE;
    assertThatThrownBy(() -> step(0)).isInstanceOf(StoreFailure.class);
    assertThat(step(0)).as("looks and finds nothing").isFalse();
    store.create("r1", new ReplicaRecord(LOG, 1, 0, false, List.of()));
    store.head = 4;
    assertThat(step(1)).as("tries again").isFalse();
    assertThat(step(1)).as("looks and finds it").isFalse();
    assertThat(step(1)).as("reads the head").isFalse();
    assertThat(step(1)).isTrue();
    assertThat(store.all()).hasSize(1);
    assertThat(renew("edge", 9, 1)).hasValue(4);
  }

  @Test
  void createThatComesAfterTheRecordWasRemovedIsNotTakenForIt() {
    store.fails = Fails.BEFORE;
    assertThatThrownBy(() -> step(0)).isInstanceOf(StoreFailure.class);
    assertThat(step(0)).isFalse();
    registered();
    String first = replica.id();
    store.remove(first, store.read(first).version());
    store.create(first, new ReplicaRecord(LOG, 1, 0, false, List.of()));
    store.head = 20;
    assertThat(step(1)).isFalse();
    assertThat(step(1)).as("learns that it is gone").isFalse();
    assertThat(renew("edge", 0, 1)).isEmpty();
    assertThat(step(1)).isFalse();
    assertThat(step(1)).isFalse();
    assertThat(replica.id()).isNotEqualTo(first);
    assertThat(renew("edge", 0, 1)).hasValue(20);
  }

  @Test
  void whoseRecordIsRemovedMakesAnotherAndReadsTheHeadAnew() {
    registered();
    String first = replica.id();
    assertThat(store.remove(first, store.read(first).version())).isTrue();
    store.head = 20;
    assertThat(step(1)).isFalse();
    assertThat(step(1)).as("learns that it is gone").isFalse();
    assertThat(renew("edge", 0, 1)).isEmpty();
    assertThat(step(1)).isFalse();
    assertThat(renew("edge", 0, 1)).isEmpty();
    assertThat(step(1)).isFalse();
    assertThat(replica.id()).isNotEqualTo(first);
    assertThat(renew("edge", 0, 1)).hasValue(20);
    assertThat(step(1)).isTrue();
  }

  @Test
  void whoStopsTakesAnUnusedRecordAwayAndElseSaysThatItIsStopped() {
    registered();
    renew("edge", 0, 1);
    replica.stop(store, second(2), 0);
    assertThat(store.read(replica.id()).record().stopped()).isTrue();
    assertThat(renew("edge", 0, 2)).isEmpty();

    Replica unused = new Replica(LOG, LeaseBook.shared(), () -> "unused");
    unused.step(store, second(0), 0, List.of());
    unused.step(store, second(0), 0, List.of());
    unused.stop(store, second(1), 0);
    assertThat(store.read("unused")).isNull();
  }

  @Test
  void purgeIsPastTheLeasesOfTheOthersWhenAllTheirRecordsAre() {
    OtherReplicas others = new OtherReplicas(LOG);
    assertThat(others.floor("own")).isEqualTo(Long.MAX_VALUE);
    store.create("own", record(LOG, 1, false));
    assertThat(others.floor(store.all(), "own")).isEqualTo(Long.MAX_VALUE);
    assertThat(others.floor(store.all(), null)).isEqualTo(1);
    store.create("b", record(LOG, 7, false));
    store.create("c", record(LOG, 5, true));
    assertThat(others.floor(store.all(), "own")).isEqualTo(5);
    store.create("d", record("another log", 9, false));
    assertThat(others.floor(store.all(), "own")).isZero();
  }

  @Test
  void recordIsLeftOverOnceItHasStoodStillForASessionAndALease() {
    OtherReplicas others = new OtherReplicas(LOG);
    long kept = OtherReplicas.KEPT.toNanos();
    assertThat(OtherReplicas.KEPT)
        .isGreaterThanOrEqualTo(
            Replica.SESSION.plus(LeaseTerms.TERM).multipliedBy(11).dividedBy(10));
    long version = store.create("b", record(LOG, 7, false)).orElseThrow();
    store.create("own", record(LOG, 7, false));
    others.saw(store.all(), 100);
    others.saw(store.all(), 100 + kept - 1);
    assertThat(others.leftOver("own", 100 + kept - 1)).isEmpty();
    assertThat(others.leftOver("own", 100 + kept))
        .extracting(ReplicaStore.Kept::id)
        .containsExactly("b");

    store.replace("b", version, record(LOG, 8, false));
    assertThat(store.remove("b", version)).as("not in the version that stood still").isFalse();
    others.saw(store.all(), 100 + kept);
    assertThat(others.leftOver("own", 100 + kept)).isEmpty();
  }

  @Test
  void recordOfOneThatHasStoppedIsLeftOverAfterALease() {
    OtherReplicas others = new OtherReplicas(LOG);
    store.create("b", record(LOG, 7, true));
    others.saw(store.all(), 0);
    assertThat(others.leftOver(null, LeaseTerms.COUNTED.toNanos() - 1)).isEmpty();
    assertThat(others.leftOver(null, LeaseTerms.COUNTED.toNanos())).hasSize(1);
  }

  @Test
  void recordThatCannotBeReadIsWaitedForUntilItIsLeftOver() {
    OtherReplicas others = new OtherReplicas(LOG);
    byte[] nothing = "{}".getBytes(StandardCharsets.UTF_8);
    others.saw(StoredReplicas.kept(List.of(new SharedRecords.Kept("x", 1, nothing))), 0);
    assertThat(others.floor(null)).isZero();
    assertThat(others.leftOver(null, LeaseTerms.COUNTED.toNanos())).isEmpty();
    assertThat(others.leftOver(null, OtherReplicas.KEPT.toNanos())).hasSize(1);
  }

  private static ReplicaRecord record(String log, long watermark, boolean stopped) {
    return new ReplicaRecord(log, 1, watermark, stopped, List.of());
  }
}
