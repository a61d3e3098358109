package io.nearcast.config.fleet;

import java.util.List;

/**
 * One node of the fleet.
 *
 * @param id unique in the fleet
 * @param role what it does
 * @param pop the PoP where it says it stands
 * @param state how it is
 * @param appliedSequence the last entry of the feed that it has applied
 * @param address where it serves, {@code ADDR:PORT} (IPv6 addresses in brackets)
 * @param warnings what a person should look at, such as a PoP that nobody has defined
 */
public record NodeStatus(
    String id,
    NodeRole role,
    String pop,
    NodeState state,
    long appliedSequence,
    String address,
    List<String> warnings) {

  /** Copies the list. */
  public NodeStatus {
    warnings = List.copyOf(warnings);
  }
}
