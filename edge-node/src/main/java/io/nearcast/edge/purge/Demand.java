package io.nearcast.edge.purge;

import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.CacheKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a request demands of its answer as far as purges go: what a stored response, or a fill that
 * others began, must be as of to answer it. Pure.
 *
 * @param min the newest purge that the asking tier knows could matter, null where a client asks
 * @param origin whether the origin is to be asked after this request came, whatever is stored: the
 *     edge has no lease, or a purge of its own
 */
public record Demand(@Nullable Position min, boolean origin) {
  /** A client's, at an edge that may use what it has. */
  public static final Demand CLIENT = new Demand(null, false);

  /** A client's, at an edge without a lease (PURGE.md rule 11). */
  public static final Demand UNLEASED = new Demand(null, true);

  /**
   * Whether nothing stored may answer before the origin was asked: also where the asker knows of
   * purges that this node has not applied, or follows another log (rules 12 and 16).
   *
   * @param applied what this node had applied before it looked
   */
  public boolean mustAskOrigin(Position applied) {
    return origin
        || (min != null && (!min.sameLog(applied) || min.sequence() > applied.sequence()));
  }

  /** Whether a fill that others began can answer at all (rules 11 and 16). */
  public boolean mayJoin(Position applied) {
    return !origin && (min == null || min.sameLog(applied));
  }

  /** The sequence that an answer must at least be as of, in the log of the demand. */
  public long sequence() {
    return min == null ? 0 : min.sequence();
  }

  /** What to demand of the next tier: the newest stamp that could matter (rule 9). */
  public Position forward(PurgeIndex purges, CacheKey key) {
    long known = purges.min(key);
    // Read last: where the stamps have gone with their log, the next tier is told of another log.
    String log = purges.applied().log();
    boolean sameLog = min != null && Objects.equals(min.log(), log);
    return new Position(log, sameLog ? Math.max(known, sequence()) : known);
  }

  /** A fill that is begun now to answer this. */
  public FillEpoch begin(CacheKey key, Position applied) {
    // A tier that is ahead is told that the origin was asked after all that it knows of.
    boolean sameLog = min != null && min.sameLog(applied);
    long floor = sameLog ? Math.max(applied.sequence(), sequence()) : applied.sequence();
    return new FillEpoch(key, applied, floor);
  }
}
