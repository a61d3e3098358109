package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.QueryPolicy;
import io.nearcast.edge.testing.ScriptedOrigin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a service's policies mean for what is stored already, and for all copies of one URL. */
@Timeout(60)
final class KeysAndPoliciesTest {
  private static final String FRESH = "Cache-Control: max-age=60";

  private final ScriptedOrigin origin = ScriptedOrigin.answering("v1", FRESH);
  private final TestNode edge = TestNode.edge(origin);

  @AfterEach
  void stop() {
    edge.close();
    origin.close();
  }

  private static CachePolicy policy(KeyPolicy key, Duration maxTtl) {
    return new CachePolicy(
        null,
        Duration.ZERO,
        Duration.ZERO,
        key,
        false,
        null,
        Duration.ZERO,
        maxTtl,
        Map.of(),
        false);
  }

  private static KeyPolicy key(List<String> cookies, int variants) {
    return new KeyPolicy(
        QueryPolicy.DEFAULT, false, false, false, List.of(), cookies, false, variants);
  }

  private void serving(CachePolicy policy) {
    edge.serving(TestNode.service(origin, policy));
  }

  @Test
  void aShorterLifetimeCountsForWhatIsStoredAlready() {
    serving(policy(KeyPolicy.DEFAULT, null));
    edge.get("/a");
    edge.settle().advanceSeconds(10);
    assertThat(edge.get("/a").field("Cache-Status")).contains("; hit; ttl=50;");
    serving(policy(KeyPolicy.DEFAULT, Duration.ofSeconds(5)));
    assertThat(edge.get("/a").field("Cache-Status")).contains("fwd=stale").contains("; ttl=5;");
    edge.settle().advanceSeconds(3);
    serving(policy(KeyPolicy.DEFAULT, null));
    assertThat(edge.get("/a").field("Cache-Status")).contains("; hit; ttl=57;");
  }

  @Test
  void theNewestVariantsOfAServicesNumberAreKept() {
    serving(policy(key(List.of(), 2), null));
    origin.script(call -> call.reply(200, call.head().field("X"), FRESH, "Vary: X"));
    for (String x : List.of("a", "b", "c")) {
      edge.get("/a", "X: " + x);
      edge.settle();
    }
    assertThat(edge.get("/a", "X: c").field("Cache-Status")).contains("hit");
    assertThat(edge.get("/a", "X: b").field("Cache-Status")).contains("hit");
    assertThat(edge.get("/a", "X: a").field("Cache-Status")).contains("fwd=vary-miss");
  }

  @Test
  void aPurgeOfTheUrlReachesAllItsVariantsAndKeys() {
    serving(policy(key(List.of("cart"), 9), null));
    origin.script(call -> call.reply(200, "v1", FRESH, "Vary: X"));
    fill();
    edge.purge("{\"urls\":[\"http://www.test/a\"]}");
    assertMissed();
  }

  @Test
  void anUnsafeRequestInvalidatesTheUrlUnderEachOfItsKeys() {
    serving(policy(key(List.of("cart"), 9), null));
    origin.script(call -> call.reply(200, "v1", FRESH, "Vary: X"));
    fill();
    assertThat(edge.get("/a", "Cookie: cart=1", "X: a").field("Cache-Status")).contains("hit");
    edge.ask("POST", "/a", "Content-Length: 0", "Cookie: cart=3");
    assertMissed();
    edge.settle();
    assertThat(edge.get("/b", "Cookie: cart=1").field("Cache-Status")).contains("hit");
  }

  private void fill() {
    for (String[] fields : copies()) {
      edge.get("/a", fields);
      edge.settle();
    }
    edge.get("/b", "Cookie: cart=1");
    edge.settle();
  }

  private void assertMissed() {
    for (String[] fields : copies()) {
      assertThat(edge.get("/a", fields).field("Cache-Status")).contains("-miss;");
      edge.settle();
    }
  }

  private static List<String[]> copies() {
    return List.of(
        new String[] {"Cookie: cart=1", "X: a"},
        new String[] {"Cookie: cart=1", "X: b"},
        new String[] {"Cookie: cart=2", "X: a"},
        new String[] {"X: a"});
  }
}
