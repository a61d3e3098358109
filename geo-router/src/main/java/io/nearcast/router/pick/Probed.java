package io.nearcast.router.pick;

/** What the router's own probes say of an edge. */
public enum Probed {
  /** Not probed yet. */
  UNKNOWN,
  /** It answers. */
  UP,
  /** It does not answer. */
  DOWN
}
