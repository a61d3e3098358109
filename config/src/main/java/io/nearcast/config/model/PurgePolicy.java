package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.check;

/**
 * How purges of a service treat an edge that is cut off from the control plane, and how fast what
 * they made stale is refreshed.
 *
 * @param whenCutOff what such an edge does
 * @param refreshRate how many responses that were purged softly are refreshed in the background per
 *     second, by all edges together; also how many such refreshes are under way at most
 */
public record PurgePolicy(WhenCutOff whenCutOff, int refreshRate) {

  /** The refreshes per second of a service that does not say. */
  public static final int REFRESH_RATE_DEFAULT = 100;

  /** The highest rate that a service may say. */
  public static final int REFRESH_RATE_MAX = 100_000;

  /** Serve on; a purge that the edge has not applied reads {@code unconfirmed}. */
  public static final PurgePolicy DEFAULT = new PurgePolicy(WhenCutOff.SERVE);

  /**
   * Checks the rate.
   *
   * @throws InvalidField if it is none
   */
  public PurgePolicy {
    check(
        refreshRate >= 1 && refreshRate <= REFRESH_RATE_MAX,
        "/refreshRate",
        "must be 1 to " + REFRESH_RATE_MAX + " refreshes per second");
  }

  /** With the usual rate of refreshes. */
  public PurgePolicy(WhenCutOff whenCutOff) {
    this(whenCutOff, REFRESH_RATE_DEFAULT);
  }

  /** What a cut-off edge does. */
  public enum WhenCutOff {
    /** It serves what it has; purges wait for it. */
    SERVE,
    /** It has the origin asked before it serves anything; purges wait for its lease to end. */
    REVALIDATE
  }
}
