package io.nearcast.control.auth;

/** Groups of things that can be asked of the control plane. */
public enum Permission {
  /** Read services, PoPs, nodes and purges. */
  READ,
  /** Purge. */
  PURGE,
  /** Change services and their origins. */
  EDIT,
  /** Change what belongs to no service: PoPs, and which nodes are drained. */
  OPERATE,
  /** Make and delete tokens, take nodes out of the membership. */
  ADMINISTER,
  /** Follow the feed, which holds the key between tiers, and report. */
  NODE
}
