package io.nearcast.control.feed;

import io.nearcast.config.feed.FeedState;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.store.Entry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The newest part of the log, encoded, in memory: what all streams send from.
 *
 * <p>It has at most {@value #FRAMES_MAX} batches and {@value #BYTES_MAX} bytes of them; the oldest
 * go first. A stream holds nothing but its place, so that a slow one costs no memory: when what it
 * has to send next is gone, it is behind and ends.
 *
 * <p>What becomes durable goes out at once, but within a while after the batch before it is
 * gathered: {@link #GAP}, and that again for every {@value #ENTRIES_PER_GAP} entries that it had,
 * up to {@link #GAP_MAX}. So few changes a second wait for hardly anything, and a thousand cost
 * each stream and each node twenty batches and reports.
 *
 * <p>Guarded by {@code lock}; streams wait on {@code news}, the thread that sends what was gathered
 * on {@code gathering}.
 */
public final class FeedTail {
  /** The least time between two batches. */
  static final Duration GAP = Duration.ofMillis(10);

  /** The most time between two batches. */
  static final Duration GAP_MAX = Duration.ofMillis(50);

  private static final int ENTRIES_PER_GAP = 5;
  private static final int FRAMES_MAX = 4_096;
  private static final long BYTES_MAX = 32 << 20;
  private static final byte[] NO_FLEET = new byte[0];

  private final String log;
  private final int framesMax;
  private final long bytesMax;
  private final long gapNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Condition gathering = lock.newCondition();
  private final List<Entry> gathered = new ArrayList<>();

  /** When the next batch may go. */
  private long dueNanos;

  private final Deque<Frame> frames = new ArrayDeque<>();
  private long bytes;
  private long head;
  private byte[] fleet = NO_FLEET;
  private long fleetVersion;
  private boolean closed;

  /** What a stream has to send next. */
  sealed interface Next {
    /** A batch of entries. */
    record Entries(Frame frame) implements Next {}

    /** The fleet, which has changed. */
    @SuppressWarnings("ArrayRecordComponent")
    record FleetNow(byte[] event, long version) implements Next {}

    /** Nothing has happened for a while. */
    record Silence() implements Next {}

    /** The entries that come next are not in memory any more. */
    record Behind() implements Next {}

    /** The control plane is stopping. */
    record End() implements Next {}
  }

  /** With other bounds than those of all control planes; each change is a batch of its own. */
  FeedTail(String log, long head, int framesMax, long bytesMax) {
    this(log, head, framesMax, bytesMax, Duration.ZERO);
  }

  private FeedTail(String log, long head, int framesMax, long bytesMax, Duration gap) {
    this.log = log;
    this.head = head;
    this.framesMax = framesMax;
    this.bytesMax = bytesMax;
    gapNanos = gap.toNanos();
    dueNanos = System.nanoTime();
  }

  /**
   * Begins with nothing in memory, and with a thread that ends when this is closed.
   *
   * @param log the identity of the log
   * @param head its last sequence now
   */
  public static FeedTail start(String log, long head) {
    return start(log, head, GAP);
  }

  /**
   * Begins where a ledger is and follows it: on the ledger's thread, so that nothing is published
   * between the two.
   */
  public static FeedTail follow(Ledger ledger) {
    AtomicReference<@Nullable FeedTail> begun = new AtomicReference<>();
    return ledger.write(draft -> {
      FeedTail tail = begun.get(); // where others of the commit have to be decided again
      if (tail == null) {
        FeedState durable = ledger.state(); // not the draft's, which may be refused yet
        tail = start(durable.log(), durable.sequence());
        ledger.listen(tail::committed);
        begun.set(tail);
      }
      return tail;
    });
  }

  /** With another gap than that of all control planes. */
  static FeedTail start(String log, long head, Duration gap) {
    FeedTail tail = new FeedTail(log, head, FRAMES_MAX, BYTES_MAX, gap);
    Thread.ofVirtual().name("feed-tail").start(tail::run);
    return tail;
  }

  private void run() {
    lock.lock();
    try {
      while (!closed) {
        long leftNanos = dueNanos - System.nanoTime();
        if (gathered.isEmpty()) {
          gathering.await();
        } else if (leftNanos > 0) {
          gathering.awaitNanos(leftNanos);
        } else {
          send();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does
    } finally {
      lock.unlock();
    }
  }

  /** The identity of the log. */
  public String log() {
    return log;
  }

  /** The last sequence that streams have been told to send. */
  public long head() {
    lock.lock();
    try {
      return head;
    } finally {
      lock.unlock();
    }
  }

  /** Takes in what has become durable. */
  public void committed(Committed committed) {
    List<Entry> entries = committed.encoded();
    if (entries.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      gathered.addAll(entries);
      if (System.nanoTime() - dueNanos >= 0) {
        send();
      } else {
        gathering.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void send() {
    dueNanos = System.nanoTime() + gapNanos(gathered.size());
    for (Frame frame : Frame.split(gathered)) {
      frames.addLast(frame);
      bytes += frame.event().length;
      head = frame.last();
    }
    gathered.clear();
    while (frames.size() > framesMax || (bytes > bytesMax && frames.size() > 1)) {
      bytes -= frames.removeFirst().event().length;
    }
    news.signalAll();
  }

  private long gapNanos(int entries) {
    return Math.min(gapNanos * (1 + entries / ENTRIES_PER_GAP), GAP_MAX.toNanos());
  }

  /** Has all streams send this fleet next. */
  public void fleet(byte[] json) {
    byte[] event =
        ("event: fleet\ndata: " + new String(json, StandardCharsets.UTF_8) + "\n\n")
            .getBytes(StandardCharsets.UTF_8);
    lock.lock();
    try {
      fleet = event;
      fleetVersion++;
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the head is at a sequence or beyond.
   *
   * @param patience how long it may wait
   * @return whether it is
   */
  public boolean awaitHead(long sequence, Duration patience) throws InterruptedException {
    long nanos = patience.toNanos();
    lock.lock();
    try {
      while (head < sequence && nanos > 0 && !closed) {
        nanos = news.awaitNanos(nanos);
      }
      return head >= sequence;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for what a stream has to send next.
   *
   * @param sent the last sequence that it has sent
   * @param sentFleet the version of the fleet that it has sent, 0 for none
   * @param patience how long it may wait
   */
  Next next(long sent, long sentFleet, Duration patience) throws InterruptedException {
    long nanos = patience.toNanos();
    lock.lock();
    try {
      while (true) {
        Next next = now(sent, sentFleet);
        if (next != null) {
          return next;
        }
        if (nanos <= 0) {
          return new Next.Silence();
        }
        nanos = news.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Next now(long sent, long sentFleet) {
    if (closed) {
      return new Next.End();
    }
    if (sent < head) {
      Frame frame = containing(sent + 1);
      return frame == null ? new Next.Behind() : new Next.Entries(frame.after(sent));
    }
    return fleetVersion > sentFleet ? new Next.FleetNow(fleet, fleetVersion) : null;
  }

  private @Nullable Frame containing(long sequence) {
    for (var newestFirst = frames.descendingIterator(); newestFirst.hasNext(); ) {
      Frame frame = newestFirst.next();
      if (frame.first() <= sequence) {
        return sequence <= frame.last() ? frame : null;
      }
    }
    return null;
  }

  /** Ends all streams. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      gathering.signal();
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
