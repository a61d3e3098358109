package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.NOW;
import static io.nearcast.edge.rules.Messages.fields;
import static io.nearcast.edge.rules.Messages.fresh;
import static io.nearcast.edge.rules.Messages.get;
import static io.nearcast.edge.rules.Messages.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9111 sections 4 and 5.2.1. */
final class DecideTest {
  private static final CachePolicy HONOURING =
      new CachePolicy(
          null,
          Duration.ZERO,
          Duration.ZERO,
          KeyPolicy.DEFAULT,
          false,
          null,
          Duration.ZERO,
          null,
          Map.of(),
          true);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET     | ``                                       | false | look up",
        "HEAD    | ``                                       | false | look up",
        // "A cache MUST write through requests with methods that are unsafe to the origin server"
        "POST    | ``                                       | false | pass method",
        "PUT     | ``                                       | false | pass method",
        "FOO     | ``                                       | false | pass method",
        "OPTIONS | ``                                       | false | pass method",
        "POST    | `Cache-Control: only-if-cached`          | false | pass method",
        // The operator's word.
        "GET     | ``                                       | true  | pass bypass",
        "GET     | `Cache-Control: only-if-cached`          | true  | refuse 504 only-if-cached",
        // WebSocket, and nothing else that Upgrade may say.
        "GET     | `Upgrade: websocket | Connection: Upgrade` | false | pass upgrade",
        "GET     | `Upgrade: WebSocket | Connection: keep-alive, upgrade` | false | pass upgrade",
        "GET     | `Upgrade: websocket`                     | false | look up",
        "GET     | `Upgrade: h2c | Connection: Upgrade`     | false | look up",
        // 4.3.2: "MUST NOT evaluate conditional header fields that only apply to an origin server"
        "GET     | `If-Match: \"a\"`                        | false | pass precondition",
        "GET     | `If-Unmodified-Since: @0`                | false | pass precondition",
        "GET     | `If-Match: \"a\" | Cache-Control: only-if-cached` | false | refuse 504 only-if-cached",
        "GET     | `If-None-Match: \"a\" | If-Modified-Since: @0 | Range: bytes=0-1` | false | look up",
        "GET     | `Cache-Control: no-cache, no-store, max-age=0 | Pragma: no-cache` | false | look up",
      })
  void beforeTheLookup(String method, String lines, boolean bypass, String expected) {
    RequestHead request = request(method).withFields(fields(lines));
    Decision decision = Decide.beforeLookup(RequestTraits.of(request), bypass);
    assertThat(decision == null ? "look up" : word(decision)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // "the stored response is one of the following: fresh"
        "GET  | `` | `Cache-Control: max-age=60` | 59 | false | hit fresh",
        "HEAD | `` | `Cache-Control: max-age=60` | 59 | false | hit fresh",
        "GET  | `Cache-Control: only-if-cached` | `Cache-Control: max-age=60` | 0 | false | hit fresh",
        // "the stored response does not contain the no-cache directive, unless it is successfully
        // validated"
        "GET  | `` | `Cache-Control: max-age=60, no-cache` | 0 | false | validate no-cache",
        "GET  | `` | `Cache-Control: max-age=60, no-cache=\"a\"` | 0 | false | hit fresh",
        "GET  | `` | `CDN-Cache-Control: no-cache | Cache-Control: max-age=60` | 0 | false | validate no-cache",
        // "allowed to be served stale"
        "GET  | `` | `Cache-Control: max-age=60, stale-while-revalidate=30` | 60 | false | stale stale-while-revalidate",
        "GET  | `` | `Cache-Control: max-age=60, stale-while-revalidate=30` | 90 | false | validate stale",
        "HEAD | `` | `Cache-Control: max-age=60, stale-while-revalidate=30` | 60 | false | stale stale-while-revalidate",
        "GET  | `` | `Cache-Control: no-cache, stale-while-revalidate=30` | 0 | false | validate no-cache",
        "GET  | `Cache-Control: only-if-cached` | `Cache-Control: max-age=1, stale-while-revalidate=9` | 5 | false | stale stale-while-revalidate",
        // "successfully validated"
        "GET  | `` | `Cache-Control: max-age=60` | 60 | false | validate stale",
        "GET  | `` | `Cache-Control: max-age=60, stale-if-error=90` | 60 | false | validate stale",
        "GET  | `` | `Cache-Control: max-age=60, must-revalidate, stale-while-revalidate=9` | 60 | false | validate stale",
        // A soft purge makes fresh content stale as of now.
        "GET  | `` | `Cache-Control: max-age=60` | 0 | true | validate soft-purged",
        "GET  | `` | `Cache-Control: max-age=60, stale-while-revalidate=9` | 0 | true | stale stale-while-revalidate",
        "GET  | `` | `Cache-Control: max-age=60` | 60 | true | validate stale",
        // 5.2.1.7: "respond with either a stored response consistent with the other constraints of
        // the request or a 504 (Gateway Timeout) status code"
        "GET  | `Cache-Control: only-if-cached` | `Cache-Control: max-age=60` | 60 | false | refuse 504 only-if-cached",
        "GET  | `Cache-Control: Only-If-Cached` | `Cache-Control: no-cache` | 0 | false | refuse 504 only-if-cached",
        "GET  | `Cache-Control: x=\"only-if-cached\"` | `Cache-Control: no-cache` | 0 | false | validate no-cache",
        // A HEAD is written through.
        "HEAD | `` | `Cache-Control: max-age=60` | 60 | false | pass head",
        "HEAD | `Cache-Control: only-if-cached` | `Cache-Control: max-age=60` | 60 | false | refuse 504 only-if-cached",
        // What clients wish does not reach past the cache.
        "GET  | `Cache-Control: no-cache` | `Cache-Control: max-age=60` | 0 | false | hit fresh",
        "GET  | `Cache-Control: no-store` | `Cache-Control: max-age=60` | 0 | false | hit fresh",
        "GET  | `Cache-Control: max-age=0` | `Cache-Control: max-age=60` | 9 | false | hit fresh",
        "GET  | `Cache-Control: min-fresh=90` | `Cache-Control: max-age=60` | 9 | false | hit fresh",
        "GET  | `Cache-Control: max-stale` | `Cache-Control: max-age=60` | 90 | false | validate stale",
        "GET  | `Pragma: no-cache` | `Cache-Control: max-age=60` | 9 | false | hit fresh",
      })
  void withAStoredResponse(
      String method, String lines, String stored, long seconds, boolean soft, String expected) {
    RequestHead request = request(method).withFields(fields(lines));
    assertThat(decide(RequestTraits.of(request), stored, soft, seconds)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`Cache-Control: x`              | `Cache-Control: max-age=60` | 9 | hit fresh",
        // 5.2.1.4: "a stored response not be used to satisfy the request without successful
        // validation"
        "`Cache-Control: no-cache`       | `Cache-Control: max-age=60` | 9 | validate request",
        "`Cache-Control: no-cache`       | `Cache-Control: max-age=60, stale-while-revalidate=60` | 70 | validate stale",
        // 5.4: Pragma, where there is no Cache-Control.
        "`Pragma: no-cache`              | `Cache-Control: max-age=60` | 9 | validate request",
        "`Pragma: foo`                   | `Cache-Control: max-age=60` | 9 | hit fresh",
        "`Pragma: no-cache | Cache-Control: x` | `Cache-Control: max-age=60` | 9 | hit fresh",
        // 5.2.1.1: "prefers a response whose age is less than or equal to the specified number"
        "`Cache-Control: max-age=9`      | `Cache-Control: max-age=60` | 9 | hit fresh",
        "`Cache-Control: max-age=8`      | `Cache-Control: max-age=60` | 9 | validate request",
        "`Cache-Control: max-age=600`    | `Cache-Control: max-age=3600 | Age: 1800` | 0 | validate request",
        // "Unless the max-stale request directive is also present, the client does not wish to
        // receive a stale response."
        "`Cache-Control: max-age=99`     | `Cache-Control: max-age=60, stale-while-revalidate=60` | 70 | validate stale",
        "`Cache-Control: max-age=99, max-stale=20` | `Cache-Control: max-age=60, stale-while-revalidate=60` | 70 | stale stale-while-revalidate",
        // 5.2.1.3: "will still be fresh for at least the specified number of seconds"
        "`Cache-Control: min-fresh=51`   | `Cache-Control: max-age=60` | 9 | hit fresh",
        "`Cache-Control: min-fresh=52`   | `Cache-Control: max-age=60` | 9 | validate request",
        // 5.2.1.2: "willing to accept a response that has exceeded its freshness lifetime by no
        // more than the specified number of seconds"
        "`Cache-Control: max-stale=10`   | `Cache-Control: max-age=60` | 69 | stale max-stale",
        "`Cache-Control: max-stale=10`   | `Cache-Control: max-age=60` | 70 | validate stale",
        "`Cache-Control: max-stale`      | `Cache-Control: max-age=60` | 9999 | stale max-stale",
        "`Cache-Control: max-stale`      | `Cache-Control: max-age=60, must-revalidate` | 70 | validate stale",
        "`Cache-Control: max-stale`      | `Cache-Control: no-cache` | 0 | validate no-cache",
        "`Cache-Control: only-if-cached, no-cache` | `Cache-Control: max-age=60` | 9 | refuse 504 only-if-cached",
        // RFC 8246: a reload of what does not change brings nothing, but no-cache is meant.
        "`Cache-Control: max-age=0`      | `Cache-Control: max-age=60, immutable` | 9 | hit fresh",
        "`Cache-Control: max-age=0`      | `Cache-Control: max-age=60, immutable` | 60 | validate stale",
        "`Cache-Control: no-cache`       | `Cache-Control: max-age=60, immutable` | 9 | validate request",
      })
  void wishesThatAServiceHonours(String lines, String stored, long seconds, String expected) {
    RequestHead request = get().withFields(fields(lines));
    assertThat(decide(RequestTraits.of(request, HONOURING), stored, false, seconds))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET  |                               | false | miss uri-miss",
        // 4.1: "If no stored response matches, the cache cannot satisfy the presented request."
        "GET  |                               | true  | miss vary-miss",
        "HEAD |                               | false | pass head",
        "GET  | Cache-Control: only-if-cached | false | refuse 504 only-if-cached",
      })
  void withNothingStored(String method, String lines, boolean others, String expected) {
    RequestHead request = request(method).withFields(fields(lines == null ? "" : lines));
    RequestTraits traits = RequestTraits.of(request);
    assertThat(word(Decide.decide(traits, null, others, false, NOW))).isEqualTo(expected);
  }

  @Test
  void traitsAreReadFromAllFields() {
    RequestTraits traits =
        RequestTraits.of(
            get(
                "range", "bytes=0-1",
                "If-none-match", "*",
                "IF-MATCH", "*",
                "If-Modified-Since", "x",
                "Cache-Control", "x",
                "cache-control", "only-if-cached"));
    assertThat(traits)
        .isEqualTo(
            new RequestTraits(
                RequestTraits.Method.GET, true, true, true, true, false, ClientWishes.NONE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cache-Control: max-age=60",
        "Cache-Control: max-age=1, stale-while-revalidate=99"
      })
  void decidingAllocatesNothing(String lines) {
    RequestHead request = get("Cache-Control", "x", "Accept-Encoding", "gzip");
    RequestTraits traits = RequestTraits.of(request);
    ResponseHead head = new ResponseHead(200, fields(lines));
    StoredView stored = StoredView.of(head, Variant.ANY, fresh(head));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int decided = decideOften(traits, stored);
    long before = threads.getCurrentThreadAllocatedBytes();
    decided += decideOften(traits, stored);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(decided).isEqualTo(200_000);
    // A few bytes are the measurement's own; one object per decision would be megabytes.
    assertThat(allocated).isLessThan(10_000);
  }

  private static int decideOften(RequestTraits traits, StoredView stored) {
    int decided = 0;
    for (int i = 0; i < 100_000; i++) {
      Decision past = Decide.beforeLookup(traits, false);
      Decision decision = Decide.decide(traits, stored, false, false, NOW + 2000 + (i & 7));
      decided += past == null && !(decision instanceof Decision.Miss) ? 1 : 0;
    }
    return decided;
  }

  private static String decide(RequestTraits traits, String stored, boolean soft, long seconds) {
    ResponseHead head = new ResponseHead(200, fields(stored));
    StoredView view = StoredView.of(head, Variant.ANY, fresh(head));
    return word(Decide.decide(traits, view, false, soft, NOW + seconds * 1000));
  }

  private static String word(Decision decision) {
    String reason = decision.reason().token();
    return switch (decision) {
      case Decision.Hit _ -> "hit " + reason;
      case Decision.Stale _ -> "stale " + reason;
      case Decision.Validate _ -> "validate " + reason;
      case Decision.Miss _ -> "miss " + reason;
      case Decision.Pass _ -> "pass " + reason;
      case Decision.Refuse refuse -> "refuse " + refuse.status() + " " + reason;
    };
  }
}
