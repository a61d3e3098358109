package io.nearcast.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.CacheKeys;
import io.nearcast.edge.rules.Reason;
import org.junit.jupiter.api.Test;

/** The member of Cache-Status (RFC 9211). */
final class OutcomeTest {
  @Test
  void hitHasNoForward() {
    assertThat(Outcome.hit(Reason.FRESH).parameters(7L, null)).isEqualTo("; hit; ttl=7");
    assertThat(Outcome.hit(Reason.STALE_WHILE_REVALIDATE).parameters(-7L, null))
        .isEqualTo("; hit; ttl=-7; detail=stale-while-revalidate");
  }

  @Test
  void forwardSaysWhyAndWhatCame() {
    assertThat(Outcome.forwarded(Reason.URI_MISS, 200, true, null).parameters(60L, null))
        .isEqualTo("; fwd=uri-miss; fwd-status=200; stored; ttl=60");
    assertThat(
            Outcome.forwarded(Reason.STALE, 304, true, null).collapsedIf(true).parameters(1L, null))
        .isEqualTo("; fwd=stale; fwd-status=304; stored; collapsed; ttl=1");
    assertThat(
            Outcome.forwarded(Reason.URI_MISS, 200, false, Reason.PRIVATE).parameters(null, null))
        .isEqualTo("; fwd=uri-miss; fwd-status=200; detail=private");
    assertThat(Outcome.forwarded(Reason.BYPASS, 200, false, null).parameters(null, null))
        .isEqualTo("; fwd=bypass; fwd-status=200; detail=bypass");
  }

  @Test
  void everyForwardIsAWordOfTheRfc() {
    for (Reason reason : Reason.values()) {
      assertThat(Outcome.forwarded(reason, 0, false, null).parameters(null, null))
          .matches(
              "; fwd=(bypass|method|uri-miss|vary-miss|miss|request|stale|partial)"
                  + "(; detail=[a-z-]+)?");
    }
  }

  @Test
  void nodesOwnAnswerHasNeitherHitNorForward() {
    for (Reason reason : Reason.values()) {
      assertThat(Outcome.own(reason, null).parameters(null, null))
          .isEqualTo("; detail=" + reason.token());
    }
  }

  @Test
  void wordsAreAStringWithTheReasonBefore() {
    assertThat(
            Outcome.own(Reason.ONLY_IF_CACHED, "nothing stored can answer").parameters(null, null))
        .isEqualTo("; detail=\"only-if-cached: nothing stored can answer\"");
    assertThat(Outcome.inVain(Reason.URI_MISS, "a \"b\" \\ \u00e4\n").parameters(null, null))
        .isEqualTo("; fwd=uri-miss; detail=\"a 'b'  ??\"");
  }

  @Test
  void keyIsLastAndOnlyWhereTheCacheWasAsked() {
    CacheKey key = CacheKeys.of("s", KeyPolicy.DEFAULT, "www.test", "/a");
    assertThat(Outcome.hit(Reason.STALE_WHILE_REVALIDATE).parameters(-7L, key))
        .isEqualTo("; hit; ttl=-7; detail=stale-while-revalidate; key=\"www.test/a\"");
    assertThat(Outcome.forwarded(Reason.METHOD, 200, false, null).parameters(null, key))
        .isEqualTo("; fwd=method; fwd-status=200");
  }
}
