package io.nearcast.router.zone;

/**
 * What a name is.
 *
 * <p>A zone's name is the last part of the name asked for: {@code zoneOffset} says after how many
 * of its octets.
 */
public sealed interface Place {

  /** A name that belongs to one of the zones. */
  sealed interface Inside extends Place {
    /** The zone: a domain of a service. */
    WireName zone();

    /** How many octets of the name stand before the zone's. */
    int zoneOffset();
  }

  /** The domain of a service itself. */
  record Apex(WireName zone, int zoneOffset) implements Inside {}

  /**
   * A name directly below the domain of a service, which is that of a node if there is such a node.
   *
   * @param label the node's id, in lower case
   */
  record Child(WireName zone, int zoneOffset, String label) implements Inside {}

  /** A name without data that has a service's domain below it, so it exists (RFC 8020). */
  record Hollow(WireName zone, int zoneOffset) implements Inside {}

  /** A name of the zone that does not exist. */
  record Absent(WireName zone, int zoneOffset) implements Inside {}

  /** A name of none of the zones. */
  record Outside() implements Place {}
}
