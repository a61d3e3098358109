package io.nearcast.control.rest;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SqliteKeyedPurgesTest implements KeyedPurgesBehaviour {
  private Path directory;
  private RunningControlPlane running;

  @BeforeEach
  void start(@TempDir Path directory) {
    this.directory = directory;
    running = RunningControlPlane.in(directory);
    KeyedPurgesBehaviour.prepare(http(), elsewhere());
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Override
  public Http http() {
    return running.admin();
  }

  @Override
  public Http elsewhere() {
    return running.admin();
  }

  @Override
  public void restart() {
    running.close();
    running = RunningControlPlane.in(directory);
  }
}
