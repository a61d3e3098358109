package io.nearcast.control.store.sqlite;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreBehaviour;
import io.nearcast.control.store.StoreFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteStoreTest implements StoreBehaviour {
  private Path directory;
  private Store store;

  @BeforeEach
  void open(@TempDir Path directory) {
    this.directory = directory;
    store = SqliteStore.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  public Store store() {
    return store;
  }

  @Override
  public Store reopened() {
    store.close();
    store = SqliteStore.open(directory);
    return store;
  }

  @Test
  void fileThatIsNoDatabaseIsRefused() throws Exception {
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.writeString(
        other.resolve("control.db"), "this is no database, but long enough".repeat(99));
    assertThatThrownBy(() -> SqliteStore.open(other))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("control.db");
  }
}
