package io.nearcast.router.geo;

/**
 * A place on earth.
 *
 * @param latitude degrees, -90 to 90, north is positive
 * @param longitude degrees, -180 to 180, east is positive
 */
public record Point(double latitude, double longitude) {
  private static final double EARTH_RADIUS_KM = 6_371.0;

  /** Checks the ranges. */
  public Point {
    if (!isPossible(latitude, longitude)) {
      throw new IllegalArgumentException("no place on earth: " + latitude + ", " + longitude);
    }
  }

  /** Whether there is such a place; not so for NaN. */
  public static boolean isPossible(double latitude, double longitude) {
    return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  }

  /** The great-circle distance in kilometres, on a sphere (0.5 % off at most). */
  public double distanceKm(Point other) {
    double phi1 = Math.toRadians(latitude);
    double phi2 = Math.toRadians(other.latitude);
    double deltaPhi = phi2 - phi1;
    double deltaLambda = Math.toRadians(other.longitude - longitude);
    double chord =
        square(Math.sin(deltaPhi / 2))
            + Math.cos(phi1) * Math.cos(phi2) * square(Math.sin(deltaLambda / 2));
    return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, chord)));
  }

  private static double square(double value) {
    return value * value;
  }
}
