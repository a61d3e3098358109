package io.nearcast.router.pick;

import io.nearcast.router.geo.Point;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A PoP as the router sees it.
 *
 * @param name its name
 * @param point where it is, null where only edges speak of it and nobody has defined it
 * @param edges its edges that have a usable address, in the order of their ids
 */
public record Site(String name, @Nullable Point point, List<Edge> edges) {
  /** Copies the list. */
  public Site {
    edges = List.copyOf(edges);
  }
}
