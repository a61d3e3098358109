package io.nearcast.control.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.lease.LeaseTerms;
import org.junit.jupiter.api.Test;

final class LeaseBookTest {
  private static final long END = LeaseTerms.COUNTED.toNanos();

  private final LeaseBook book = new LeaseBook(10, -LeaseTerms.COUNTED.toNanos());

  @Test
  void isLongerThanTheEdgeCounts() {
    assertThat(END).isGreaterThan(LeaseTerms.TERM.toNanos());
  }

  @Test
  void floorIsWhatEveryEdgeWithALeaseHasApplied() {
    assertThat(book.renew("one", "a", 10, 12, 0)).isEqualTo(10);
    book.renew("two", "a", 10, 11, 5);
    assertThat(book.floor(20, 6)).isEqualTo(11);
    assertThat(book.floor(20, END)).as("the first one's has ended").isEqualTo(11);
    assertThat(book.floor(20, END + 5)).isEqualTo(20);
  }

  @Test
  void floorIsNeverAboveTheHeadThoughThereAreNoEdges() {
    assertThat(book.floor(10, 0)).isEqualTo(10);
    book.renew("one", "a", 0, 99, 0);
    assertThat(book.floor(12, 1)).isEqualTo(12);
  }

  @Test
  void whoLosesItsLeaseGetsNoneBelowWhatWasCompleteWithoutIt() {
    book.renew("one", "a", 10, 10, 0);
    assertThat(book.floor(15, END)).isEqualTo(15);
    assertThat(book.renew("one", "a", 10, 10, END + 1)).isEqualTo(15);
  }

  @Test
  void controlPlaneThatStartsWaitsOneLeaseAndGivesNoneBelowTheHead() {
    LeaseBook starting = new LeaseBook(10, 0);
    assertThat(starting.holds("one", END - 1)).as("it may have been given one").isTrue();
    assertThat(starting.floor(20, END - 1)).isZero();
    assertThat(starting.changesInNanos(END - 3)).isEqualTo(3);
    assertThat(starting.renew("one", "a", 3, 5, 2)).isEqualTo(10);
    assertThat(starting.floor(20, END)).isEqualTo(5);
  }

  @Test
  void processThatWasReplacedIsCountedUntilItsLeaseHasEnded() {
    book.renew("one", "a", 10, 11, 0);
    assertThat(book.renew("one", "b", 14, 14, 1)).isEqualTo(14);
    assertThat(book.floor(20, 2)).isEqualTo(11);
    assertThat(book.floor(20, END)).isEqualTo(14);
  }

  @Test
  void processThatRegistersAgainIsCountedByTheLeaseThatItHolds() {
    book.renew("one", "a", 10, 11, 0);
    assertThat(book.renew("one", "a", 15, 11, 1)).isEqualTo(15);
    assertThat(book.floor(20, 2)).isEqualTo(11);
  }

  @Test
  void whatAnEdgeHasToldOthersCountsForTheLeaseThatItHolds() {
    book.renew("one", "a", 10, 11, 0);
    book.applied("one", "b", 15);
    book.applied("two", "a", 15);
    assertThat(book.floor(20, 1)).as("nobody that is counted").isEqualTo(11);
    book.applied("one", "a", 15);
    book.applied("one", "a", 13);
    assertThat(book.floor(20, 1)).isEqualTo(15);
    assertThat(book.holds("one", END)).as("is no longer one").isFalse();
  }

  @Test
  void leaseThatWasGivenUpIsNotWaitedFor() {
    book.renew("one", "a", 10, 11, 0);
    book.givenUp("one", "a");
    assertThat(book.holds("one", 1)).isFalse();
    assertThat(book.floor(20, 1)).isEqualTo(20);
  }
}
