package io.nearcast.edge.purge;

import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.CacheKey;
import org.jspecify.annotations.Nullable;

/**
 * Where a fill stands among the purges: who may join it, and what its answer is as of. Pure.
 *
 * @param key what it fetches
 * @param position what this node had applied when it was begun
 * @param floor the sequence that its answer will at least be as of (PURGE.md rule 9)
 */
public record FillEpoch(CacheKey key, Position position, long floor) {

  /**
   * Whether the fill can answer a later request (rules 8, 9, 11 and 16).
   *
   * @param purges of the node
   * @param tags the response's tags, null while its head has not come
   * @param demand what the later request demands
   */
  public boolean joinable(PurgeIndex purges, String @Nullable [] tags, Demand demand) {
    boolean fenced = purges.fenced(key, tags, position.sequence());
    // Read last, so that stamps that have gone with their log are not missed.
    Position applied = purges.applied();
    return !fenced
        && demand.mayJoin(applied)
        && position.sameLog(applied)
        && floor >= demand.sequence();
  }

  /**
   * What the answer is as of: what the tier states, else what was applied here at the asking (rule
   * 1), never what is applied when it comes.
   *
   * <p>A tier of another log has asked the origin (rule 16). One that states nothing has taken the
   * request for a client's, so that its answer may be of any age: every purge counts as newer.
   *
   * @param fromTier whether another tier of this CDN answered, not an origin
   * @param stated what it states, null for nothing
   */
  public Position asOf(boolean fromTier, @Nullable Position stated) {
    if (!fromTier) {
      return new Position(position.log(), floor);
    }
    if (stated == null) {
      return new Position(position.log(), 0);
    }
    return stated.sameLog(position) ? stated : position;
  }
}
