package io.nearcast.edge.purge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.Selector;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.CacheKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stamps say of responses (PURGE.md). */
final class PurgeIndexTest {
  private static final String SERVICE = "shop";
  private final PurgeIndex index = new PurgeIndex();

  private static CacheKey key(String host, String target) {
    return CacheKeys.of(SERVICE, KeyPolicy.DEFAULT, host, target);
  }

  private void purge(long sequence, boolean soft, Selector... selectors) {
    index.enter(SERVICE, soft, List.of(selectors), sequence, PurgeIndexTest::key);
    index.applied(new Position("log", sequence));
  }

  private static Selector selector(String kind, String host, String text) {
    return switch (kind) {
      case "url" -> new Selector.Url(host, text);
      case "prefix" -> new Selector.Prefix(host, text);
      case "host" -> new Selector.Host(host);
      case "tag" -> new Selector.Tag(text);
      default -> new Selector.Everything();
    };
  }

  @Test
  void prefixesOfAllLengthsCount() {
    for (int length = 1; length <= 50; length++) {
      purge(length, false, new Selector.Prefix("a", "/" + "x".repeat(length) + "/"));
      purge(length, true, new Selector.Prefix("a", "/" + "y".repeat(51 - length) + "/"));
    }
    for (int length = 1; length <= 50; length++) {
      CacheKey key = key("a", "/" + "x".repeat(length) + "/z");
      assertThat(index.check(key, new String[0], length - 1)).isEqualTo(Verdict.HARD);
      CacheKey soft = key("a", "/" + "y".repeat(51 - length) + "/z");
      assertThat(index.check(soft, new String[0], length - 1)).isEqualTo(Verdict.SOFT);
    }
    assertThat(index.check(key("a", "/z"), new String[0], 0)).isEqualTo(Verdict.VALID);
  }

  @ParameterizedTest(name = "{0} {1}{2} of {3}{4} [{5}]: {6}")
  @CsvSource({
    "url, a, /x, a, /x, t, true",
    "url, a, /x, a, /x?y, t, false",
    "url, a, /x?y, a, /x?y, t, true",
    "url, a, /x, a, /x/, t, false",
    "url, a, /x, b, /x, t, false",
    "prefix, a, /x, a, /x, t, true",
    "prefix, a, /x, a, /xyz, t, true",
    "prefix, a, /x/, a, /x, t, false",
    "prefix, a, /x?y, a, /x?yz, t, true",
    "prefix, a, /, a, /x, t, true",
    "prefix, a, /x, b, /x, t, false",
    "host, a, '', a, /x, t, true",
    "host, a, '', b, /x, t, false",
    "host, a, '', aa, /x, t, false",
    "tag, '', t, a, /x, t, true",
    "tag, '', t, a, /x, u t, true",
    "tag, '', t, a, /x, T, false",
    "tag, '', t, a, /x, tt, false",
    "everything, '', '', a, /x, t, true",
  })
  void selectorHitsWhatItNames(
      String kind,
      String host,
      String text,
      String keyHost,
      String target,
      String tags,
      boolean hit) {
    purge(5, false, selector(kind, host, text));
    CacheKey key = key(keyHost, target);
    String[] objectTags = tags.split(" ", -1);
    assertThat(index.check(key, objectTags, 4)).isEqualTo(hit ? Verdict.HARD : Verdict.VALID);
    assertThat(index.check(key, objectTags, 5)).as("asked for after it").isEqualTo(Verdict.VALID);
    assertThat(
            index.check(CacheKeys.of("other", KeyPolicy.DEFAULT, keyHost, target), objectTags, 4))
        .as("another service")
        .isEqualTo(Verdict.VALID);
    if (hit) {
      assertThat(index.min(key)).isEqualTo(5);
      assertThat(index.fenced(key, null, 4)).isTrue();
      assertThat(index.fenced(key, objectTags, 4)).isTrue();
      assertThat(index.fenced(key, null, 5)).isFalse();
    }
  }

  @Test
  void anyTagStampFencesAFillWhoseTagsAreNotKnownYet() {
    purge(5, true, new Selector.Tag("t"));
    assertThat(index.fenced(key("a", "/x"), null, 4)).isTrue();
    assertThat(index.fenced(key("a", "/x"), new String[] {"u"}, 4)).isFalse();
    assertThat(index.fenced(key("a", "/x"), new String[] {"t"}, 4)).as("soft ones too").isTrue();
  }

  @Test
  void softPurgeDoesNotSoftenAHardOne() {
    purge(5, false, new Selector.Url("a", "/x"));
    purge(6, true, new Selector.Url("a", "/x"));
    assertThat(index.check(key("a", "/x"), new String[0], 4)).isEqualTo(Verdict.HARD);
    assertThat(index.check(key("a", "/x"), new String[0], 5)).isEqualTo(Verdict.SOFT);
    assertThat(index.check(key("a", "/x"), new String[0], 6)).isEqualTo(Verdict.VALID);
    purge(7, false, new Selector.Tag("t"));
    assertThat(index.check(key("a", "/x"), new String[] {"t"}, 6)).isEqualTo(Verdict.HARD);
  }

