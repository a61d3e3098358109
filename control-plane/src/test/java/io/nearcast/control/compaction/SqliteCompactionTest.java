package io.nearcast.control.compaction;

import io.nearcast.control.store.Store;
import io.nearcast.control.store.sqlite.SqliteStore;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SqliteCompactionTest implements CompactionBehaviour, HistoryBehaviour {
  private Path directory;

  @BeforeEach
  void prepare(@TempDir Path fresh) {
    directory = fresh;
  }

  @Override
  public Store open() {
    return SqliteStore.open(directory);
  }
}
