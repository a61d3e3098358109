package io.nearcast.edge.purge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SharedAskingsTest {
  private static final long SECOND = SharedAskings.GAP_NANOS;

  private final SharedAskings<String, Object> askings = new SharedAskings<>(2);

  private SharedAskings.Turn<Object> next(long nowNanos) {
    return askings.next("place", Object::new, nowNanos);
  }

  @Test
  void allThatComeBeforeItIsSentShareOne() {
    SharedAskings.Turn<Object> first = next(5);
    SharedAskings.Turn<Object> second = next(6);
    assertThat(first.made()).isTrue();
    assertThat(first.waitNanos()).isZero();
    assertThat(second.made()).isFalse();
    assertThat(second.asking()).isSameAs(first.asking());
  }

  @Test
  void nobodySharesOneThatWasSentBefore() {
    Object sent = next(5).asking();
    askings.sent("place", 5);
    SharedAskings.Turn<Object> later = next(6);
    assertThat(later.asking()).isNotSameAs(sent);
    assertThat(later.made()).isTrue();
    assertThat(later.waitNanos()).as("one a second").isEqualTo(SECOND - 1);
  }

  @Test
  void placeIsForgottenWhenItsSecondIsOver() {
    next(5);
    askings.sent("place", 5);
    askings.tidy("place", SECOND + 4);
    assertThat(askings.size()).isOne();
    askings.tidy("place", SECOND + 5);
    assertThat(askings.size()).isZero();
    assertThat(next(SECOND + 6).waitNanos()).isZero();
  }

  @Test
  void placeWhereOneWaitsIsKept() {
    Object waiting = next(5).asking();
    askings.tidy("place", 10 * SECOND);
    assertThat(next(10 * SECOND).asking()).isSameAs(waiting);
  }

  @Test
  void placesBeyondTheBoundAreNotKept() {
    for (String place : new String[] {"a", "b", "c"}) {
      var _ = askings.next(place, Object::new, 0);
    }
    askings.sent("c", 0);
    assertThat(askings.size()).isEqualTo(2);
    assertThat(askings.next("c", Object::new, 1).waitNanos()).isZero();
  }
}
