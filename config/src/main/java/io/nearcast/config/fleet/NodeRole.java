package io.nearcast.config.fleet;

/** What a node does. */
public enum NodeRole {
  /** Answers clients from its cache. */
  EDGE,
  /** Answers edges from its cache, so that origins are asked once. */
  SHIELD,
  /** Directs clients to edges. */
  ROUTER
}
