package io.nearcast.control.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nearcast.config.feed.Change;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.lease.LeaseGrant;
import io.nearcast.config.model.Pop;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class MembersTest {
  private final AtomicLong nanos = new AtomicLong();
  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Store store;
  private Ledger ledger;
  private Members members;

  @BeforeEach
  void open(@TempDir Path directory) {
    store = SqliteStore.open(directory);
    ledger = Ledger.open(store, () -> now);
    members = Members.open(ledger, nanos::get);
  }

  @AfterEach
  void close() {
    ledger.close();
    store.close();
  }

  private NodeReport word(String boot, long applied, boolean leaving) {
    return new NodeReport(
        boot,
        NodeRole.EDGE,
        "fra",
        "127.0.0.1:8080",
        ledger.state().log(),
        applied,
        NodeState.SERVING,
        leaving,
        List.of(),
        Map.of());
  }

  private LeaseGrant report(long applied) {
    return members.report("one", word("boot", applied, false));
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private void change() {
    ledger.write(draft -> draft.append(new Change.PopChanged(new Pop("fra", 0, 0))));
  }

  @Test
  void edgeThatReportsButDoesNotApplyLosesItsLeaseUntilItDoes() {
    assertThat(report(1)).isNotNull();
    change();
    assertThat(report(1)).isNotNull();
    pass(RecentHeads.LATE.minusMillis(1));
    assertThat(report(1)).isNotNull();
    pass(Duration.ofMillis(1));
    assertThat(report(1)).isNull();
    pass(Duration.ofMinutes(1));
    assertThat(report(1)).isNull();
    assertThat(members.leases().floor(2, nanos.get())).as("nothing waits for it").isEqualTo(2);
    assertThat(report(2)).isNotNull();
  }

  @Test
  void edgeThatIsAlwaysALittleBehindKeepsItsLease() {
    for (long applied = 1; applied <= 100; applied++) {
      change();
      assertThat(report(applied)).isNotNull();
      pass(Duration.ofMillis(400));
    }
  }

  @Test
  void noLeaseIsGivenOnceTheLedgerDoesNotFollowTheLog() {
    assertThat(report(1)).isNotNull();
    ledger.close();
    assertThat(report(1)).isNull();
  }

  @Test
  void lateReportOfAProcessThatHasLeftDoesNotMakeItAMember() {
    report(1);
    members.report("one", word("boot", 1, true));
    assertThatThrownBy(() -> report(1))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(Refusal.Reason.CONFLICT));
    assertThat(members.fleet().nodes()).isEmpty();
    members.report("one", word("next", 1, false));
    assertThat(members.get("one").appliedSequence()).isEqualTo(1);
  }

  @Test
  void processesThatHaveLeftAreForgottenInTime() {
    for (int i = 0; i < 5; i++) {
      members.report("n" + i, word("boot", 1, false));
      members.report("n" + i, word("boot", 1, true));
    }
    now = now.plus(Duration.ofHours(1));
    report(1);
    members.report("one", word("boot", 1, true));
    List<String> left = new ArrayList<>();
    store.each("left/", document -> left.add(document.key()));
    assertThat(left).containsExactly("left/one");
  }
}
