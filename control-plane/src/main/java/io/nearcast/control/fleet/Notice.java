package io.nearcast.control.fleet;

import io.nearcast.config.fleet.NodeReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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
   * @param report what it said, as far as the other control planes have a use for it
   * @param age how long ago, in whole milliseconds
   */
  record Heard(String id, NodeReport report, Duration age) {
    /** What it has as JSON beside the texts, amply. */
    private static final int OTHER_BYTES = 300;

    /** A character of a text can be written as six. */
    private static final int TEXT_BYTES = 6;

    /** Leaves out what the control plane that was told has written down. */
    static Heard of(String id, NodeReport report, Duration age) {
      NodeReport rest =
          new NodeReport(
              report.boot(),
              report.role(),
              report.pop(),
              report.address(),
              report.log(),
              report.appliedSequence(),
              report.state(),
              report.leaving(),
              List.of(),
              Map.of());
      return new Heard(id, rest, age);
    }

    /** About how many bytes it has as JSON, rather more. */
    int bytes() {
      String log = report.log();
      int texts =
          report.boot().length()
              + report.pop().length()
              + report.address().length()
              + (log == null ? 0 : log.length());
      return OTHER_BYTES + id.length() + TEXT_BYTES * texts;
    }
  }

  /** Copies the list. */
  Notice {
    nodes = List.copyOf(nodes);
  }
}
