package io.nearcast.router.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.launch.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GeoFilesTest {
  private static final Prefix CLIENT = Prefix.parse("192.0.2.1");

  @TempDir Path directory;

  @Test
  void aMissingFileStopsTheStart() {
    Path missing = directory.resolve("none");

    assertThatThrownBy(() -> GeoFiles.open(missing, List.of()))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--cidr-map");
    assertThatThrownBy(() -> GeoFiles.open(null, List.of(missing)))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--mmdb")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aBrokenFileStopsTheStart() throws IOException {
    Path broken = Files.writeString(directory.resolve("broken"), "no database\n");

    assertThatThrownBy(() -> GeoFiles.open(broken, List.of()))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("line 1");
    assertThatThrownBy(() -> GeoFiles.open(null, List.of(broken)))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--mmdb");
  }

  @Test
  void aChangedFileIsReadAgainAndABrokenOneIsNot() throws IOException {
    Path map = Files.writeString(directory.resolve("map"), "192.0.2.0/24 fra\n");
    AtomicReference<Locator> newest = new AtomicReference<>();
    try (GeoFiles files = GeoFiles.open(map, List.of(), Duration.ofMillis(20))) {
      newest.set(files.locator());
      files.watch(newest::set);
      assertThat(newest.get().mapped(CLIENT)).isEqualTo("fra");

      Files.writeString(map, "192.0.2.0/24 sin   # moved\n");
      await().until(() -> "sin".equals(newest.get().mapped(CLIENT)));

      Files.writeString(map, "192.0.2.0/24\n");
      await().during(Duration.ofMillis(100)).until(() -> "sin".equals(newest.get().mapped(CLIENT)));

      Files.writeString(map, "192.0.2.0/24 iad\n");
      await().until(() -> "iad".equals(newest.get().mapped(CLIENT)));
    }
  }
}
