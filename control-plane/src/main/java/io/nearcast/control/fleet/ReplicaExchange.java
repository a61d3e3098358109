package io.nearcast.control.fleet;

import io.nearcast.control.fleet.ReplicaRecord.Progress;
import io.nearcast.control.fleet.ReplicaStore.Kept;
import io.nearcast.control.store.SharedRecords;
import io.nearcast.control.store.SharedRecords.Listing;
import io.nearcast.control.store.StoreFailure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this control plane's record in a shared store up to date, and follows the records of the
 * others, so that a purge that edges have reported to one of them is complete at all within
 * milliseconds.
 *
 * <p>A record has the watermark and those nodes that have applied more in the last seconds, not all
 * nodes: all that is known of every node goes by {@link PeerExchange}, once a second. It is written
 * when there is news, at most every {@link #GAP} and no more than {@value #BYTES_PER_SECOND_MAX}
 * bytes a second, and at least every {@link #BEAT}.
 *
 * <p>Has two threads of its own: one writes the record and removes those that are left over, one
 * waits for what others write. {@code news} and {@code closed} are guarded by {@code lock}.
 */
public final class ReplicaExchange implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaExchange.class);

  private static final Duration BEAT = Duration.ofSeconds(2);
  private static final Duration GAP = Duration.ofMillis(20);
  private static final Duration LOOK_GAP = Duration.ofMillis(10);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofMillis(250);
  private static final Duration STOP_MAX = Duration.ofSeconds(2);

  /** Until all that is known of a node has come by the slower way. */
  private static final Duration PROGRESS_KEPT = Duration.ofSeconds(3);

  private static final int PROGRESS_BYTES_MAX = 250_000;
  private static final int BYTES_PER_SECOND_MAX = 1_000_000;
  private static final int PROGRESS_BYTES = 128;
  private static final int STEPS_MAX = 8;

  private final Members members;
  private final Leases.Shared shared;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wake = lock.newCondition();
  private final Thread writer = Thread.ofVirtual().name("replica-writer").unstarted(this::write);
  private final Thread follower =
      Thread.ofVirtual().name("replica-follower").unstarted(this::follow);
  private boolean news;
  private boolean closed;

  /** What was written last, when, and when the next may follow; belongs to the writer. */
  private long writtenMoves = -1;

  private long writtenNanos = System.nanoTime();
  private long lookedNanos = writtenNanos;
  private long gapNanos;
  private boolean failing;

  private ReplicaExchange(Members members, Leases.Shared shared) {
    this.members = members;
    this.shared = shared;
  }

  /** Registers this control plane and begins to exchange, where the store is shared at all. */
  public static AutoCloseable start(Members members) {
    Leases.Shared shared = members.leases().shared();
    if (shared == null) {
      return () -> LOG.debug("there is nobody to exchange anything with");
    }
    ReplicaExchange exchange = new ReplicaExchange(members, shared);
    exchange.look();
    members.listen(exchange::wake);
    exchange.writer.start();
    exchange.follower.start();
    return exchange;
  }

  private void wake() {
    lock.lock();
    try {
      news = true;
      wake.signal();
    } finally {
      lock.unlock();
    }
  }

  // The writer

  private void write() {
    try {
      long pauseNanos = 0;
      while (await(pauseNanos)) {
        pauseNanos = look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for news or a time, but no less than the gap; false once this is closed. */
  private boolean await(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!closed && !news && left > 0) {
        left = wake.awaitNanos(left);
      }
      // Of a thousand reports that come together many are looked at together.
      long earliest = Math.max(gapNanos - (lookedNanos - writtenNanos), LOOK_GAP.toNanos());
      long gap = lookedNanos + earliest - System.nanoTime();
      while (!closed && gap > 0) {
        gap = wake.awaitNanos(gap);
      }
      news = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes the record if there is news or it is time, and tidies up.
   *
   * @return in how many ns to look again if there is no news
   */
  private long look() {
    lookedNanos = System.nanoTime();
    try {
      long head = members.head();
      long moves = members.moves();
      Moment now = Moment.now();
      boolean due = now.nanos() - writtenNanos >= BEAT.toNanos();
      if (failing || due || moves != writtenMoves || shared.replica().isBehind(head, now.nanos())) {
        publish(head, moves);
      }
      tidy();
      failing = false;
      return Math.min(LOOK.toNanos(), members.leaseEndsInNanos());
    } catch (StoreFailure e) {
      if (!failing) {
        LOG.warn("cannot keep the record in the store, tries on: {}", e.getMessage());
      }
      failing = true;
      return RETRY.toNanos();
    } catch (RuntimeException e) {
      LOG.error("the record could not be kept", e);
      return LOOK.toNanos();
    }
  }

  /** Steps until the record has been written as it is now. */
  private void publish(long head, long moves) {
    List<Progress> progress =
        members.progress(System.nanoTime() - PROGRESS_KEPT.toNanos(), PROGRESS_BYTES_MAX);
    Replica replica = shared.replica();
    boolean written = false;
    for (int i = 0; i < STEPS_MAX && !written; i++) {
      written = replica.step(shared.store(), Moment.now(), head, progress);
    }
    writtenMoves = moves;
    writtenNanos = System.nanoTime();
    long bytes = (long) progress.size() * PROGRESS_BYTES;
    gapNanos = Math.max(GAP.toNanos(), TimeUnit.SECONDS.toNanos(bytes) / BYTES_PER_SECOND_MAX);
  }

  private void tidy() {
    @Nullable String own = shared.replica().id();
    for (Kept kept : shared.others().leftOver(own, System.nanoTime())) {
      if (shared.store().remove(kept.id(), kept.version())) {
        LOG.info("the control plane {} is gone, and no lease of it can run any more", kept.id());
      }
    }
  }

  // The follower

  private void follow() {
    long index = 0;
    while (!isClosed()) {
      try {
        index = followFrom(index);
      } catch (StoreFailure e) {
        if (!isClosed()) {
          LOG.debug("cannot follow the records of others, tries on: {}", e.getMessage());
          index = 0;
          pause();
        }
      } catch (RuntimeException e) {
        LOG.error("what others say could not be taken in", e);
        pause();
      }
    }
  }

  private long followFrom(long index) {
    SharedRecords records = shared.records();
    Listing listing = records.await(index);
    List<Kept> all = StoredReplicas.kept(listing.records());
    shared.others().saw(all, System.nanoTime());
    String own = shared.replica().id();
    members.heard(all.stream().filter(kept -> !kept.id().equals(own)).map(Kept::record).toList());
    return listing.index() < index ? 0 : listing.index();
  }

  private void pause() {
    lock.lock();
    try {
      long left = RETRY.toNanos();
      while (!closed && left > 0) {
        left = wake.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Gives no lease any more, and tells the others. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      wake.signalAll();
    } finally {
      lock.unlock();
    }
    follower.interrupt(); // out of a query that waits for news
    try {
      writer.join();
      follower.join(STOP_MAX);
      shared.replica().stop(shared.store(), Moment.now(), members.head());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StoreFailure e) {
      LOG.warn("the other control planes wait as if this one had crashed: {}", e.getMessage());
    }
  }
}
