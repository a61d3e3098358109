package io.nearcast.router.geo;

import org.jspecify.annotations.Nullable;

/** Where a client is, as far as is known. */
public sealed interface Location {

  /**
   * How many bits of the address decided: every address that shares them has the same location. 0
   * where no address could have made a difference.
   */
  int uniform();

  /**
   * The operator's map names the PoP.
   *
   * @param pop its name
   */
  record AtPop(String pop, int uniform) implements Location {}

  /**
   * A database knows the place.
   *
   * @param point the place itself, or the middle of the country
   * @param country ISO 3166-1 alpha-2, null where the database does not say
   * @param centroid whether the point is only the middle of the country
   */
  record AtPoint(Point point, @Nullable String country, boolean centroid, int uniform)
      implements Location {}

  /** Neither knows. */
  record Unknown(int uniform) implements Location {}
}
