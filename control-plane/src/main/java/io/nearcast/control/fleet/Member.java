package io.nearcast.control.fleet;

import io.nearcast.config.fleet.NodeRole;

/**
 * What is kept of a node that is a member.
 *
 * @param id unique in the fleet
 * @param boot the process that uses the id
 * @param role what it does
 * @param pop where it says it stands
 * @param address where it serves, {@code ADDR:PORT}
 * @param joined the last sequence of the log when it became a member: it counts for later purges
 * @param registered the last sequence of the log when this boot reported first: it holds no lease
 *     before it has applied that
 */
record Member(
    String id,
    String boot,
    NodeRole role,
    String pop,
    String address,
    long joined,
    long registered) {

  boolean isEdge() {
    return role == NodeRole.EDGE;
  }
}
