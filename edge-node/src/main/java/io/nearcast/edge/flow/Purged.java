package io.nearcast.edge.flow;

import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.Verdict;
import io.nearcast.edge.store.StoredResponse;
import java.util.Objects;

/** Compares what is stored with the purges of the feed and with this node's own. */
final class Purged {
  private Purged() {}

  /**
   * Whether a purge has hit a stored response; one comparison where nothing was purged since the
   * last time, which is noted in the response.
   *
   * @param applied what this node had applied before it looked the response up
   */
  static Verdict verdict(Engine engine, StoredResponse stored, Position applied) {
    PurgeIndex purges = engine.purges();
    PurgeIndex own = engine.ownPurges();
    // Sequences of another log say nothing (PURGE.md rule 16).
    if (!Objects.equals(stored.asOf().log(), applied.log())) {
      return Verdict.HARD;
    }
    if (stored.checkedAt() >= purges.newest() && stored.ownEpoch() >= own.newest()) {
      return Verdict.VALID;
    }
    long newest = purges.newest();
    Verdict byFeed = purges.check(stored.key(), stored.tags(), stored.asOf().sequence());
    Verdict byNode = own.check(stored.key(), stored.tags(), stored.ownEpoch());
    if (byFeed == Verdict.VALID && byNode == Verdict.VALID) {
      stored.checkedAt(newest);
    }
    return byFeed.compareTo(byNode) >= 0 ? byFeed : byNode;
  }

  /** What was asked for in another log or before the forgotten horizon is not stored (rule 3). */
  static boolean known(Engine engine, Position asOf) {
    return asOf.sameLog(engine.purges().applied()) && asOf.sequence() >= engine.purges().horizon();
  }
}
