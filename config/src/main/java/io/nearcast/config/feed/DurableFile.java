package io.nearcast.config.feed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file that is always whole: replaced as one, with a checksum, readable by its owner only.
 *
 * <p>The content is one line, whose checksum (CRC-32C, in hexadecimal) is the second line:
 *
 * <pre>
 * {"log":"log","sequence":6}
 * 67332381
 * </pre>
 *
 * A new content is written to {@code NAME.new} and synced, then renamed over {@code NAME}, then the
 * directory is synced: after a crash there is the old content or the new one. Not thread-safe.
 */
final class DurableFile {
  private static final Logger log = LoggerFactory.getLogger(DurableFile.class);

  /** Eight digits and two line ends. */
  private static final int TRAILER_LENGTH = 10;

  private final Path path;
  private final Path next;
  private final Path bad;

  /**
   * @param directory must exist
   */
  DurableFile(Path directory, String name) {
    path = directory.resolve(name);
    next = directory.resolve(name + ".new");
    bad = directory.resolve(name + ".bad");
  }

  Path path() {
    return path;
  }

  /**
   * Reads the content. A file that is torn or damaged is set aside as {@code NAME.bad} and counts
   * as absent.
   *
   * @throws IOException if there is a file that cannot be read
   */
  Optional<byte[]> read() throws IOException {
    byte[] all;
    try {
      all = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    int length = all.length - TRAILER_LENGTH;
    if (length >= 0) {
      byte[] content = Arrays.copyOf(all, length);
      if (Arrays.equals(trailer(content), 0, TRAILER_LENGTH, all, length, all.length)) {
        return Optional.of(content);
      }
    }
    setAside("its checksum is wrong");
    return Optional.empty();
  }

  /** Replaces the content; when this returns, it is on disk. */
  void write(byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            next,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      writeFully(channel, content);
      writeFully(channel, trailer(content));
      channel.force(true);
    }
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncDirectory();
  }

  /** Removes the file; when this returns, it stays removed. */
  void delete() throws IOException {
    if (Files.deleteIfExists(path)) {
      syncDirectory();
    }
  }

  /** Keeps a file that cannot be used for people to look at, and out of the way. */
  void setAside(String reason) throws IOException {
    Files.move(path, bad, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    log.warn("{} cannot be used: {}; set aside as {}", path, reason, bad.getFileName());
  }

  private void syncDirectory() throws IOException {
    try (FileChannel directory =
        FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static void writeFully(FileChannel channel, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static byte[] trailer(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return String.format("%n%08x%n", crc.getValue())
        .replace("\r", "")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
