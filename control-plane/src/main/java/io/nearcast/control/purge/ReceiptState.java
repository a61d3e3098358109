package io.nearcast.control.purge;

/** How far a purge is at one node. */
public enum ReceiptState {
  /** The node reports, but has not applied it yet. */
  PENDING,
  /** The node has applied it. */
  APPLIED,
  /** The edge has not applied it, but has lost its lease: it asks the origin before it serves. */
  LEASE_EXPIRED,
  /** The node does not report, and may or may not have applied it. */
  UNCONFIRMED
}
