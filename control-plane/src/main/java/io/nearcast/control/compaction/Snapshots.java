package io.nearcast.control.compaction;

import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedSnapshot;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.config.json.Documents;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Draft;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What nodes need that cannot follow the log from where they are: the state and the purges that led
 * to it, always both of the same sequence.
 *
 * <p>It starts from what was kept at the last compaction and the entries since, and follows the
 * ledger from then on. Thread-safe: {@code lock} guards all that changes; {@code encoding} lets one
 * request encode for all that ask at the same time.
 */
public final class Snapshots {
  /** The most stamps in a snapshot; beyond that they are merged. */
  public static final int STAMPS_MAX = 20_000;

  private static final int PAGE = 1_000;
  private static final int PAGE_BYTES = 16 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock encoding = new ReentrantLock();
  private final PurgeStamps stamps;
  private @Nullable FeedState state;
  private long horizon;
  private long bytes;

  /** Guarded by {@code encoding}. */
  private @Nullable Encoded encoded;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Encoded(long sequence, byte[] json) {}

  private Snapshots(int stampsMax) {
    stamps = new PurgeStamps(stampsMax);
  }

  /** Reads what was kept and follows the ledger. */
  public static Snapshots open(Ledger ledger) {
    return open(ledger, STAMPS_MAX);
  }

  /** With another bound than that of all control planes. */
  static Snapshots open(Ledger ledger, int stampsMax) {
    Snapshots snapshots = new Snapshots(stampsMax);
    ledger.listen(snapshots::committed);
    // On the ledger's thread, so that what is committed later comes to what is read here.
    ledger.write(draft -> snapshots.load(ledger.store(), draft), Ledger.LOAD_MAX);
    return snapshots;
  }

  private long load(Store store, Draft draft) {
    FeedState now = draft.feed();
    Compaction compaction = draft.read(Compaction.class, Compaction.KEY);
    lock.lock();
    try {
      if (compaction != null) {
        stamps.add(read(draft, compaction));
        horizon = compaction.horizon();
      }
      long read = horizon;
      while (read < now.sequence()) {
        for (Entry entry : next(store, read)) {
          if (entry.sequence() <= now.sequence()) {
            take(Documents.readJson(FeedEntry.class, entry.json()), entry);
          }
          read = entry.sequence();
        }
      }
      state = now;
      return read;
    } finally {
      lock.unlock();
    }
  }

  private static KnownPurges read(Draft draft, Compaction compaction) {
    List<SelectorStamp> all = new ArrayList<>();
    for (int i = 0; i < compaction.parts(); i++) {
      String key = compaction.part(i);
      Compaction.Part part = draft.read(Compaction.Part.class, key);
      if (part == null) {
        throw failure("the document " + key + " is missing");
      }
      all.addAll(part.stamps());
    }
    return new KnownPurges(compaction.purgesHorizon(), all);
  }

  private static List<Entry> next(Store store, long after) {
    List<Entry> entries = store.entries(after, PAGE, PAGE_BYTES);
    if (entries.isEmpty() || entries.getFirst().sequence() != after + 1) {
      throw failure("the log has no entry " + (after + 1));
    }
    return entries;
  }

  private static StoreFailure failure(String what) {
    return new StoreFailure(
        what + ": is another control plane just compacting the log? start again",
        new IllegalStateException(what));
  }

  private void take(FeedEntry entry, Entry json) {
    stamps.apply(entry);
    bytes += json.json().length;
  }

  private void committed(Committed committed) {
    lock.lock();
    try {
      if (state == null) {
        return; // what is loaded soon has this already
      }
      for (int i = 0; i < committed.entries().size(); i++) {
        take(committed.entries().get(i), committed.encoded().get(i));
      }
      state = committed.state();
      for (Document document : committed.documents()) {
        if (document.key().equals(Compaction.KEY)) {
          byte[] value = Objects.requireNonNull(document.value());
          compacted(Documents.readJson(Compaction.class, value).horizon());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void compacted(long newHorizon) {
    long entries = length();
    horizon = newHorizon;
    bytes = entries == 0 ? 0 : (long) (bytes * ((double) length() / entries));
  }

  /** The last entry that is, or may be, no longer there. */
  public long horizon() {
    lock.lock();
    try {
      return horizon;
    } finally {
      lock.unlock();
    }
  }

  /** How many entries the log has. */
  public long length() {
    lock.lock();
    try {
      return (state == null ? 0 : state.sequence()) - horizon;
    } finally {
      lock.unlock();
    }
  }

  /** About how many bytes the entries of the log have. */
  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  /** How many purge stamps a snapshot has. */
  public int stamps() {
    lock.lock();
    try {
      return stamps.size();
    } finally {
      lock.unlock();
    }
  }

  /** The state and the purges now. */
  public FeedSnapshot now() {
    lock.lock();
    try {
      return FeedSnapshot.of(Objects.requireNonNull(state), stamps.known());
    } finally {
      lock.unlock();
    }
  }

  /** The same as JSON, which nobody may change. */
  public byte[] json() {
    encoding.lock();
    try {
      Encoded last = encoded;
      if (last == null || last.sequence() != sequence()) {
        FeedSnapshot now = now();
        last = new Encoded(now.sequence(), Documents.writeJson(now));
        encoded = last;
      }
      return last.json();
    } finally {
      encoding.unlock();
    }
  }

  private long sequence() {
    lock.lock();
    try {
      return Objects.requireNonNull(state).sequence();
    } finally {
      lock.unlock();
    }
  }
}
