package io.nearcast.router.pick;

import io.nearcast.config.fleet.NodeState;

/** Whether an edge may get clients, all things considered. */
public enum Standing {
  /** It answers and takes clients. */
  SERVING,
  /** It answers, but is to take no new clients. */
  DRAINING,
  /** It does not answer. */
  DOWN;

  /**
   * Weighs what is known of an edge. The router's own probes win over what the fleet reports, as
   * the control plane may be cut off from an edge that clients reach well.
   */
  public static Standing of(Edge edge, Probed probed) {
    if (probed == Probed.DOWN) {
      return DOWN;
    }
    if (probed == Probed.UNKNOWN && edge.reported() == NodeState.DOWN) {
      return DOWN;
    }
    return edge.drained() || edge.reported() == NodeState.DRAINING ? DRAINING : SERVING;
  }
}
