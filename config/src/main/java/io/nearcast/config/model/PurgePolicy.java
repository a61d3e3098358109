package io.nearcast.config.model;

/**
 * How purges of a service treat an edge that is cut off from the control plane.
 *
 * @param whenCutOff what such an edge does
 */
public record PurgePolicy(WhenCutOff whenCutOff) {

  /** Serve on; a purge that the edge has not applied reads {@code unconfirmed}. */
  public static final PurgePolicy DEFAULT = new PurgePolicy(WhenCutOff.SERVE);

  /** What a cut-off edge does. */
  public enum WhenCutOff {
    /** It serves what it has; purges wait for it. */
    SERVE,
    /** It has the origin asked before it serves anything; purges wait for its lease to end. */
    REVALIDATE
  }
}
