package io.nearcast.control.compaction;

import io.nearcast.config.feed.SelectorStamp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept in the place of the entries that were removed: the document {@value #KEY}.
 *
 * @param horizon the last entry that is, or may be, removed
 * @param purgesHorizon purges up to here are not among the stamps
 * @param generation the sequence that the stamps are of
 * @param draw the stamps are in the documents {@code stamps/GENERATION-DRAW/PART}: drawn anew for
 *     each compaction, so that no other one, however late, writes the same documents; null for one
 *     of before, without the dash
 * @param parts how many documents that are, counted from 0
 */
record Compaction(
    long horizon, long purgesHorizon, long generation, @Nullable String draw, int parts) {
  static final String KEY = "compaction";

  /** What the keys of all stamps begin with. */
  static final String STAMPS = "stamps/";

  private static final int DIGITS = 16;

  /** The key of one part of the stamps. */
  static String part(long generation, @Nullable String draw, int part) {
    return "%s%04d".formatted(folder(generation, draw), part);
  }

  private static String folder(long generation, @Nullable String draw) {
    return "%s%016d%s/".formatted(STAMPS, generation, draw == null ? "" : "-" + draw);
  }

  /** The key of one part of these stamps. */
  String part(int part) {
    return part(generation, draw, part);
  }

  /** Whether a document of stamps is of a compaction that this one has taken the place of. */
  boolean isOver(String key) {
    long sequence = Long.parseLong(key.substring(STAMPS.length(), STAMPS.length() + DIGITS));
    return sequence <= generation && !key.startsWith(folder(generation, draw));
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
