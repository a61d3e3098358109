package io.nearcast.router.geo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LocatorTest {
  private static final Point ROME = new Point(41.9, 12.5);
  private static final Point OSLO = new Point(59.9, 10.75);
  private static final Point GERMANY = Countries.centroid("DE");

  @TempDir Path directory;
  private Mmdb both;
  private Mmdb onlyIpv4;

  @BeforeEach
  void writeDatabases() throws IOException {
    both =
        Mmdb.read(
            new MmdbWriter(6)
                .put(
                    "20.1.0.0/16",
                    Map.of(
                        "location", Map.of("latitude", 41.9, "longitude", 12.5),
                        "country", Map.of("iso_code", "IT")))
                .put("20.2.0.0/16", Map.of("latitude", 59.9, "longitude", 10.75))
                .put("20.3.0.0/16", Map.of("country", Map.of("iso_code", "DE")))
                .put("20.4.0.0/16", Map.of("country_code", "de"))
                .put("20.5.0.0/16", Map.of("country_code", "ZZ"))
                .put("20.6.0.0/16", Map.of("latitude", 100.0, "longitude", 10.0))
                .put("20.7.7.128/25", Map.of("country_code", "DE"))
                .put("20.7.7.0/25", Map.of("country_code", "IT"))
                .put("2001:db8::/32", Map.of("country_code", "DE"))
                .put("2001:db9::/64", Map.of("country_code", "DE"))
                .write(directory.resolve("both.mmdb")));
    onlyIpv4 =
        Mmdb.read(
            new MmdbWriter(4)
                .put("20.5.0.0/20", Map.of("country_code", "DE"))
                .write(directory.resolve("ipv4.mmdb")));
  }

  private Location locate(CidrMap map, String client) {
    return new Locator(map, List.of(both, onlyIpv4)).locate(Prefix.parse(client), _ -> true);
  }

  private static CidrMap map(String network, String pop) {
    return CidrMap.of(List.of(new CidrMap.Entry(Prefix.parse(network), pop)));
  }

  @Test
  void coordinatesOfTheLocationCountFirst() {
    assertThat(locate(CidrMap.EMPTY, "20.1.2.3"))
        .isEqualTo(new Location.AtPoint(ROME, "IT", false, 16));
  }

  @Test
  void coordinatesAtTheTopCountNext() {
    assertThat(locate(CidrMap.EMPTY, "20.2.2.3"))
        .isEqualTo(new Location.AtPoint(OSLO, null, false, 16));
  }

  @ParameterizedTest
  @CsvSource({"20.3.2.3, DE, 16", "20.4.2.3, de, 16", "2001:db8::1, DE, 32"})
  void theCountryCountsByItsCentroid(String client, String country, int uniform) {
    assertThat(locate(CidrMap.EMPTY, client))
        .isEqualTo(new Location.AtPoint(GERMANY, country, true, uniform));
  }

  @Test
  void theNextDatabaseIsAskedForWhatTheFirstDoesNotKnow() {
    // Both have decided, so the longer of their networks holds.
    assertThat(locate(CidrMap.EMPTY, "20.5.2.3"))
        .isEqualTo(new Location.AtPoint(GERMANY, "DE", true, 20));
  }

  @Test
  void placesThatCannotBeAreNotKnown() {
    assertThat(locate(CidrMap.EMPTY, "20.6.2.3")).isInstanceOf(Location.Unknown.class);
  }

  @Test
  void unknownNetworksAreAsLargeAsTheDatabaseSays() {
    Location location = locate(CidrMap.EMPTY, "200.1.2.3");

    assertThat(location).isInstanceOf(Location.Unknown.class);
    assertThat(location.uniform()).isEqualTo(1);
  }

  @Test
  void anIpv4DatabaseSaysNothingOfIpv6() {
    assertThat(
            new Locator(CidrMap.EMPTY, List.of(onlyIpv4))
                .locate(Prefix.parse("2001:db8::1"), _ -> true))
        .isEqualTo(new Location.Unknown(0));
  }

  @Test
  void databasesAreAskedFor24And56BitsOnly() {
    assertThat(locate(CidrMap.EMPTY, "20.7.7.200"))
        .isEqualTo(new Location.AtPoint(Countries.centroid("IT"), "IT", true, 24));
    assertThat(locate(CidrMap.EMPTY, "2001:db9::1").uniform()).isEqualTo(56);
  }

  @Test
  void theMapCountsBeforeDatabases() {
    assertThat(locate(map("20.1.2.0/24", "fra"), "20.1.2.3"))
        .isEqualTo(new Location.AtPop("fra", 24));
  }

  @Test
  void aMapEntryForAPopThatIsNotThereDoesNotCount() {
    Location location =
        new Locator(map("20.1.2.0/24", "fra"), List.of(both))
            .locate(Prefix.parse("20.1.2.3"), _ -> false);

    assertThat(location).isEqualTo(new Location.AtPoint(ROME, "IT", false, 24));
  }

  /** 20.1.0.0/16 is in Rome, but not all of it: the map has 20.1.2.0/24 elsewhere. */
  @Test
  void aDatabasesNetworkIsCutWhereTheMapSaysOtherwise() {
    assertThat(locate(map("20.1.2.0/24", "fra"), "20.1.3.3").uniform()).isEqualTo(24);
    assertThat(locate(map("20.1.2.0/24", "fra"), "20.1.128.3").uniform()).isEqualTo(17);
  }

  @Test
  void theMapMayBeFinerThan24BitsForThoseWhoSayMore() {
    CidrMap one = map("20.1.2.3/32", "fra");

    assertThat(locate(one, "20.1.2.3")).isEqualTo(new Location.AtPop("fra", 32));
    assertThat(locate(one, "20.1.2.0/24").uniform()).isEqualTo(24);
  }

  @Test
  void aShortNetworkIsToldToSayMore() {
    assertThat(locate(CidrMap.EMPTY, "20.1.0.0/12").uniform()).isEqualTo(16);
  }

  @Test
  void whatIsKeptIsTheSame() {
    Locator locator = new Locator(CidrMap.EMPTY, List.of(both));
    Prefix client = Prefix.parse("20.1.2.3");

    assertThat(locator.locate(client, _ -> true)).isEqualTo(locator.locate(client, _ -> true));
  }
}
