package io.nearcast.control.fleet;

import io.nearcast.config.fleet.NodeReport;
import java.time.Duration;
import java.util.List;

/**
 * What a control plane tells the others of the nodes that report to it.
 *
 * @param beat a number that grows with each notice, so that one of a control plane that is gone is
 *     known by standing still
 * @param nodes what they said last
 */
record Notice(long beat, List<Heard> nodes) {

  /**
   * The last word of one node.
   *
   * @param id the node's id
   * @param report what it said
   * @param age how long ago, in whole milliseconds
   */
  record Heard(String id, NodeReport report, Duration age) {}

  /** Copies the list. */
  Notice {
    nodes = List.copyOf(nodes);
  }
}
