package io.nearcast.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The free country database, end to end: real networks get the edge that is nearest to them. */
final class CountryDatabaseTest {
  @TempDir static Path directory;
  private static RouterFixture fixture;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    Path root = Path.of(System.getProperty("nearcast.root"));
    Path database = root.resolve("target/tools/geo/country.mmdb");
    if (!Files.exists(database)) {
      Process setUp =
          new ProcessBuilder(root.resolve("bin/setup").toString(), "geo").inheritIO().start();
      assertThat(setUp.waitFor()).as("bin/setup geo").isZero();
    }
    fixture = RouterFixture.demo(directory).database(database).defaultPop("iad").start();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  /** Networks that have belonged to institutions of these countries for decades. */
  @ParameterizedTest(name = "{1}")
  @CsvSource({
    "141.20.0.0/24, Berlin, fra-1",
    "129.132.0.0/24, Zurich, fra-1",
    "130.239.0.0/24, Umea, fra-1",
    "18.7.0.0/24, Boston, iad-1",
    "128.100.0.0/24, Toronto, iad-1",
    "143.107.0.0/24, Sao Paulo, iad-1",
    "137.132.0.0/24, Singapore, sin-1",
    "130.56.0.0/24, Canberra, sin-1",
    "133.11.0.0/24, Tokyo, sin-1",
    "2001:638::/48, Germany, fra-1",
    "2001:200::/48, Japan, sin-1",
    "10.0.0.0/24, nowhere, iad-1",
  })
  void networksGetTheNearestEdge(String subnet, String where, String edge) throws Exception {
    Dig dig = fixture.dig("www.demo.test", "+subnet=" + subnet);

    assertThat(dig.answers())
        .as(where)
        .isEqualTo(fixture.dig(edge + ".www.demo.test").answers())
        .hasSize(1);
    int scope = Integer.parseInt(dig.subnet().substring(dig.subnet().lastIndexOf('/') + 1));
    assertThat(scope).isBetween(1, subnet.contains(":") ? 56 : 24);
  }
}
