package io.nearcast.control.purge;

/** How far a purge is as a whole. */
public enum PurgeState {
  /** Some edges have not applied it yet. */
  PENDING,
  /** Every edge that was a member has applied it. */
  COMPLETE,
  /** Some edge that has not applied it does not report. */
  UNCONFIRMED
}
