package io.nearcast.edge.model;

/**
 * What is under test and by which clocks it goes.
 *
 * @param pair whether an edge asks a shield
 * @param edgeSkewSeconds how far the edge's clock is ahead of the true time
 * @param shieldSkewSeconds the same of the shield's
 * @param honoursClients whether clients' directives count
 */
public record Tiers(
    boolean pair, int edgeSkewSeconds, int shieldSkewSeconds, boolean honoursClients) {
  /** How far the clock of the tier that asked the origin is off, in ms. */
  long skewMillis(Visit visit) {
    return 1_000L * (visit.byShield() ? shieldSkewSeconds : edgeSkewSeconds);
  }
}
