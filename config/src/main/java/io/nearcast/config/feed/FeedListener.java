package io.nearcast.config.feed;

import io.nearcast.config.fleet.Fleet;
import java.util.List;

/**
 * What a node does with the feed. All calls come from one thread, in order; the sequence counts as
 * applied, is kept on disk and reported only once the call has returned.
 */
public interface FeedListener {

  /**
   * The state was replaced as a whole: at the start from the last good copy or a snapshot, later
   * when the log is another one, or has gone back, or does not say what was purged meanwhile.
   * Whatever is stored counts as purged (PURGE.md rules 15 and 16).
   */
  void snapshot(FeedState state);

  /**
   * The state was replaced because the log no longer has the entries that are missing, but the
   * purges among them are known. What is stored stays good as far as they say (PURGE.md rule 15);
   * who keeps nothing need not tell this from {@link #snapshot}.
   *
   * @param after the state now, of the same log and not before the one until now
   * @param purges all that matter up to then, those that have been applied before included
   */
  default void leap(FeedState after, KnownPurges purges) {
    snapshot(after);
  }

  /**
   * The next entries of the log, without gaps.
   *
   * @param entries at least one, in order
   * @param after the state after the last of them
   */
  void entries(List<FeedEntry> entries, FeedState after);

  /** The fleet has changed. */
  void fleet(Fleet fleet);
}
