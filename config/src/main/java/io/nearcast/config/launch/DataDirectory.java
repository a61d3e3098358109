package io.nearcast.config.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a process keeps its data in, held by a lock for as long as it is open: two
 * processes on one directory would destroy each other's files.
 *
 * <p>The lock is the operating system's, on the file {@code lock}: it ends with the process,
 * however that ends. Thread-safe.
 */
public final class DataDirectory implements AutoCloseable {
  private final Path path;
  private final FileChannel lockFile;

  private DataDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Makes the directory where it is missing, and takes its lock.
   *
   * @param option the option that named it, such as {@code --data}, for messages
   * @throws StartFailure if it cannot be made or written, or another process holds it
   */
  public static DataDirectory open(String option, Path path) {
    FileChannel channel = null;
    try {
      Files.createDirectories(path);
      channel =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (lock(channel) == null) {
        channel.close();
        throw new StartFailure(
            path + " is in use by another process: stop that, or name another with " + option);
      }
      return new DataDirectory(path.toAbsolutePath(), channel);
    } catch (IOException e) {
      throw new StartFailure(
          path + " cannot be written (" + e + "): name another directory with " + option, e);
    }
  }

  /** The directory, absolute. */
  public Path path() {
    return path;
  }

  /** A file or directory in it. */
  public Path resolve(String name) {
    return path.resolve(name);
  }

  /** Lets go of the lock. The directory stays. */
  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this very process
    }
  }
}
