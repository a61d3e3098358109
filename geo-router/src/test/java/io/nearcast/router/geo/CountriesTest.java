package io.nearcast.router.geo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class CountriesTest {

  @Test
  void everyCountryOfTheStandardHasAPlace() {
    assertThat(Countries.all().keySet()).containsAll(Arrays.asList(Locale.getISOCountries()));
  }

  @Test
  void codesCountInEitherCase() {
    assertThat(Countries.centroid("de")).isNotNull().isEqualTo(Countries.centroid("DE"));
  }

  @Test
  void whatIsNoCountryHasNone() {
    assertThat(Countries.centroid("ZZ")).isNull();
    assertThat(Countries.centroid("")).isNull();
  }

  @Test
  void neighboursAreNear() {
    assertThat(km("DE", "FR")).isBetween(300L, 900L);
    assertThat(km("US", "CA")).isBetween(500L, 2_000L);
    assertThat(km("SG", "MY")).isBetween(10L, 500L);
    assertThat(km("NZ", "AU")).isBetween(1_500L, 3_500L);
    assertThat(km("DE", "NZ")).isGreaterThan(17_000);
  }

  private static long km(String one, String other) {
    return Math.round(Countries.centroid(one).distanceKm(Countries.centroid(other)));
  }
}
