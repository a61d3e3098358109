package io.nearcast.router.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CidrMapTest {
  @TempDir Path directory;

  private CidrMap read(String... lines) throws IOException {
    return CidrMap.read(Files.write(directory.resolve("map"), List.of(lines)));
  }

  @ParameterizedTest
  @CsvSource({
    // address, PoP, how many bits decided
    "10.1.2.3, fra, 16",
    "10.2.2.3, iad, 15",
    "10.128.0.1, iad, 9",
    "11.0.0.1, , 8",
    "192.168.1.1, , 1",
    "2001:db8::1, sin, 32",
    "2001:db9::1, , 32",
    "8000::, , 1",
  })
  void mostSpecificNetworkCounts(String address, String pop, int uniform) throws IOException {
    CidrMap map =
        read("# offices", "", "10.0.0.0/8\tiad  # all", " 10.1.0.0/16 fra", "2001:db8::/32 sin");

    assertThat(map.find(Prefix.parse(address))).isEqualTo(new CidrMap.Match(pop, uniform));
  }

  @Test
  void theEmptyMapNeedsNoBits() {
    assertThat(CidrMap.EMPTY.find(Prefix.parse("192.0.2.1"))).isEqualTo(new CidrMap.Match(null, 0));
  }

  @Test
  void aMapForAllAddressesNeedsNoBits() throws IOException {
    assertThat(read("0.0.0.0/0 fra").find(Prefix.parse("192.0.2.1")))
        .isEqualTo(new CidrMap.Match("fra", 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.0/8 | line 2: write a network and a PoP",
        "10.0.0.0/8 fra iad | line 2: write a network and a PoP",
        "10.0.0.0/33 fra | line 2: \"10.0.0.0/33\": write a prefix length from 0 to 32",
        "ten fra | line 2: \"ten\" is not an IP address",
        "10.0.0.0/8 FRA | line 2: PoP \"FRA\" must be 1 to 63 of a-z",
        "192.0.2.99/24 iad | line 2: the network stands in line 1 too",
      })
  void aWrongLineIsNamed(String line, String message) {
    assertThatThrownBy(() -> read("192.0.2.0/24 fra", line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  /** Against a slow search, and every address that shares the bits gets the same. */
  @Test
  void agreesWithALinearSearch() {
    Random random = new Random(42);
    List<CidrMap.Entry> entries = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Prefix network =
          new Prefix(true, random.nextLong() & 0x0F0F_FFFFL << 32, 0, random.nextInt(33));
      if (entries.stream().noneMatch(entry -> entry.network().equals(network))) {
        entries.add(new CidrMap.Entry(network, "pop" + i));
      }
    }
    CidrMap map = CidrMap.of(entries);
    for (int i = 0; i < 20_000; i++) {
      Prefix address = new Prefix(true, random.nextLong() & 0x0F0F_FFFFL << 32, 0, 32);
      CidrMap.Match match = map.find(address);
      assertThat(match.pop()).isEqualTo(linear(entries, address));
      Prefix shared = address.truncatedTo(match.uniform());
      Prefix neighbour =
          new Prefix(true, shared.high() | random.nextLong() >>> match.uniform(), 0, 32);
      assertThat(map.find(neighbour)).isEqualTo(match);
    }
  }

  private static String linear(List<CidrMap.Entry> entries, Prefix address) {
    CidrMap.Entry best = null;
    for (CidrMap.Entry entry : entries) {
      if (entry.network().contains(address)
          && (best == null || entry.network().length() > best.network().length())) {
        best = entry;
      }
    }
    return best == null ? null : best.pop();
  }
}
