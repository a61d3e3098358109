package io.nearcast.config.feed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A place in a log, on disk, that can be moved on by one small write and one sync.
 *
 * <p>The file {@code position} has two slots of {@value #SLOT_BYTES} bytes, which take turns: a
 * write that is torn by a crash leaves the place before it in the other slot. A slot has zeros, or
 * begins with log, sequence and the CRC-32C of both in hexadecimal:
 *
 * <pre>
 * log 6 e476de52\n
 * </pre>
 *
 * <p>Not thread-safe.
 */
final class PositionFile {
  private static final int SLOT_BYTES = 4096;
  private static final int SLOTS = 2;

  private final Path path;
  private int next;

  /**
   * @param directory must exist
   */
  PositionFile(Path directory) {
    path = directory.resolve("position");
  }

  /**
   * The furthest place that is there whole, or null if none is.
   *
   * @throws IOException if there is a file that cannot be read
   */
  @Nullable FeedHead read() throws IOException {
    if (!Files.exists(path)) {
      return null;
    }
    byte[] all = Files.readAllBytes(path);
    FeedHead furthest = null;
    for (int i = 0; i < SLOTS && all.length >= (i + 1) * SLOT_BYTES; i++) {
      FeedHead place =
          parse(new String(all, i * SLOT_BYTES, SLOT_BYTES, StandardCharsets.US_ASCII));
      if (place != null && (furthest == null || place.head() > furthest.head())) {
        furthest = place;
        next = (i + 1) % SLOTS;
      }
    }
    return furthest;
  }

  /** Moves on; when this returns, the place is on disk. */
  void write(FeedHead place) throws IOException {
    String text = place.log() + ' ' + place.head();
    byte[] slot = (text + ' ' + crc(text) + '\n').getBytes(StandardCharsets.US_ASCII);
    try (FileChannel channel = open()) {
      writeFully(channel, ByteBuffer.wrap(slot), (long) next * SLOT_BYTES);
      channel.force(false);
    }
    next = (next + 1) % SLOTS;
  }

  /** Forgets every place; when this returns, the disk has, too. */
  void clear() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (FileChannel channel = open()) {
      writeFully(channel, ByteBuffer.allocate(SLOTS * SLOT_BYTES), 0);
      channel.force(false);
    }
  }

  /** Opens the file; it is there with its whole length, so that writes change nothing but slots. */
  private FileChannel open() throws IOException {
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      if (channel.size() < SLOTS * SLOT_BYTES) {
        writeFully(channel, ByteBuffer.allocate(SLOTS * SLOT_BYTES), 0);
        channel.force(true);
        syncDirectory();
      }
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void syncDirectory() throws IOException {
    try (FileChannel directory =
        FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes, long at)
      throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  private static @Nullable FeedHead parse(String slot) {
    int end = slot.indexOf('\n');
    int sum = end < 0 ? -1 : slot.lastIndexOf(' ', end);
    int number = sum < 0 ? -1 : slot.lastIndexOf(' ', sum - 1);
    if (number < 0 || !crc(slot.substring(0, sum)).equals(slot.substring(sum + 1, end))) {
      return null;
    }
    return new FeedHead(slot.substring(0, number), Long.parseLong(slot.substring(number + 1, sum)));
  }

  private static String crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
