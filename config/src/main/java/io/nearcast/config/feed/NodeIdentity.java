package io.nearcast.config.feed;

import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.model.Names;

/**
 * Who a node is in the fleet.
 *
 * @param id unique in the fleet
 * @param role what it does
 * @param pop where it stands, empty for a router
 * @param address where it serves, {@code ADDR:PORT} (IPv6 addresses in brackets)
 */
public record NodeIdentity(String id, NodeRole role, String pop, String address) {

  /**
   * Checks the id.
   *
   * @throws io.nearcast.config.model.InvalidField if it is no name
   */
  public NodeIdentity {
    Names.checkName("/id", id);
  }
}
