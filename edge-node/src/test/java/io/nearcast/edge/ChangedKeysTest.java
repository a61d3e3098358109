package io.nearcast.edge;

import static io.nearcast.edge.ScriptedFeed.purged;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.QueryPolicy;
import io.nearcast.config.model.Service;
import io.nearcast.edge.testing.ScriptedOrigin;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Purges count for what was stored under the keys of another version of the service, too. */
final class ChangedKeysTest {
  private static final String FRESH = "Cache-Control: max-age=600";
  private static final Selector TRACKED = new Selector.Url("www.test", "/p?utm=a");

  private ScriptedOrigin origin;
  private TestNode node;
  private ScriptedFeed feed;
  private Service wholeQuery;
  private Service withoutQuery;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.answering("v1", FRESH, "Surrogate-Key: t");
    node = TestNode.edge(origin);
    wholeQuery = TestNode.service(origin, CachePolicy.DEFAULT);
    withoutQuery =
        TestNode.service(
            origin, keyedBy(new KeyPolicy(new QueryPolicy(List.of(), List.of(), false), false)));
    feed = new ScriptedFeed(node).snapshot("log", 10, wholeQuery);
  }

  @AfterEach
  void stop() {
    feed.close();
    node.close();
    origin.close();
  }

  private static CachePolicy keyedBy(KeyPolicy key) {
    return new CachePolicy(null, Duration.ZERO, Duration.ZERO, key, false);
  }

  private String get(String target) {
    String text = node.get(target).text();
    node.settle();
    return text;
  }

  private void originSays(String body) {
    origin.script(call -> call.reply(200, body, FRESH, "Surrogate-Key: t"));
  }

  private static Change activated(int version, Service service) {
    return new Change.ServiceActivated(version, service);
  }

  @Test
  void purgeWhileOtherKeysHeldIsNotUndoneByTheReturnOfTheOldOnes() {
    get("/p?utm=a");
    get("/q");
    originSays("v2");
    feed.changes(activated(2, withoutQuery));
    feed.purge(false, TRACKED);
    feed.changes(activated(1, wholeQuery));

    assertThat(get("/p?utm=a")).isEqualTo("v2");
  }

  @Test
  void purgeBeforeOtherKeysCameCountsForWhatAnswersUnderThem() {
    get("/p");
    originSays("v2");
    feed.purge(false, TRACKED);
    assertThat(get("/p")).as("another URL by these keys").isEqualTo("v1");
    feed.changes(activated(2, withoutQuery));

    assertThat(get("/p?utm=a")).isEqualTo("v2");
  }

  @Test
  void whatWasAskedForAfterThePurgeStaysWhenTheKeysChange() {
    feed.purge(false, TRACKED);
    get("/q");
    originSays("v2");
    feed.changes(activated(2, withoutQuery));

    assertThat(get("/q")).isEqualTo("v1");
  }

  @Test
  void changeThatIsNotAboutKeysKeepsPurgesAsNarrowAsTheyAre() {
    get("/p?utm=a");
    get("/q");
    originSays("v2");
    feed.purge(false, TRACKED);
    CachePolicy longer =
        new CachePolicy(
            Duration.ofHours(1), Duration.ZERO, Duration.ZERO, KeyPolicy.DEFAULT, false);
    feed.changes(activated(2, TestNode.service(origin, longer)));

    assertThat(get("/q")).isEqualTo("v1");
    assertThat(get("/p?utm=a")).isEqualTo("v2");
  }

  @Test
  void softPurgeStaysSoft() {
    origin.script(
        call -> call.reply(200, "v1", "Cache-Control: max-age=600, stale-while-revalidate=600"));
    get("/p?utm=a");
    originSays("v2");
    feed.changes(activated(2, withoutQuery));
    feed.purge(true, TRACKED);
    feed.changes(activated(1, wholeQuery));

    assertThat(get("/p?utm=a")).isEqualTo("v1");
    assertThat(get("/p?utm=a")).isEqualTo("v2");
  }

  @Test
  void purgeOfTheNodeAloneCountsAfterAChangeOfKeys() {
    get("/p?utm=a");
    originSays("v2");
    feed.changes(activated(2, withoutQuery));
    node.engine()
        .parts()
        .ownPurges()
        .enter(
            "shop",
            false,
            List.of(TRACKED),
            node.engine().parts().ownPurges().applied().sequence() + 1,
            node.engine().routes().service("shop")::key);
    feed.changes(activated(1, wholeQuery));

    assertThat(get("/p?utm=a")).isEqualTo("v2");
  }

  @Test
  void serviceThatCameWasPurgedAndWentInOneBatchIsPurgedWhenItReturns() {
    get("/p?utm=a");
    originSays("v2");
    feed.changes(new Change.ServiceRemoved("shop"));
    feed.changes(
        activated(3, wholeQuery), purged(false, TRACKED), new Change.ServiceRemoved("shop"));
    feed.changes(activated(4, wholeQuery));

    assertThat(get("/p?utm=a")).isEqualTo("v2");
  }

  @Test
  void serviceThatIsBackUnpurgedHasWhatWasStored() {
    get("/p?utm=a");
    originSays("v2");
    feed.changes(new Change.ServiceRemoved("shop"));
    feed.changes(activated(3, wholeQuery));

    assertThat(get("/p?utm=a")).isEqualTo("v1");
  }
}
