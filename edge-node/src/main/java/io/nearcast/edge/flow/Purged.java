package io.nearcast.edge.flow;

import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.Verdict;
import io.nearcast.edge.store.AsOf;
import io.nearcast.edge.store.StoredResponse;
import java.util.Objects;

/** Compares what is stored with the purges of the feed and with this node's own. */
public final class Purged {
  private Purged() {}

  /**
   * Whether a purge has hit a stored response; one comparison where nothing was purged since the
   * last time, which is noted in the response.
   *
   * @param applied what this node had applied before it looked the response up
   */
  static Verdict verdict(Engine engine, StoredResponse stored, Position applied) {
    return verdict(engine.purges(), engine.ownPurges(), stored, applied);
  }

  /**
   * The same, with the parts that it needs.
   *
   * @param purges those of the feed
   * @param own those of this node alone
   */
  public static Verdict verdict(
      PurgeIndex purges, PurgeIndex own, StoredResponse stored, Position applied) {
    AsOf asOf = stored.asOf();
    if (!Objects.equals(asOf.log(), applied.log())) {
      return Verdict.HARD; // what is stated of the answer would say nothing of it
    }
    long newest = purges.newest();
    Verdict byFeed =
        purges.verdict(
            stored.key(), stored.tags(), asOf.log(), asOf.sequence(), stored.checkedAt());
    Verdict byNode =
        stored.ownEpoch() >= own.newest()
            ? Verdict.VALID
            : own.check(stored.key(), stored.tags(), stored.ownEpoch());
    if (stored.checkedAt() < newest && byFeed == Verdict.VALID && byNode == Verdict.VALID) {
      stored.checkedAt(newest);
    }
    return byFeed.compareTo(byNode) >= 0 ? byFeed : byNode;
  }
}
