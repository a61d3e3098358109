package io.nearcast.control.store.consul;

import io.nearcast.config.json.Documents;
import io.nearcast.control.store.Position;
import io.nearcast.control.store.StoreFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a control plane knows of the log in Consul, in its own directory: {@code consul.json}, as
 * {@code {"log":UUID,"revision":12,"head":9}}. By it a start notices that Consul has lost its data,
 * or was put back to an earlier state, while no control plane was looking.
 *
 * <p>It may be behind, never ahead. Not thread-safe.
 */
public final class KnownPosition {
  private final Path file;

  private KnownPosition(Path file) {
    this.file = file;
  }

  /** The file of a control plane's directory. */
  public static KnownPosition in(Path directory) {
    return new KnownPosition(directory.resolve("consul.json"));
  }

  Path file() {
    return file;
  }

  /**
   * What is known, or null before the first start.
   *
   * @throws StoreFailure if the file cannot be read
   */
  @Nullable Position read() {
    try {
      return Documents.readJson(Position.class, Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new StoreFailure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Keeps a position, replacing the one before as a whole.
   *
   * @throws StoreFailure if the file cannot be written
   */
  void write(Position position) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.deleteIfExists(fresh);
      try (FileChannel channel =
          FileChannel.open(
              fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
        ByteBuffer json = ByteBuffer.wrap(Documents.writeJson(position));
        while (json.hasRemaining()) {
          channel.write(json);
        }
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StoreFailure("cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
