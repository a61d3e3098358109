package io.nearcast.edge.purge;

import io.nearcast.config.launch.StartFailure;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The purges of a node alone, on disk, so that they survive restarts. A node without a data
 * directory keeps none.
 *
 * <p>The file has one line for each stamp: a checksum (CRC-32C of what follows the blank), the
 * sequence, {@code hard} or {@code soft}, the kind, and service and name as in a URL's query:
 *
 * <pre>
 * e83c9d01 7 hard url shop www.shop.example%2Fa
 * </pre>
 *
 * <p>Lines are appended and synced before the purge counts. When there are many more of them than
 * stamps that are kept apart, the file is written anew and renamed. A torn last line is of a purge
 * that was never answered, and is cut off; where another line is damaged, everything counts as
 * purged.
 *
 * <p>Not thread-safe: the caller lets one purge in at a time.
 */
public final class OwnPurgeLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OwnPurgeLog.class);
  private static final int SUPERSEDED_MAX = 1_024;

  private final @Nullable Path file;
  private final PurgeIndex index;
  private @Nullable FileChannel channel;
  private long length;
  private long lines;

  private OwnPurgeLog(@Nullable Path file, PurgeIndex index) {
    this.file = file;
    this.index = index;
  }

  /** A log that keeps nothing, of a node without a data directory. */
  public static OwnPurgeLog none(PurgeIndex index) {
    return new OwnPurgeLog(null, index);
  }

  /**
   * Opens the log of a data directory and enters what is in it into the index.
   *
   * @param directory the node's own
   * @throws StartFailure if the file cannot be read or written
   */
  public static OwnPurgeLog open(Path directory, PurgeIndex index) {
    OwnPurgeLog opened = new OwnPurgeLog(directory.resolve("own-purges"), index);
    try {
      opened.load();
      return opened;
    } catch (IOException e) {
      opened.close();
      throw new StartFailure(
          opened.file + " cannot be used (" + e + "): make it readable and writable", e);
    }
  }

  /**
   * Enters the stamps of one purge, once they are on disk.
   *
   * @throws IOException if they could not be written; then nothing was entered
   */
  public void enter(List<PurgeStamp> stamps) throws IOException {
    if (channel != null) {
      append(channel, stamps);
    }
    index.enter(stamps);
    index.applied(new PurgeIndex.Position(null, index.newest()));
    if (lines > 2L * index.size() + SUPERSEDED_MAX) {
      compact();
    }
  }

  private void append(FileChannel to, List<PurgeStamp> stamps) throws IOException {
    // What a failed append has left behind would swallow the next line.
    if (to.size() > length) {
      to.truncate(length);
    }
    ByteBuffer bytes = ByteBuffer.wrap(text(stamps).getBytes(StandardCharsets.US_ASCII));
    long end = length;
    while (bytes.hasRemaining()) {
      end += to.write(bytes, end);
    }
    to.force(true);
    length = end;
    lines += stamps.size();
  }

  private void load() throws IOException {
    Path path = java.util.Objects.requireNonNull(file);
    FileChannel opened =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    channel = opened;
    String text = Files.readString(path, StandardCharsets.ISO_8859_1);
    length = text.lastIndexOf('\n') + 1L;
    List<PurgeStamp> stamps = new ArrayList<>();
    boolean damaged = false;
    for (String line : text.substring(0, (int) length).lines().toList()) {
      PurgeStamp stamp = parse(line);
      damaged |= stamp == null;
      if (stamp != null) {
        stamps.add(stamp);
      }
    }
    lines = stamps.size();
    index.enter(stamps);
    long newest = index.newest();
    if (damaged) {
      log.warn("{} is damaged: everything counts as purged", path);
      index.reset(new PurgeIndex.Position(null, newest + 1));
    } else {
      index.applied(new PurgeIndex.Position(null, newest));
    }
  }

  /** Writes what still matters to a new file, which takes the place of this one. */
  private void compact() throws IOException {
    if (file == null) {
      return;
    }
    List<PurgeStamp> stamps = index.stamps();
    Path next = file.resolveSibling("own-purges.new");
    FileChannel written =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    close();
    channel = written;
    length = 0;
    lines = 0;
    append(written, stamps);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static String text(List<PurgeStamp> stamps) {
    StringBuilder text = new StringBuilder();
    for (PurgeStamp stamp : stamps) {
      String content =
          stamp.sequence()
              + (stamp.soft() ? " soft " : " hard ")
              + stamp.kind().name().toLowerCase(Locale.ROOT)
              + ' '
              + URLEncoder.encode(stamp.service(), StandardCharsets.UTF_8)
              + ' '
              + URLEncoder.encode(stamp.name(), StandardCharsets.UTF_8);
      text.append(checksum(content)).append(' ').append(content).append('\n');
    }
    return text.toString();
  }

  private static @Nullable PurgeStamp parse(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 6 || !words[0].equals(checksum(line.substring(words[0].length() + 1)))) {
      return null;
    }
    return new PurgeStamp(
        URLDecoder.decode(words[4], StandardCharsets.UTF_8),
        PurgeStamp.Kind.valueOf(words[3].toUpperCase(Locale.ROOT)),
        URLDecoder.decode(words[5], StandardCharsets.UTF_8),
        Long.parseLong(words[1]),
        words[2].equals("soft"));
  }

  private static String checksum(String content) {
    CRC32C crc = new CRC32C();
    crc.update(content.getBytes(StandardCharsets.ISO_8859_1));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }

  /** Closes the file. */
  @Override
  public void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        log.warn("{} could not be closed: {}", file, e.toString());
      }
    }
  }
}
