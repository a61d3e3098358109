package io.nearcast.config.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {
  @TempDir Path parent;

  @Test
  void itIsMadeWithItsParents() {
    Path path = parent.resolve("a/b");
    try (DataDirectory directory = DataDirectory.open("--data", path)) {
      assertThat(directory.path()).isEqualTo(path.toAbsolutePath());
      assertThat(directory.resolve("x")).isEqualTo(path.resolve("x").toAbsolutePath());
      assertThat(path).isDirectory();
    }
  }

  @Test
  void whatOneHoldsAnotherCannotOpenUntilItIsClosed() {
    try (DataDirectory held = DataDirectory.open("--data", parent)) {
      assertThatThrownBy(() -> DataDirectory.open("--data", held.path()))
          .isInstanceOf(StartFailure.class)
          .hasMessage(
              parent + " is in use by another process: stop that, or name another with --data");
    }
    DataDirectory.open("--data", parent).close();
  }

  @Test
  void aFileInItsPlaceIsRefused() throws Exception {
    Path file = Files.writeString(parent.resolve("file"), "");
    assertThatThrownBy(() -> DataDirectory.open("--disk", file))
        .isInstanceOf(StartFailure.class)
        .hasMessageStartingWith(file + " cannot be written")
        .hasMessageEndingWith("name another directory with --disk");
  }
}
