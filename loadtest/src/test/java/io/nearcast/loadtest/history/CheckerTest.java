package io.nearcast.loadtest.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.Selector;
import io.nearcast.loadtest.history.Checker.Edit;
import io.nearcast.loadtest.history.Checker.Violation;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Histories made by hand: each broken promise is found, and nothing else. */
final class CheckerTest {
  private static final Page PLAIN = new Page("shop", "/a/1", Set.of("t"), Page.Kind.LASTING, false);
  private static final Page CHECKED =
      new Page("shop", "/b/1", Set.of("u"), Page.Kind.LASTING, true);

  /** Posted at stamp 100 and time 1,000, accepted at 1,100, complete at 2,000. */
  private static PostedPurge purge(Selector selector) {
    return new PostedPurge("p", "shop", false, List.of(selector), 100, 1_000, 1_100, 2_000);
  }

  private static final PostedPurge ALL = purge(new Selector.Everything());

  private static Seen seen(Page page, long sent, long stamp, long made) {
    return new Seen("e", page, sent, sent + 10, 200, stamp, made, "e; hit");
  }

  private static List<Violation> check(PostedPurge purge, Seen answer, Edit... edits) {
    return new Checker(List.of(purge), List.of(edits)).violations(List.of(answer));
  }

  @Test
  void whatWasProducedBeforeThePurgeIsAViolation() {
    Seen old = seen(PLAIN, 2_001, 100, 100);
    assertThat(check(ALL, old))
        .singleElement()
        .satisfies(found -> {
          assertThat(found.answer()).isEqualTo(old);
          assertThat(found.purge().id()).isEqualTo("p");
          assertThat(found.reason()).contains("100");
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "produced after the purge was posted, 2001, 101, 101, 0",
    "asked for before the purge was complete, 1999, 50, 50, 0",
    "asked for just when it was complete, 2000, 50, 50, 0",
    "asked for much later, 900000, 100, 100, 1",
    "the stamp of a later 304 on content that cannot be confirmed, 2001, 150, 90, 1",
    "old by its head though the body broke off, 2001, 90, -1, 1",
    "new by its head though the body broke off, 2001, 101, -1, 0",
    "an error of the CDN's own, 2001, -1, -1, 0"
  })
  void answersWithoutAValidator(String name, long sent, long stamp, long made, int found) {
    assertThat(check(ALL, seen(PLAIN, sent, stamp, made))).as(name).hasSize(found);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "confirmed after the purge and of the last edit before it, 101, 80, 0",
    "confirmed after the purge and of an edit after it, 140, 120, 0",
    "confirmed before the purge, 100, 80, 1",
    "confirmed after the purge but of an older edit, 101, 40, 1",
    "a client's 304 without a stamp by an old ETag, -1, 40, 1",
    "a client's 304 without a stamp by the right ETag, -1, 80, 0"
  })
  void answersWithAValidator(String name, long stamp, long made, int found) {
    Edit[] edits = {new Edit(CHECKED, 40), new Edit(CHECKED, 80), new Edit(CHECKED, 120)};
    assertThat(check(ALL, seen(CHECKED, 2_001, stamp, made), edits)).as(name).hasSize(found);
  }

  @Test
  void onlyWhatThePurgeIsAboutCounts() {
    Seen old = seen(PLAIN, 2_001, 50, 50);
    assertThat(check(purge(new Selector.Url("www.shop.test", "/a/1")), old)).hasSize(1);
    assertThat(check(purge(new Selector.Url("www.shop.test", "/a/2")), old)).isEmpty();
    assertThat(check(purge(new Selector.Tag("t")), old)).hasSize(1);
    assertThat(check(purge(new Selector.Tag("u")), old)).isEmpty();
    assertThat(check(purge(new Selector.Prefix("www.shop.test", "/a/")), old)).hasSize(1);
    assertThat(check(purge(new Selector.Prefix("www.shop.test", "/b/")), old)).isEmpty();
    assertThat(check(purge(new Selector.Host("www.shop.test")), old)).hasSize(1);
    assertThat(check(purge(new Selector.Host("www.other.test")), old)).isEmpty();
    Page elsewhere = new Page("other", "/a/1", Set.of("t"), Page.Kind.LASTING, false);
    assertThat(check(ALL, seen(elsewhere, 2_001, 50, 50))).isEmpty();
  }

  @Test
  void softPurgesAndOpenOnesPromiseNothing() {
    Seen old = seen(PLAIN, 2_001, 50, 50);
    List<Selector> all = List.of(new Selector.Everything());
    assertThat(check(new PostedPurge("p", "shop", true, all, 100, 1_000, 1_100, 2_000), old))
        .isEmpty();
    assertThat(
            check(
                new PostedPurge("p", "shop", false, all, 100, 1_000, 1_100, PostedPurge.NEVER),
                old))
        .isEmpty();
  }

  /** A purge that is complete late does not hide one that was posted later and complete earlier. */
  @Test
  void theLastPostedOfTheCompletePurgesCounts() {
    List<Selector> all = List.of(new Selector.Everything());
    PostedPurge late = new PostedPurge("late", "shop", false, all, 100, 1_000, 1_100, 9_000);
    PostedPurge quick = new PostedPurge("quick", "shop", false, all, 200, 3_000, 3_100, 4_000);
    PostedPurge first = new PostedPurge("first", "shop", false, all, 10, 1, 2, 3);
    Checker checker = new Checker(List.of(late, quick, first), List.of());
    assertThat(checker.violations(List.of(seen(PLAIN, 9_500, 150, 150))))
        .singleElement()
        .satisfies(found -> assertThat(found.purge().id()).isEqualTo("quick"));
    assertThat(checker.violations(List.of(seen(PLAIN, 3_500, 50, 50)))).isEmpty();
    assertThat(checker.violations(List.of(seen(PLAIN, 3_500, 10, 10)))).hasSize(1);
    assertThat(checker.violations(List.of(seen(PLAIN, 9_500, 201, 201)))).isEmpty();
  }
}
