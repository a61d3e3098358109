package io.nearcast.control.cli;

import io.nearcast.control.store.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A directory for the owner's eyes only, with files only, which is gone after its use. */
record TemporaryDirectory(Path path) implements AutoCloseable {

  /**
   * Makes one.
   *
   * @throws StoreFailure if there is no room for it
   */
  static TemporaryDirectory create() {
    try {
      return new TemporaryDirectory(Files.createTempDirectory("nearcast-"));
    } catch (IOException e) {
      throw new StoreFailure("cannot use the directory for temporary files: " + e, e);
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.list(path)) {
      List<Path> all = files.toList();
      for (Path file : all) {
        Files.delete(file);
      }
      Files.delete(path);
    } catch (IOException e) {
      throw new StoreFailure("cannot remove " + path + ": " + e, e);
    }
  }
}
