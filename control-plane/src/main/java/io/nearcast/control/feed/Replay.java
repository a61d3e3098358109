package io.nearcast.control.feed;

import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Store;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Entries that are older than the tail, read from the store and encoded once for all nodes that
 * come back at about the same time: after a restart of the control plane that is every node.
 *
 * <p>It has at most {@value #BYTES_MAX} bytes of batches; those that were read first go first. A
 * node that begins inside of a batch gets the rest of it, and shares what follows.
 *
 * <p>Thread-safe: {@code lock} guards {@code frames}, and lets one stream read for all.
 */
public final class Replay {
  private static final int ENTRIES_MAX = 500;
  private static final long BYTES_MAX = 16 << 20;

  private final Store store;
  private final long bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Frame> frames = new ArrayDeque<>();
  private long bytes;

  /**
   * @param store stays the caller's
   */
  public Replay(Store store) {
    this(store, BYTES_MAX);
  }

  /** With another bound than that of all control planes. */
  Replay(Store store, long bytesMax) {
    this.store = store;
    this.bytesMax = bytesMax;
  }

  /**
   * The entries that follow a sequence.
   *
   * @return null where the store does not have the next one: it was compacted away, or is not there
   *     yet
   * @throws io.nearcast.control.store.StoreFailure if the store cannot be read
   */
  @Nullable Frame after(long sequence) {
    lock.lock();
    try {
      Frame frame = containing(sequence + 1);
      if (frame == null) {
        frame = read(sequence);
      }
      return frame == null ? null : frame.after(sequence);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Frame containing(long sequence) {
    for (Frame frame : frames) {
      if (frame.first() <= sequence && sequence <= frame.last()) {
        return frame;
      }
    }
    return null;
  }

  private @Nullable Frame read(long sequence) {
    List<Entry> entries = store.entries(sequence, ENTRIES_MAX, Frame.BATCH_BYTES_MAX);
    if (entries.isEmpty() || entries.getFirst().sequence() != sequence + 1) {
      return null;
    }
    Frame frame = Frame.of(entries);
    frames.addLast(frame);
    bytes += frame.event().length;
    while (bytes > bytesMax && frames.size() > 1) {
      bytes -= frames.removeFirst().event().length;
    }
    return frame;
  }
}
