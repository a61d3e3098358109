package io.nearcast.router.pick;

import io.nearcast.router.geo.Location;
import java.util.List;

/** Listens to the picker as it thinks, so that its reasoning can be printed. One thread. */
interface Trace {

  /** Does not listen. */
  Trace NONE = new Trace() {};

  /** The client's location and the order in which PoPs are tried: the indexes of the sites. */
  default void ranked(Location location, Located located, int[] order) {}

  /**
   * A PoP was looked at.
   *
   * @param round what was asked of its edges
   * @param candidates those that have it; none: the next PoP is tried
   */
  default void visited(Site site, Standing round, List<Edge> candidates) {}

  /** The loads within the PoP were compared. */
  default void weighed(Edge edge, long load, long capacity) {}
}
