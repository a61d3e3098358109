package io.nearcast.loadtest.promise;

import io.nearcast.edge.purge.PurgeIndex.Position;

/**
 * An answer to a request, or what a node has stored of it.
 *
 * @param version what the origin had
 * @param producedTick when the origin produced it
 * @param asOf what it is as of, for tiers and for what is stored
 * @param ownEpoch the node's own purges that it is newer than
 * @param freshUntilMillis when it becomes stale
 * @param staleUntilMillis until when it may be served stale while it is refreshed, or on an error
 * @param checkedAt the epoch at which it was last compared with the stamps
 * @param stale whether the answer says that it is served stale
 */
record Copy(
    long version,
    long producedTick,
    Position asOf,
    long ownEpoch,
    long freshUntilMillis,
    long staleUntilMillis,
    long checkedAt,
    boolean stale) {

  /** The same as of another position, from which on it is to be checked. */
  Copy asOf(Position other, long newOwnEpoch) {
    return new Copy(
        version,
        producedTick,
        other,
        newOwnEpoch,
        freshUntilMillis,
        staleUntilMillis,
        other.sequence(),
        stale);
  }

  Copy checkedAt(long epoch) {
    return new Copy(
        version, producedTick, asOf, ownEpoch, freshUntilMillis, staleUntilMillis, epoch, stale);
  }

  /** A 304: the content is that of what was validated, which may have been produced later. */
  Copy confirming(Copy validated) {
    return new Copy(
        version,
        Math.max(producedTick, validated.producedTick),
        asOf,
        ownEpoch,
        freshUntilMillis,
        staleUntilMillis,
        checkedAt,
        stale);
  }

  /** Whether the origin lets it be served stale at a time. */
  boolean mayBeStale(long nowMillis) {
    return staleUntilMillis > freshUntilMillis && nowMillis < staleUntilMillis;
  }

  Copy servedStale() {
    return new Copy(
        version, producedTick, asOf, ownEpoch, freshUntilMillis, staleUntilMillis, checkedAt, true);
  }

  /** As it is stored: nobody has been answered with it yet. */
  Copy kept() {
    return new Copy(
        version,
        producedTick,
        asOf,
        ownEpoch,
        freshUntilMillis,
        staleUntilMillis,
        checkedAt,
        false);
  }

  /** The head of a sliced object together with its slice, which it confirms if it is of it. */
  Copy with(Copy slice) {
    long tick =
        slice.version == version ? Math.max(producedTick, slice.producedTick) : slice.producedTick;
    return new Copy(
        version, tick, asOf, ownEpoch, freshUntilMillis, staleUntilMillis, checkedAt, stale);
  }
}
