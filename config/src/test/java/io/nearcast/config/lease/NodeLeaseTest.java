package io.nearcast.config.lease;

import static io.nearcast.config.model.PurgePolicy.WhenCutOff.REVALIDATE;
import static io.nearcast.config.model.PurgePolicy.WhenCutOff.SERVE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class NodeLeaseTest {
  private long nanos = TimeUnit.HOURS.toNanos(1);
  private long wallMillis = 1_700_000_000_000L;
  private final NodeLease lease = new NodeLease(() -> nanos, () -> wallMillis);

  private void pass(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    wallMillis += millis;
  }

  private void grant(String log, long watermark) {
    lease.answered(lease.asking(), new LeaseGrant(log, watermark, LeaseTerms.TERM));
  }

  @Test
  void countsFromWhenTheReportWasSent() {
    lease.restored("log", 7, true);
    NodeLease.Asked asked = lease.asking();
    pass(4_900);
    lease.answered(asked, new LeaseGrant("log", 7, LeaseTerms.TERM));
    assertThat(lease.held()).isTrue();
    pass(99);
    assertThat(lease.permits(REVALIDATE)).isTrue();
    pass(1);
    assertThat(lease.permits(REVALIDATE)).isFalse();
  }

  @Test
  void answerThatIsOlderThanALeaseGivesNone() {
    lease.restored("log", 7, true);
    NodeLease.Asked asked = lease.asking();
    pass(5_000);
    lease.answered(asked, new LeaseGrant("log", 7, LeaseTerms.TERM));
    assertThat(lease.held()).isFalse();
  }

  @Test
  void isHeldOnlyOnceTheWatermarkIsApplied() {
    lease.restored("log", 7, true);
    grant("log", 9);
    assertThat(lease.held()).isFalse();
    lease.applied(8);
    assertThat(lease.held()).isFalse();
    lease.applied(9);
    assertThat(lease.held()).isTrue();
  }

  @Test
  void offerThatIsNotHeldYetDoesNotEndTheLeaseBefore() {
    lease.restored("log", 7, true);
    grant("log", 7);
    pass(3_000);
    grant("log", 9);
    assertThat(lease.held()).isTrue();
    pass(2_000);
    assertThat(lease.held()).as("the older one has ended").isFalse();
    lease.applied(9);
    assertThat(lease.held()).as("the newer one has not").isTrue();
  }

  @Test
  void answersThatOvertakeEachOtherDoNotShortenIt() {
    lease.restored("log", 7, true);
    NodeLease.Asked first = lease.asking();
    pass(1_000);
    NodeLease.Asked second = lease.asking();
    lease.answered(second, new LeaseGrant("log", 7, LeaseTerms.TERM));
    lease.answered(first, new LeaseGrant("log", 7, LeaseTerms.TERM));
    pass(4_500);
    assertThat(lease.held()).isTrue();
  }

  @Test
  void suspendedMachineHasNoLease() {
    lease.restored("log", 7, true);
    grant("log", 7);
    wallMillis += 60_000; // the monotonic clock stood still
    assertThat(lease.held()).isFalse();
    grant("log", 7);
    assertThat(lease.held()).isTrue();
    wallMillis -= 1_000;
    assertThat(lease.held()).isFalse();
  }

  @Test
  void leaseOfAnotherLogIsNone() {
    lease.restored("log", 7, true);
    grant("other", 3);
    assertThat(lease.held()).isFalse();
    lease.snapshot("other", 3);
    assertThat(lease.held()).isTrue();
    lease.snapshot("third", 3);
    assertThat(lease.held()).isFalse();
  }

  @Test
  void edgeThatStartsFromItsDiskServesWithoutALeaseWhereTheServiceSaysSo() {
    assertThat(lease.permits(SERVE)).as("nothing is known yet").isFalse();
    lease.restored("log", 7, true);
    assertThat(lease.permits(SERVE)).isTrue();
    assertThat(lease.permits(REVALIDATE)).isFalse();
    pass(60_000);
    assertThat(lease.permits(SERVE)).isTrue();
  }

  @Test
  void edgeThatWasNeverKnownIsNotSoAfterARestart() {
    lease.restored("log", 7, false);
    assertThat(lease.permits(SERVE)).isFalse();
    grant("log", 7);
    assertThat(lease.isKnown()).isTrue();
  }

  @Test
  void edgeWithASnapshotServesOnlyAfterItsFirstLease() {
    lease.snapshot("log", 7);
    assertThat(lease.permits(SERVE)).isFalse();
    grant("log", 9);
    assertThat(lease.permits(SERVE)).isFalse();
    lease.applied(9);
    assertThat(lease.permits(SERVE)).isTrue();
    pass(60_000);
    assertThat(lease.permits(SERVE)).isTrue();
    assertThat(lease.permits(REVALIDATE)).isFalse();
  }

  @Test
  void givenUpLeaseStaysSo() {
    lease.restored("log", 7, true);
    grant("log", 7);
    lease.giveUp();
    assertThat(lease.held()).isFalse();
    assertThat(lease.permits(SERVE)).isFalse();
    lease.applied(8);
    assertThat(lease.held()).isFalse();
  }
}
