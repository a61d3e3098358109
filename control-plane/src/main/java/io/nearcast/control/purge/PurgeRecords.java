package io.nearcast.control.purge;

import io.nearcast.config.json.Documents;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is written down of purges, for reading: from the store, and while that is away from memory,
 * which has the newest {@value #KEPT_MAX}, and how much they matched as far as that was said since
 * the start.
 *
 * <p>Thread-safe: {@code lock} guards all that changes.
 */
final class PurgeRecords {
  static final String PREFIX = "purges/";
  static final String RECEIPTS_PREFIX = "receipts/";

  /** How many purges are in memory. */
  static final int KEPT_MAX = 2_000;

  private static final int SEQUENCE_DIGITS = 16;

  private final Ledger ledger;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<Long, Kept> newest = new TreeMap<>();

  /** Whether there have been more purges than are kept. */
  private boolean forgotten;

  private record Kept(StoredPurge purge, Map<String, Long> matched) {}

  /** How many stored responses a purge was about at a node. */
  record Matched(long matched) {}

  private PurgeRecords(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Reads the newest and follows the ledger from then on. */
  static PurgeRecords open(Ledger ledger) {
    PurgeRecords records = new PurgeRecords(ledger);
    ledger.listen(records::committed);
    ledger.write(
        draft -> {
          List<Document> found =
              ledger.store().list(PREFIX, null, KEPT_MAX, Store.Order.DESCENDING);
          found.forEach(records::apply);
          records.forgotten |= found.size() == KEPT_MAX;
          return found.size();
        },
        Ledger.LOAD_MAX);
    return records;
  }

  private void committed(Committed committed) {
    committed.documents().forEach(this::apply);
  }

  private void apply(Document document) {
    byte[] value = document.value();
    if (value == null) {
      if (document.key().startsWith(PREFIX)) {
        forget(Long.parseLong(document.key().substring(PREFIX.length())));
      }
      return;
    }
    if (document.key().startsWith(PREFIX)) {
      keep(Documents.readJson(StoredPurge.class, value));
    } else if (document.key().startsWith(RECEIPTS_PREFIX)) {
      String name = document.key().substring(RECEIPTS_PREFIX.length());
      int slash = name.indexOf('/');
      keep(
          Long.parseLong(name.substring(0, slash)),
          name.substring(slash + 1),
          Documents.readJson(Matched.class, value).matched());
    }
  }

  private void keep(StoredPurge purge) {
    lock.lock();
    try {
      newest.compute(
          purge.sequence(),
          (sequence, old) -> new Kept(purge, old == null ? new HashMap<>() : old.matched()));
      if (newest.size() > KEPT_MAX) {
        newest.pollFirstEntry();
        forgotten = true;
      }
    } finally {
      lock.unlock();
    }
  }

  private void forget(long sequence) {
    lock.lock();
    try {
      newest.remove(sequence);
    } finally {
      lock.unlock();
    }
  }

  private void keep(long sequence, String node, long matched) {
    lock.lock();
    try {
      Kept kept = newest.get(sequence);
      if (kept != null) {
        kept.matched().put(node, matched);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is in memory that a node has said so of a purge, and written. */
  boolean knows(long sequence, String node, long matched) {
    lock.lock();
    try {
      Kept kept = newest.get(sequence);
      return kept != null && Long.valueOf(matched).equals(kept.matched().get(node));
    } finally {
      lock.unlock();
    }
  }

  /** The sequence that a purge's id begins with, null where it cannot be an id. */
  static @Nullable Long sequence(String id) {
    int dash = id.indexOf('-');
    boolean digits =
        dash > 0
            && dash <= SEQUENCE_DIGITS
            && id.substring(0, dash).chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? Long.valueOf(id.substring(0, dash)) : null;
  }

  /** The key of a purge. */
  static String key(long sequence) {
    return PREFIX + String.format("%016d", sequence);
  }

  /** What the keys of a purge's receipts begin with; the node's id follows. */
  static String receipts(long sequence) {
    return RECEIPTS_PREFIX + String.format("%016d", sequence) + "/";
  }

  /**
   * A purge.
   *
   * @return null if there is none
   * @throws Refusal if the store is away and memory does not have it
   */
  @Nullable StoredPurge get(long sequence) {
    return read(
        () -> {
          byte[] value = ledger.store().read(key(sequence));
          return value == null ? null : Documents.readJson(StoredPurge.class, value);
        },
        () -> {
          Kept kept = newest.get(sequence);
          if (kept == null) {
            throw absent();
          }
          return kept.purge();
        });
  }

  /**
   * Purges, newest first.
   *
   * @param below only those with a lower sequence, or null for all
   * @throws Refusal if the store is away and memory does not have them all
   */
  List<StoredPurge> list(@Nullable Long below, int limit) {
    return read(
        () ->
            ledger
                .store()
                .list(PREFIX, below == null ? null : key(below), limit, Store.Order.DESCENDING)
                .stream()
                .map(document ->
                    Documents.readJson(StoredPurge.class, Objects.requireNonNull(document.value())))
                .toList(),
        () -> {
          List<StoredPurge> found = new ArrayList<>();
          Map<Long, Kept> rest = below == null ? newest : newest.headMap(below, false);
          for (Kept kept : new TreeMap<>(rest).descendingMap().values()) {
            if (found.size() == limit) {
              break;
            }
            found.add(kept.purge());
          }
          if (found.size() < limit && forgotten) {
            throw absent();
          }
          return found;
        });
  }

  /** How many stored responses a purge was about, by node, as far as that is known. */
  Map<String, Long> matched(long sequence) {
    String prefix = receipts(sequence);
    return read(
        () -> {
          Map<String, Long> matched = new HashMap<>();
          ledger
              .store()
              .each(
                  prefix,
                  document ->
                      matched.put(
                          document.key().substring(prefix.length()),
                          Documents.readJson(
                                  Matched.class, Objects.requireNonNull(document.value()))
                              .matched()));
          return matched;
        },
        () -> {
          Kept kept = newest.get(sequence);
          return kept == null ? Map.<String, Long>of() : Map.copyOf(kept.matched());
        });
  }

  private <T extends @Nullable Object> T read(Supplier<T> store, Supplier<T> memory) {
    if (ledger.isStoreReachable()) {
      try {
        return store.get();
      } catch (StoreFailure e) {
        ledger.refresh(); // which finds out whether the store is away
      }
    }
    lock.lock();
    try {
      return memory.get();
    } finally {
      lock.unlock();
    }
  }

  private static Refusal absent() {
    return new Refusal(
        Reason.UNAVAILABLE, "the store does not answer, and memory does not go back so far");
  }
}
