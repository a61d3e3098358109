package io.nearcast.control.fleet;

import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.json.Documents;
import io.nearcast.control.feed.FeedTail;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends the fleet to all streams when it has changed: at once, but at most ten times a second, and
 * less often where it is large and goes to many. That nodes have applied more of the log is no
 * change: no node has a use for it, and a thousand nodes would be sent 150 MB for each purge.
 *
 * <p>Has one thread of its own. {@code dirty} and {@code closed} are guarded by {@code lock}; all
 * else belongs to the thread.
 */
public final class FleetPublisher implements AutoCloseable {

  private static final long LOOK_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long SEND_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** What the fleet as a whole may take of the control plane's network. */
  private static final long BYTES_PER_SECOND = 25_000_000;

  private final Members members;
  private final FeedTail tail;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Thread thread = Thread.ofVirtual().name("fleet").unstarted(this::run);
  private boolean dirty;
  private boolean closed;

  /** What was sent last, without progress. */
  private List<NodeStatus> sent = List.of();

  private long sentNanos;
  private long gapNanos;
  private long lookedNanos = System.nanoTime();

  private FleetPublisher(Members members, FeedTail tail) {
    this.members = members;
    this.tail = tail;
  }

  /** Sends the fleet as it is now, then each change. */
  public static FleetPublisher start(Members members, FeedTail tail) {
    FleetPublisher publisher = new FleetPublisher(members, tail);
    publisher.send(members.fleet());
    members.listen(publisher::wake);
    publisher.thread.start();
    return publisher;
  }

  private void wake() {
    lock.lock();
    try {
      if (!dirty) { // else the thread will look anyway
        dirty = true;
        news.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      long pauseNanos = 0;
      while (await(pauseNanos)) {
        pauseNanos = look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Sends what is due.
   *
   * @return in how many nanoseconds to look again if nobody wakes the thread
   */
  private long look() {
    Fleet now = members.fleet();
    if (withoutProgress(now).equals(sent)) {
      return members.changesInNanos();
    }
    long dueInNanos = sentNanos + gapNanos - System.nanoTime();
    if (dueInNanos > 0) {
      return Math.min(dueInNanos, members.changesInNanos());
    }
    send(now);
    return members.changesInNanos();
  }

  private void send(Fleet now) {
    byte[] json = Documents.writeJson(now);
    tail.fleet(json);
    sent = withoutProgress(now);
    sentNanos = System.nanoTime();
    gapNanos = gapNanos(json.length, now.nodes().size());
  }

  /** How long nothing more is sent after so many bytes to so many nodes. */
  static long gapNanos(long bytes, int nodes) {
    long all = bytes * nodes;
    return Math.max(SEND_GAP_NANOS, all * TimeUnit.SECONDS.toNanos(1) / BYTES_PER_SECOND);
  }

  private static List<NodeStatus> withoutProgress(Fleet fleet) {
    return fleet.nodes().stream()
        .map(node ->
            new NodeStatus(
                node.id(),
                node.role(),
                node.pop(),
                node.state(),
                0,
                node.address(),
                node.warnings()))
        .toList();
  }

  /**
   * Waits for a change or a time.
   *
   * @return false once this is closed
   */
  private boolean await(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!closed && !dirty && left > 0) {
        left = news.awaitNanos(left);
      }
      // Of a thousand reports that come together many are looked at together.
      long gap = lookedNanos + LOOK_GAP_NANOS - System.nanoTime();
      while (!closed && gap > 0) {
        gap = news.awaitNanos(gap);
      }
      dirty = false;
      lookedNanos = System.nanoTime();
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      news.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
