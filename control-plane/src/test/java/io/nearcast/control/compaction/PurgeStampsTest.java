package io.nearcast.control.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.Service;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PurgeStampsTest {
  private static final Selector EVERYTHING = new Selector.Everything();

  private final PurgeStamps stamps = new PurgeStamps(100);

  private static Change.PurgeIssued purge(String service, boolean soft, Selector... selectors) {
    return new Change.PurgeIssued("id", service, soft, List.of(selectors));
  }

  private static FeedEntry entry(long sequence, Change change) {
    return new FeedEntry(sequence, Instant.EPOCH, change);
  }

  private void apply(long sequence, Change change) {
    stamps.apply(entry(sequence, change));
  }

  private static Selector tag(String tag) {
    return new Selector.Tag(tag);
  }

  private static Selector url(String target) {
    return new Selector.Url("a.example", target);
  }

  private static Change activated(int version, String cache) {
    String json =
        """
        {"name": "shop", "domains": ["a.example"], "cache": %s,
         "origins": [{"name": "main", "url": "http://127.0.0.1:%d"}]}\
        """
            .formatted(cache, version);
    return new Change.ServiceActivated(
        version, Documents.readJson(Service.class, json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void newestHardAndNewestSoftAreKeptApart() {
    apply(3, purge("shop", false, tag("a"), tag("b")));
    apply(5, purge("shop", true, tag("a")));
    apply(4, purge("shop", true, tag("a")));
    assertThat(stamps.known().horizon()).isZero();
    assertThat(stamps.known().stamps())
        .containsExactlyInAnyOrder(
            new SelectorStamp("shop", tag("a"), 3, 5), new SelectorStamp("shop", tag("b"), 3, 0));
  }

  @Test
  void hardPurgeOfEverythingTakesTheRoomOfWhatIsOlder() {
    apply(3, purge("shop", false, tag("a")));
    apply(4, purge("shop", true, EVERYTHING));
    apply(5, purge("blog", false, tag("a")));
    assertThat(stamps.size()).isEqualTo(3);
    apply(6, purge("shop", false, EVERYTHING));
    assertThat(stamps.known().stamps())
        .containsExactlyInAnyOrder(
            new SelectorStamp("shop", EVERYTHING, 6, 0), new SelectorStamp("blog", tag("a"), 5, 0));
  }

  @Test
  void whatDependsOnKeysIsBroadenedWhenKeysChange() {
    apply(1, activated(1, "{}"));
    apply(2, purge("shop", false, url("/a")));
    apply(3, purge("shop", false, tag("t")));
    apply(4, activated(2, "{}"));
    assertThat(stamps.size()).isEqualTo(2);
    apply(5, activated(3, "{\"key\": {\"query\": {\"exclude\": [\"utm_*\"]}}}"));
    assertThat(stamps.known().stamps())
        .containsExactlyInAnyOrder(
            new SelectorStamp("shop", EVERYTHING, 2, 0), new SelectorStamp("shop", tag("t"), 3, 0));
  }

  @Test
  void serviceThatReturnsMayHaveOtherKeys() {
    apply(1, activated(1, "{}"));
    apply(2, purge("shop", true, url("/a")));
    apply(3, new Change.ServiceRemoved("shop"));
    apply(4, activated(2, "{}"));
    assertThat(stamps.known().stamps())
        .containsExactly(new SelectorStamp("shop", EVERYTHING, 0, 2));
  }

  @Test
  void olderHalfIsMergedBeyondTheBound() {
    for (int i = 1; i <= 101; i++) {
      apply(i, purge("shop", i % 2 == 0, tag("t" + i)));
    }
    assertThat(stamps.size()).isLessThanOrEqualTo(100);
    assertThat(stamps.known().stamps())
        .contains(
            new SelectorStamp("shop", EVERYTHING, 49, 50),
            new SelectorStamp("shop", tag("t51"), 51, 0),
            new SelectorStamp("shop", tag("t101"), 101, 0));
    assertThat(stamps.known().horizon()).isZero();
  }

  @Test
  void horizonRisesWhereEveryServiceHasFew() {
    for (int i = 1; i <= 101; i++) {
      apply(i, purge("s" + i, false, tag("t")));
    }
    assertThat(stamps.size()).isLessThanOrEqualTo(100);
    assertThat(stamps.known().horizon()).isEqualTo(51);
    assertThat(stamps.known().stamps()).allMatch(stamp -> stamp.hard() > 51);
  }

  /** Whatever was merged, no purge is forgotten: the promise of rules 4, 5 and 15. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noPurgeIsEverForgotten(long seed) {
    Random random = new Random(seed);
    PurgeStamps small = new PurgeStamps(4 + random.nextInt(20));
    List<FeedEntry> log = new ArrayList<>();
    for (int i = 1; i <= 500; i++) {
      Selector selector =
          switch (random.nextInt(10)) {
            case 0 -> EVERYTHING;
            case 1, 2, 3 -> url("/" + random.nextInt(30));
            default -> tag("t" + random.nextInt(30));
          };
      Change change =
          random.nextInt(20) == 0
              ? activated(i, "{\"defaultTtl\": \"" + (1 + random.nextInt(3)) + "s\"}")
              : purge(random.nextInt(4) == 0 ? "x" + i : "shop", random.nextBoolean(), selector);
      log.add(entry(i, change));
      small.apply(log.getLast());
      if (random.nextInt(100) == 0) {
        PurgeStamps reread = new PurgeStamps(4 + random.nextInt(20));
        reread.add(small.known());
        small = reread;
      }
    }
    KnownPurges known = small.known();
    for (FeedEntry entry : log) {
      if (entry.change() instanceof Change.PurgeIssued purge) {
        assertThat(isCovered(known, entry.sequence(), purge))
            .as("seed %d: %s", seed, entry)
            .isTrue();
      }
    }
  }

  private static boolean isCovered(KnownPurges known, long sequence, Change.PurgeIssued purge) {
    return known.horizon() >= sequence
        || known.stamps().stream()
            .filter(stamp -> stamp.service().equals(purge.service()))
            .filter(stamp ->
                stamp.selector().equals(EVERYTHING)
                    || stamp.selector().equals(purge.selectors().getFirst()))
            .anyMatch(
                stamp -> stamp.hard() >= sequence || (purge.soft() && stamp.soft() >= sequence));
  }
}
