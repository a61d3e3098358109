package io.nearcast.edge.model;

import java.util.List;

/**
 * What happens to a cache.
 *
 * @param seed what it was made from
 * @param tiers what it happens to
 * @param steps in order
 */
public record History(long seed, Tiers tiers, List<Step> steps) {
  /** Copies the list. */
  public History {
    steps = List.copyOf(steps);
  }

  /** The same without some steps. */
  History with(List<Step> other) {
    return new History(seed, tiers, other);
  }
}
