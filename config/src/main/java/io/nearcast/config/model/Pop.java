package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.check;

/**
 * A point of presence: a place where edges stand.
 *
 * @param name 1 to 63 of {@code a-z}, {@code 0-9} and {@code -}
 * @param latitude degrees, -90 to 90, north is positive
 * @param longitude degrees, -180 to 180, east is positive
 */
public record Pop(String name, double latitude, double longitude) {

  /**
   * Checks name and ranges.
   *
   * @throws InvalidField if one of them cannot be
   */
  public Pop {
    Names.checkName("/name", name);
    check(latitude >= -90 && latitude <= 90, "/latitude", "must be from -90 to 90 degrees");
    check(longitude >= -180 && longitude <= 180, "/longitude", "must be from -180 to 180 degrees");
  }
}
