package io.nearcast.config.feed;

import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Notes on disk, in {@code known.json}, that the control plane knows this node since its last
 * snapshot: without it a node that starts cut off may have missed purges that nobody waits for it
 * with (see {@link io.nearcast.config.lease.NodeLease}). For one thread.
 */
final class KnownMark {
  private record Mark(String log) {}

  private final DurableFile file;
  private boolean set;

  /**
   * @param directory must exist and be writable
   */
  KnownMark(Path directory) {
    file = new DurableFile(directory, "known.json");
  }

  /**
   * Whether it was noted of a log; a damaged file counts as absent.
   *
   * @throws IOException if the disk cannot be read
   */
  boolean isSetFor(String log) throws IOException {
    Optional<byte[]> content = file.read();
    try {
      set = content.isPresent() && Documents.readJson(Mark.class, content.get()).log().equals(log);
    } catch (InvalidDocument e) {
      file.setAside(e.problems().getFirst().toString());
    }
    return set;
  }

  /**
   * Notes it, if that is not so already.
   *
   * @throws IOException if it could not be written; the next call tries again
   */
  void set(String log) throws IOException {
    if (!set) {
      file.write(Documents.writeJson(new Mark(log)));
      set = true;
    }
  }

  /**
   * Forgets it; when this returns, also the disk has.
   *
   * @throws IOException if it could not be deleted
   */
  void clear() throws IOException {
    file.delete();
    set = false;
  }
}