  @Test
  void mergingAtTheBoundNeverDropsAPurge() {
    purge(1, false, new Selector.Url("a", "/first"));
    purge(2, true, new Selector.Tag("soft"));
    for (int i = 0; i < Stamps.SELECTORS_MAX; i++) {
      purge(3 + i, false, new Selector.Url("a", "/" + i));
    }
    assertThat(index.size()).isLessThan(Stamps.SELECTORS_MAX);
    assertThat(index.check(key("a", "/first"), new String[0], 0)).isEqualTo(Verdict.HARD);
    assertThat(index.check(key("a", "/elsewhere"), new String[0], 0)).isEqualTo(Verdict.HARD);
    long newest = index.newest();
    assertThat(index.check(key("a", "/first"), new String[0], newest)).isEqualTo(Verdict.VALID);
    assertThat(index.min(key("a", "/any"))).isGreaterThanOrEqualTo(newest - 1);
  }

  @Test
  void mergingKeepsHardAndSoftApart() {
    for (int i = 0; i <= Stamps.SELECTORS_MAX; i++) {
      purge(1 + i, i > 0, new Selector.Url("a", "/" + i));
    }
    assertThat(index.check(key("b", "/"), new String[0], 0)).isEqualTo(Verdict.HARD);
    assertThat(index.check(key("b", "/"), new String[0], 1)).isEqualTo(Verdict.SOFT);
  }

  @Test
  void whatIsOlderThanTheHorizonIsPurged() {
    purge(5, true, new Selector.Url("a", "/x"));
    index.reset(new Position("log", 9));
    assertThat(index.check(key("a", "/y"), new String[0], 8)).isEqualTo(Verdict.HARD);
    assertThat(index.check(key("a", "/y"), new String[0], 9)).isEqualTo(Verdict.VALID);
    assertThat(index.min(key("a", "/y"))).isEqualTo(9);
    assertThat(index.fenced(key("a", "/y"), null, 8)).isTrue();
    assertThat(index.size()).isZero();
  }

  @Test
  void readerThatSeesTheAppliedSequenceSeesItsStamps() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<String> missed = new AtomicReference<>();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      readers.add(
          Thread.ofPlatform()
              .start(() -> {
                while (!done.get()) {
                  long applied = index.applied().sequence();
                  // Every entry is a purge of the URL and the tag of its number modulo 50.
                  CacheKey key = key("a", "/" + applied % 50);
                  String[] tags = {"t" + applied % 50};
                  boolean stamped =
                      index.check(key, new String[0], applied - 1) == Verdict.HARD
                          && index.check(key("b", "/"), tags, applied - 1) == Verdict.HARD
                          && index.newest() >= applied
                          && index.min(key) >= applied;
                  if (applied > 0 && !stamped) {
                    missed.set("the stamp of " + applied);
                  }
                }
              }));
    }
    int count = Stamps.SELECTORS_MAX + 50_000;
    for (int i = 1; i <= count && missed.get() == null; i++) {
      // Others beside it, so that a merge comes in between.
      purge(
          i,
          false,
          new Selector.Url("a", "/" + i % 50),
          new Selector.Tag("t" + i % 50),
          new Selector.Url("c", "/" + i));
    }
    done.set(true);
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(missed.get()).isNull();
  }

  @Test
  void stampIsNotMissedWhileItsLogGivesWayToAnother() throws Exception {
    AtomicReference<Position> purged = new AtomicReference<>();
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<String> missed = new AtomicReference<>();
    CacheKey key = key("a", "/x");
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                Position before = purged.get();
                if (before == null) {
                  continue;
                }
                long since = before.sequence() - 1;
                FillEpoch fill = new FillEpoch(key, new Position(before.log(), since), since);
                Position forward = Demand.CLIENT.forward(index, key);
                if (index.verdict(key, new String[0], before.log(), since, since) != Verdict.HARD) {
                  missed.set("what is stored is taken for valid");
                } else if (fill.joinable(index, new String[0], Demand.CLIENT)) {
                  missed.set("a fill from before the purge is joined");
                } else if (forward.sameLog(before) && forward.sequence() < before.sequence()) {
                  missed.set("the next tier is told of less");
                }
              }
            });
    for (int i = 1; i <= 200_000 && missed.get() == null; i++) {
      String log = "log-" + i;
      long start = i % 2 == 0 ? 5 : 500; // sequences begin anew
      index.reset(new Position(log, start));
      index.enter(
          SERVICE, false, List.of(new Selector.Url("a", "/x")), start + 1, PurgeIndexTest::key);
      Position position = new Position(log, start + 1);
      index.applied(position);
      purged.set(position);
    }
    done.set(true);
    reader.join();
    assertThat(missed.get()).isNull();
  }
}
