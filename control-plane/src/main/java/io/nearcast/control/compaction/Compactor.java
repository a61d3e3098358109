package io.nearcast.control.compaction;

import io.nearcast.config.feed.FeedSnapshot;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.config.json.Documents;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Draft;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.store.StoreFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the oldest entries of the log once there are twice as many as are to be kept.
 *
 * <p>First it writes down the purge stamps, then, in one commit, that they stand for the entries up
 * to a horizon; only then are entries removed. A crash in between leaves entries or stamps that
 * nobody reads, which the next compaction removes. So two that compact at once do no harm; of
 * several control planes only the one that holds the store's lock does, to spare work.
 *
 * <p>It also does so where there have been very many commits without entries, such as those of
 * nodes that join: their records go with the entries.
 *
 * <p>Has one thread of its own.
 */
public final class Compactor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

  /** How many entries are kept for nodes that were away, where the operator says nothing else. */
  public static final int KEPT_ENTRIES = 5_000;

  /** Where the entries have more bytes than this, half of them are kept. */
  private static final long BYTES_MAX = 64 << 20;

  /** After so many commits the entries are halved, however few they are. */
  private static final long COMMITS_MAX = 50_000;

  private static final int DRAW_CHARS = 8;
  private static final int PART_BYTES = 200_000;
  private static final int DELETED_AT_ONCE = 50;
  private static final long PERIOD_SECONDS = 5;

  private final Ledger ledger;
  private final Snapshots snapshots;
  private final int keptEntries;
  private final Semaphore due = new Semaphore(0);
  private final Thread thread = Thread.ofVirtual().name("compactor").unstarted(this::run);
  private final long commitsMax;
  private final AtomicLong commits = new AtomicLong();
  private volatile boolean closed;

  private Compactor(Ledger ledger, Snapshots snapshots, int keptEntries, long commitsMax) {
    this.ledger = ledger;
    this.snapshots = snapshots;
    this.keptEntries = keptEntries;
    this.commitsMax = commitsMax;
  }

  /**
   * Begins to watch over the length of the log.
   *
   * @param snapshots opened before, so that it knows what is committed first
   * @param keptEntries how many entries are kept, at least 1
   */
  public static Compactor start(Ledger ledger, Snapshots snapshots, int keptEntries) {
    return start(ledger, snapshots, keptEntries, COMMITS_MAX);
  }

  /** With another bound than that of all control planes. */
  static Compactor start(Ledger ledger, Snapshots snapshots, int keptEntries, long commitsMax) {
    Compactor compactor = new Compactor(ledger, snapshots, keptEntries, commitsMax);
    ledger.listen(compactor::committed);
    compactor.thread.start();
    return compactor;
  }

  private void committed(Committed committed) {
    commits.incrementAndGet();
    if (isLong() && due.availablePermits() == 0) {
      due.release();
    }
  }

  private boolean isLong() {
    return snapshots.length() >= 2L * keptEntries
        || snapshots.bytes() > BYTES_MAX
        || (commits.get() > commitsMax && snapshots.length() > 1);
  }

  private void run() {
    while (!closed) {
      try {
        // Also without news: the lock may have become free.
        if (due.tryAcquire(PERIOD_SECONDS, TimeUnit.SECONDS)) {
          due.drainPermits();
        }
        if (!closed && isLong() && ledger.store().leads()) {
          compact();
        }
      } catch (InterruptedException e) {
        return;
      } catch (StoreFailure | Refusal e) {
        LOG.warn("the log could not be compacted, tries again: {}", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("the log could not be compacted", e);
      }
    }
  }

  private void compact() {
    commits.set(0);
    long length = snapshots.length();
    long kept = Math.max(1, Math.min(keptEntries, length / 2));
    FeedSnapshot snapshot = snapshots.now();
    long horizon = snapshot.sequence() - kept;
    KnownPurges purges = Objects.requireNonNull(snapshot.purges());
    long generation = snapshot.sequence();
    String draw = UUID.randomUUID().toString().substring(0, DRAW_CHARS);
    int parts = write(generation, draw, purges.stamps());
    Compaction next = new Compaction(horizon, purges.horizon(), generation, draw, parts);
    boolean decided =
        ledger.write(draft -> {
          Compaction before = draft.read(Compaction.class, Compaction.KEY);
          if ((before != null && before.horizon() >= horizon) || !isWhole(draft, next)) {
            return false;
          }
          draft.put(Compaction.KEY, next);
          return true;
        });
    if (decided) {
      ledger.store().trim(horizon);
      LOG.info("the log has been compacted up to {}", horizon);
    }
    forgetOldStamps();
  }

  /** Whether nobody who compacted at the same time has taken stamps away. */
  private static boolean isWhole(Draft draft, Compaction next) {
    for (int i = 0; i < next.parts(); i++) {
      if (draft.read(Compaction.Part.class, next.part(i)) == null) {
        return false;
      }
    }
    return true;
  }

  private int write(long generation, String draw, List<SelectorStamp> stamps) {
    List<SelectorStamp> part = new ArrayList<>();
    int parts = 0;
    long bytes = 0;
    for (SelectorStamp stamp : stamps) {
      part.add(stamp);
      bytes += Documents.writeJson(stamp).length;
      if (bytes >= PART_BYTES) {
        write(Compaction.part(generation, draw, parts++), part);
        part.clear();
        bytes = 0;
      }
    }
    if (!part.isEmpty()) {
      write(Compaction.part(generation, draw, parts++), part);
    }
    return parts;
  }

  private void write(String key, List<SelectorStamp> stamps) {
    Compaction.Part part = new Compaction.Part(stamps);
    ledger.write(draft -> {
      draft.put(key, part);
      return key;
    });
  }

  /** Deletes the stamps that no compaction names any more. */
  private void forgetOldStamps() {
    List<String> old = new ArrayList<>();
    ledger.store().each(Compaction.STAMPS, document -> old.add(document.key()));
    for (int from = 0; from < old.size(); from += DELETED_AT_ONCE) {
      List<String> some = old.subList(from, Math.min(old.size(), from + DELETED_AT_ONCE));
      ledger.write(draft -> {
        Compaction now = draft.read(Compaction.class, Compaction.KEY);
        if (now != null) {
          some.stream().filter(now::isOver).forEach(draft::delete);
        }
        return some.size();
      });
    }
  }

  @Override
  public void close() {
    closed = true;
    due.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
