package io.nearcast.edge.purge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.Selector;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.CacheKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Purges of a node alone, on disk. */
final class OwnPurgeLogTest {
  @TempDir Path directory;

  private static CacheKey key(String host, String target) {
    return CacheKeys.of("shop", KeyPolicy.DEFAULT, host, target);
  }

  private static List<PurgeStamp> stamps(long sequence, boolean soft, Selector... selectors) {
    return PurgeIndex.stamps("shop", soft, List.of(selectors), sequence, OwnPurgeLogTest::key);
  }

  private Path file() {
    return directory.resolve("own-purges");
  }

  private PurgeIndex reopened() {
    PurgeIndex index = new PurgeIndex();
    OwnPurgeLog.open(directory, index).close();
    return index;
  }

  @Test
  void allKindsSurviveARestart() throws IOException {
    try (OwnPurgeLog log = OwnPurgeLog.open(directory, new PurgeIndex())) {
      log.enter(stamps(1, false, new Selector.Url("a", "/x y?\u00e4"), new Selector.Tag("t\nu")));
      log.enter(stamps(2, true, new Selector.Prefix("a", "/p"), new Selector.Host("h")));
      log.enter(stamps(3, true, new Selector.Everything()));
    }
    PurgeIndex index = reopened();
    assertThat(index.applied().sequence()).isEqualTo(3);
    assertThat(index.check(key("a", "/x y?\u00e4"), new String[0], 0)).isEqualTo(Verdict.HARD);
    assertThat(index.check(key("b", "/"), new String[] {"t\nu"}, 0)).isEqualTo(Verdict.HARD);
    assertThat(index.check(key("b", "/"), new String[0], 2)).isEqualTo(Verdict.SOFT);
    assertThat(index.check(key("b", "/"), new String[0], 3)).isEqualTo(Verdict.VALID);
    assertThat(index.size()).isEqualTo(4);
  }

  @Test
  void theFormatIsWhatItsDocumentationSays() throws IOException {
    try (OwnPurgeLog log = OwnPurgeLog.open(directory, new PurgeIndex())) {
      log.enter(stamps(7, false, new Selector.Url("www.shop.example", "/a")));
    }
    assertThat(file()).hasContent("e83c9d01 7 hard url shop www.shop.example%2Fa\n");
  }

  @Test
  void tornLastLineIsCutOff() throws IOException {
    try (OwnPurgeLog log = OwnPurgeLog.open(directory, new PurgeIndex())) {
      log.enter(stamps(1, false, new Selector.Tag("one")));
    }
    Files.writeString(file(), "3a5e01c4 2 hard ta", StandardOpenOption.APPEND);
    PurgeIndex index = new PurgeIndex();
    try (OwnPurgeLog log = OwnPurgeLog.open(directory, index)) {
      assertThat(index.applied().sequence()).isEqualTo(1);
      log.enter(stamps(2, false, new Selector.Tag("two")));
    }
    assertThat(reopened().check(key("a", "/"), new String[] {"two"}, 1)).isEqualTo(Verdict.HARD);
    assertThat(reopened().applied().sequence()).isEqualTo(2);
  }

  @Test
  void damagedLineCountsAsAPurgeOfEverything() throws IOException {
    try (OwnPurgeLog log = OwnPurgeLog.open(directory, new PurgeIndex())) {
      log.enter(stamps(1, false, new Selector.Tag("one")));
      log.enter(stamps(2, true, new Selector.Tag("two")));
    }
    Files.writeString(file(), Files.readString(file()).replace("one", "eno"));
    PurgeIndex index = reopened();
    assertThat(index.check(key("a", "/any"), new String[0], 2)).isEqualTo(Verdict.HARD);
    assertThat(index.check(key("a", "/any"), new String[0], index.applied().sequence()))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void fileStaysSmallHoweverOftenTheSameIsPurged() throws IOException {
    PurgeIndex index = new PurgeIndex();
    try (OwnPurgeLog log = OwnPurgeLog.open(directory, index)) {
      for (int i = 1; i <= 1_100; i++) {
        log.enter(stamps(i, i % 2 == 0, new Selector.Tag("same")));
      }
    }
    assertThat(Files.readAllLines(file())).hasSizeLessThan(200);
    PurgeIndex again = reopened();
    assertThat(again.applied().sequence()).isEqualTo(1_100);
    assertThat(again.check(key("a", "/"), new String[] {"same"}, 1_098)).isEqualTo(Verdict.HARD);
    assertThat(again.check(key("a", "/"), new String[] {"same"}, 1_099)).isEqualTo(Verdict.SOFT);
  }

  @Test
  void withoutADirectoryNothingIsKept() throws IOException {
    PurgeIndex index = new PurgeIndex();
    try (OwnPurgeLog log = OwnPurgeLog.none(index)) {
      log.enter(stamps(1, false, new Selector.Tag("one")));
    }
    assertThat(index.check(key("a", "/"), new String[] {"one"}, 0)).isEqualTo(Verdict.HARD);
    assertThat(directory).isEmptyDirectory();
  }
}
