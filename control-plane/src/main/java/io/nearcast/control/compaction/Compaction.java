package io.nearcast.control.compaction;

import io.nearcast.config.feed.SelectorStamp;
import java.util.List;

/**
 * What is kept in the place of the entries that were removed: the document {@value #KEY}.
 *
 * @param horizon the last entry that is, or may be, removed
 * @param purgesHorizon purges up to here are not among the stamps
 * @param generation the stamps are in the documents {@code stamps/GENERATION/PART}
 * @param parts how many documents that are, counted from 0
 */
record Compaction(long horizon, long purgesHorizon, long generation, int parts) {
  static final String KEY = "compaction";

  /** What the keys of all stamps begin with. */
  static final String STAMPS = "stamps/";

  /** The key of one part of the stamps. */
  static String part(long generation, int part) {
    return "%s%016d/%04d".formatted(STAMPS, generation, part);
  }

  /**
   * Some of the stamps, so few that every store takes them.
   *
   * @param stamps at least one
   */
  record Part(List<SelectorStamp> stamps) {
    Part {
      stamps = List.copyOf(stamps);
    }
  }
}
