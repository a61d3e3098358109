package io.nearcast.edge.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.nearcast.edge.rules.Conditions.Outcome;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A fresh hit, which is most of what a cache does, leaves no work to the garbage collector. */
class AllocationTest {
  private static final int ROUNDS = 50_000;

  /** What the virtual machine itself may allocate while it compiles; less than a byte a round. */
  private static final long BYTES_MAX = 16_384;

  private static final ThreadMXBean THREAD =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "-",
      value = {
        "-; Cache-Control: max-age=60",
        "Accept: text/html|Cookie: a=b|Cache-Control: max-age=0; Cache-Control: max-age=60",
        "Accept-Encoding: gzip, br; Cache-Control: max-age=60|Vary: Accept-Encoding",
        "Range: bytes=0-3; Cache-Control: max-age=60|ETag: \"v1\"",
        "If-None-Match: \"v0\", W/\"v1\"; Cache-Control: max-age=60|ETag: \"v1\"",
        "If-Modified-Since: @-60; Cache-Control: max-age=60|Last-Modified: @-90",
      })
  void decidingAFreshHitAllocatesNothing(String requestFields, String responseFields) {
    RequestHead request =
        Messages.get().withFields(Messages.fields(requestFields == null ? "" : requestFields));
    ResponseHead response = new ResponseHead(200, Messages.fields(responseFields));
    StoredView stored =
        StoredView.of(response, VaryRule.of(response, request), Messages.fresh(response));

    long decided = 0;
    for (int i = 0; i < ROUNDS; i++) {
      decided += decide(request, stored);
    }
    long before = THREAD.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < ROUNDS; i++) {
      decided += decide(request, stored);
    }
    long allocated = THREAD.getCurrentThreadAllocatedBytes() - before;

    assertThat(decided).as("every decision was a hit").isEqualTo(2L * ROUNDS);
    assertThat(allocated).as("bytes in %d decisions", ROUNDS).isLessThan(BYTES_MAX);
  }

  private static int decide(RequestHead request, StoredView stored) {
    RequestTraits traits = RequestTraits.of(request);
    boolean hit =
        Decide.beforeLookup(traits, false) == null
            && VaryRule.matches(stored.variant(), request)
            && Decide.decide(traits, stored, false, false, Messages.NOW) == Decision.Hit.FRESH;
    Outcome outcome =
        Conditions.evaluate(request, stored.head(), stored.freshness(), false, Messages.NOW);
    return hit && (outcome == Outcome.NOT_MODIFIED) == traits.conditional() ? 1 : 0;
  }
}
