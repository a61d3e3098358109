package io.nearcast.control.fleet;

import java.util.List;

/**
 * What purges need to know of the fleet, all of one moment.
 *
 * @param standings edges and shields that are members, in the order of their ids
 * @param leaseFloor the sequence that all leases are past, those of processes that were replaced or
 *     removed included
 */
public record Survey(List<Standing> standings, long leaseFloor) {

  /**
   * One member.
   *
   * @param id unique in the fleet
   * @param edge whether it counts for the completion of purges
   * @param joined it counts for purges after this sequence
   * @param applied the last entry that it has applied
   * @param leased whether it may hold a lease
   * @param down whether it has not reported for {@link io.nearcast.config.fleet.Fleet#DOWN_AFTER}
   */
  public record Standing(
      String id, boolean edge, long joined, long applied, boolean leased, boolean down) {}

  /** Copies the list. */
  public Survey {
    standings = List.copyOf(standings);
  }
}
