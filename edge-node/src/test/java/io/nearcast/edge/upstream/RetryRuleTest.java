package io.nearcast.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.upstream.RetryRule.Step;
import io.nearcast.edge.upstream.UpstreamFailure.Stage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of trying again, one row each, and the budget for it. */
final class RetryRuleTest {
  private static final Target TARGET = new Target("o", false, false, "127.0.0.1", 1);

  /**
   * The traits are words: reused, begun (an answer), sent (the head), consumed (the body), bodied,
   * idempotent, more (targets).
   */
  @ParameterizedTest
  @CsvSource({
    "connect,            more,                              NEXT",
    "connect,            more bodied,                       NEXT",
    "connect,            '',                                GIVE_UP",
    "connect,            more idempotent bodied consumed,   GIVE_UP",
    "connect-time,       more,                              NEXT",
    "capacity,           more,                              NEXT",
    "capacity,           '',                                GIVE_UP",
    "closed,             reused idempotent sent,            AGAIN_CHARGED",
    "closed,             reused idempotent sent more,       AGAIN_CHARGED",
    "closed,             reused idempotent sent bodied,     AGAIN_CHARGED",
    "closed,             reused,                            AGAIN_CHARGED",
    "closed,             reused sent,                       GIVE_UP",
    "closed,             reused idempotent sent consumed,   GIVE_UP",
    "closed,             reused idempotent sent begun,      GIVE_UP",
    "closed,             reused idempotent sent begun more, NEXT_CHARGED",
    "closed,             idempotent sent,                   GIVE_UP",
    "closed,             idempotent sent more,              NEXT_CHARGED",
    "closed,             idempotent sent more bodied,       GIVE_UP",
    "closed,             sent more,                         GIVE_UP",
    "head-time,          idempotent sent more,              NEXT_CHARGED",
    "head-time,          idempotent sent,                   GIVE_UP",
    "head-time,          sent more,                         GIVE_UP",
    "head-time,          reused idempotent sent,            GIVE_UP",
    "request-time,       idempotent bodied consumed more,   GIVE_UP",
    "malformed,          idempotent sent more,              GIVE_UP"
  })
  void oneRow(String failure, String traits, Step step) {
    RetryRule.Attempt attempt =
        new RetryRule.Attempt(
            traits.contains("reused"),
            traits.contains("begun"),
            traits.contains("sent"),
            traits.contains("consumed"),
            !traits.contains("bodied"),
            traits.contains("idempotent"),
            traits.contains("more"));
    assertThat(RetryRule.after(failure(failure), attempt)).isEqualTo(step);
  }

  @Test
  void theBudgetIsAFifthOfTheRequestsAndTenASecond() {
    AtomicLong now = new AtomicLong();
    RetryBudget budget = new RetryBudget(now::get);
    assertThat(spend(budget)).isEqualTo(10);
    for (int i = 0; i < 1000; i++) {
      budget.request();
    }
    assertThat(spend(budget)).isEqualTo(200);
    now.addAndGet(1_500_000_000);
    assertThat(spend(budget)).isEqualTo(15);
    now.addAndGet(50_000_000);
    assertThat(spend(budget)).isZero();
    now.addAndGet(50_000_000);
    assertThat(spend(budget)).isEqualTo(1);
  }

  @Test
  void theBudgetIsBounded() {
    AtomicLong now = new AtomicLong();
    RetryBudget budget = new RetryBudget(now::get);
    now.addAndGet(Long.MAX_VALUE / 2);
    for (int i = 0; i < 100_000; i++) {
      budget.request();
    }
    assertThat(spend(budget)).isEqualTo(RetryBudget.TOKENS_MAX);
  }

  private static int spend(RetryBudget budget) {
    int spent = 0;
    while (budget.tryRetry()) {
      spent++;
    }
    return spent;
  }

  private static UpstreamFailure failure(String word) {
    return switch (word) {
      case "connect" -> new UpstreamFailure.CouldNotConnect(TARGET, "");
      case "connect-time" -> new UpstreamFailure.TimedOut(TARGET, Stage.CONNECT);
      case "head-time" -> new UpstreamFailure.TimedOut(TARGET, Stage.HEAD);
      case "request-time" -> new UpstreamFailure.TimedOut(TARGET, Stage.REQUEST);
      case "capacity" -> new UpstreamFailure.NoCapacity(TARGET);
      case "closed" -> new UpstreamFailure.ClosedEarly(TARGET, true, "");
      case "malformed" -> new UpstreamFailure.Malformed(TARGET, "");
      default -> throw new IllegalArgumentException(word);
    };
  }
}
