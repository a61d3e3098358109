package io.nearcast.control.store;

import io.nearcast.config.fleet.NodeStatus;
import java.util.Set;

/**
 * A catalogue of services beside the store, in which others find the fleet. All methods may block
 * for as long as the network takes, and throw {@link StoreFailure} when it fails.
 */
public interface FleetCatalogue {

  /** Enters a node, in the place of what was entered of it before. */
  void put(NodeStatus node);

  /** Takes a node out, whether it is there or not. */
  void remove(String id);

  /** The ids of all nodes that are entered. */
  Set<String> ids();
}
