package io.nearcast.control.fleet;

import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeRole;
import org.jspecify.annotations.Nullable;

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

  /**
   * What is kept of a node that reports.
   *
   * @param old what was kept before, null where it was no member
   * @param head the last sequence of the log
   */
  static Member joining(String id, NodeReport report, @Nullable Member old, long head) {
    long registered = old != null && old.boot().equals(report.boot()) ? old.registered() : head;
    return new Member(
        id,
        report.boot(),
        report.role(),
        report.pop(),
        report.address(),
        old == null ? head : old.joined(),
        registered);
  }

  boolean isEdge() {
    return role == NodeRole.EDGE;
  }
}
