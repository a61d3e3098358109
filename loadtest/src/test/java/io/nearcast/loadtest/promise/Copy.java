package io.nearcast.loadtest.promise;

import io.nearcast.edge.purge.PurgeIndex.Position;

/**
 * An answer to a request, or what a node has stored of it.
 *
 * @param version what the origin had
 * @param producedTick when the origin produced it
 * @param asOf what it is as of, for tiers and for what is stored
 * @param freshUntilMillis when it becomes stale
 * @param staleUntilMillis until when it may be served stale while it is refreshed, or on an error
 * @param checkedAt the epoch at which it was last compared with the stamps
 */
record Copy(
    long version,
    long producedTick,
    Position asOf,
    long freshUntilMillis,
    long staleUntilMillis,
    long checkedAt) {

  Copy asOf(Position other) {
    return new Copy(
        version, producedTick, other, freshUntilMillis, staleUntilMillis, other.sequence());
  }

  Copy checkedAt(long epoch) {
    return new Copy(version, producedTick, asOf, freshUntilMillis, staleUntilMillis, epoch);
  }
}
