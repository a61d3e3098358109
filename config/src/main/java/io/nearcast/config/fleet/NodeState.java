package io.nearcast.config.fleet;

/** How a node is, as far as the control plane knows. */
public enum NodeState {
  /** It reports and takes clients. */
  SERVING,
  /** It answers, but is to take no new clients. */
  DRAINING,
  /** It has not reported for {@link Fleet#DOWN_AFTER}. */
  DOWN
}
