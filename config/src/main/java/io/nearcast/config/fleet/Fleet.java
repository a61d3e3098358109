package io.nearcast.config.fleet;

import java.time.Duration;
import java.util.List;

/**
 * All nodes that are members, as the control plane sees them. Travels beside the feed, unnumbered.
 *
 * @param nodes the members, in the order of their ids
 */
public record Fleet(List<NodeStatus> nodes) {

  /** Nobody. */
  public static final Fleet EMPTY = new Fleet(List.of());

  /** How often a node reports when nothing happens. */
  public static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);

  /** A node that has not reported for so long is down. */
  public static final Duration DOWN_AFTER = Duration.ofSeconds(5);

  /** Copies the list. */
  public Fleet {
    nodes = List.copyOf(nodes);
  }
}
