package io.nearcast.loadtest.cdn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is removed with all that is in it when it is closed, or when the JVM ends before
 * that by a signal. Its name is short enough to read in commands, where that is free. Thread-safe.
 */
public final class TemporaryDirectory implements AutoCloseable {
  private final Path path;
  private final Thread remover;

  private TemporaryDirectory(Path path) {
    this.path = path;
    this.remover = new Thread(this::removeAtEnd, "remove " + path);
    Runtime.getRuntime().addShutdownHook(remover);
  }

  /**
   * Makes one that only its owner may read.
   *
   * @param name its name, or the beginning of it where another has that
   */
  public static TemporaryDirectory create(String name) throws IOException {
    FileAttribute<?> ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    try {
      Path readable = Path.of(System.getProperty("java.io.tmpdir"), name);
      return new TemporaryDirectory(Files.createDirectory(readable, ownerOnly));
    } catch (FileAlreadyExistsException _) {
      return new TemporaryDirectory(Files.createTempDirectory(name + "-", ownerOnly));
    }
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(remover);
    } catch (IllegalStateException _) {
      // The JVM is ending: the hook runs, or has run.
      return;
    }
    remove();
  }

  private void removeAtEnd() {
    try {
      remove();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void remove() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
