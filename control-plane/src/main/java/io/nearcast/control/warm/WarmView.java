package io.nearcast.control.warm;

import io.nearcast.config.fleet.WarmReceipt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A warm as it is now.
 *
 * @param warm what was asked for
 * @param state how far it is
 * @param nodes how far it is at each node that it names
 */
public record WarmView(StoredWarm warm, WarmState state, List<AtNode> nodes) {

  /** Copies the list. */
  public WarmView {
    nodes = List.copyOf(nodes);
  }

  /**
   * How far a warm is at one node.
   *
   * @param id the node's id
   * @param state how far it is
   * @param receipt what became of it, null until the node has said
   */
  public record AtNode(String id, WarmState state, @Nullable WarmReceipt receipt) {}
}
