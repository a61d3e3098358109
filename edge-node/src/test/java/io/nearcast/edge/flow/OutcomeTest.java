package io.nearcast.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.rules.Reason;
import org.junit.jupiter.api.Test;

/** The member of Cache-Status (RFC 9211). */
final class OutcomeTest {
  @Test
  void hitHasNoForward() {
    assertThat(Outcome.hit(Reason.FRESH).parameters(7L)).isEqualTo("; hit; ttl=7");
    assertThat(Outcome.hit(Reason.STALE_WHILE_REVALIDATE).parameters(-7L))
        .isEqualTo("; hit; ttl=-7; detail=stale-while-revalidate");
  }

  @Test
  void forwardSaysWhyAndWhatCame() {
    assertThat(Outcome.forwarded(Reason.URI_MISS, 200, true, null).parameters(60L))
        .isEqualTo("; fwd=uri-miss; fwd-status=200; stored; ttl=60");
    assertThat(Outcome.forwarded(Reason.STALE, 304, true, null).collapsedIf(true).parameters(1L))
        .isEqualTo("; fwd=stale; fwd-status=304; stored; collapsed; ttl=1");
    assertThat(Outcome.forwarded(Reason.URI_MISS, 200, false, Reason.PRIVATE).parameters(null))
        .isEqualTo("; fwd=uri-miss; fwd-status=200; detail=private");
    assertThat(Outcome.forwarded(Reason.BYPASS, 200, false, null).parameters(null))
        .isEqualTo("; fwd=bypass; fwd-status=200; detail=bypass");
  }

  @Test
  void everyForwardIsAWordOfTheRfc() {
    for (Reason reason : Reason.values()) {
      assertThat(Outcome.own(reason, null).parameters(null))
          .matches(
              "; fwd=(bypass|method|uri-miss|vary-miss|miss|request|stale|partial)"
                  + "(; detail=[a-z-]+)?");
    }
  }

  @Test
  void wordsAreAStringWithTheReasonBefore() {
    assertThat(Outcome.own(Reason.ONLY_IF_CACHED, "nothing stored can answer").parameters(null))
        .isEqualTo("; fwd=request; detail=\"only-if-cached: nothing stored can answer\"");
    assertThat(Outcome.own(Reason.URI_MISS, "a \"b\" \\ \u00e4\n").parameters(null))
        .isEqualTo("; fwd=uri-miss; detail=\"a 'b'  ??\"");
  }
}
