package io.nearcast.edge.purge;

/** What the purges say of a stored response. */
public enum Verdict {
  /** No purge since it was asked for is about it. */
  VALID,
  /** A soft purge is: it counts as stale. */
  SOFT,
  /** A hard purge is: it is never served again. */
  HARD
}
