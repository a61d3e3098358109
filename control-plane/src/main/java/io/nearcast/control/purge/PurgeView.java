package io.nearcast.control.purge;

import java.util.List;

/**
 * A purge as it is now.
 *
 * @param purge what was asked for
 * @param state how far it is
 * @param nodes how far it is at each node, edges and shields
 */
public record PurgeView(StoredPurge purge, PurgeState state, List<NodeReceipt> nodes) {

  /** Copies the list. */
  public PurgeView {
    nodes = List.copyOf(nodes);
  }
}
