package io.nearcast.control.purge;

import io.nearcast.config.json.Documents;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Draft;
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
 * which has the newest {@value #KEPT_MAX}, or as many as have room in {@value #BYTES_MAX} bytes,
 * and how much they matched as far as that was said since the start.
 *
 * <p>Thread-safe: {@code lock} guards all that changes.
 */
final class PurgeRecords {
  static final String PREFIX = "purges/";
  static final String RECEIPTS_PREFIX = "receipts/";

  /** How many purges are in memory. */
  static final int KEPT_MAX = 2_000;

  /** About how many bytes these have at most. */
  static final long BYTES_MAX = 64 << 20;

  /** What one count of a node has, amply. */
  private static final int MATCHED_BYTES = 150;

  private static final int PAGE = 50;

  private static final int SEQUENCE_DIGITS = 16;

  private final Ledger ledger;
  private final long bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<Long, Kept> newest = new TreeMap<>();

  /** Whether there have been more purges than are kept. */
  private boolean forgotten;

  private long bytes;

  /** A purge as it is stored: as JSON it takes the least room. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Kept(byte[] json, Map<String, Long> matched) {
    long bytes() {
      return json.length + (long) matched.size() * MATCHED_BYTES;
    }

    StoredPurge purge() {
      return Documents.readJson(StoredPurge.class, json);
    }
  }

  /** How many stored responses a purge was about at a node. */
  record Matched(long matched) {}

  private PurgeRecords(Ledger ledger, long bytesMax) {
    this.ledger = ledger;
    this.bytesMax = bytesMax;
  }

  /** Reads the newest and follows the ledger from then on. */
  static PurgeRecords open(Ledger ledger) {
    return open(ledger, BYTES_MAX);
  }

  /** With another bound than that of all control planes. */
  static PurgeRecords open(Ledger ledger, long bytesMax) {
    PurgeRecords records = new PurgeRecords(ledger, bytesMax);
    ledger.listen(records::committed);
    ledger.write(draft -> records.load(ledger.store()), Ledger.LOAD_MAX);
    return records;
  }

  /** Newest first, until there is no room for more. */
  private String load(Store store) {
    String last = null;
    List<Document> page;
    do {
      page = store.list(PREFIX, last, PAGE, Store.Order.DESCENDING);
      page.forEach(this::apply);
      last = page.isEmpty() ? last : page.getLast().key();
    } while (page.size() == PAGE && !hasForgotten());
    return PREFIX;
  }

  private boolean hasForgotten() {
    lock.lock();
    try {
      return forgotten;
    } finally {
      lock.unlock();
    }
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
      keep(Long.parseLong(document.key().substring(PREFIX.length())), value);
    } else if (document.key().startsWith(RECEIPTS_PREFIX)) {
      String name = document.key().substring(RECEIPTS_PREFIX.length());
      int slash = name.indexOf('/');
      keep(
          Long.parseLong(name.substring(0, slash)),
          name.substring(slash + 1),
          Documents.readJson(Matched.class, value).matched());
    }
  }

  private void keep(long sequence, byte[] json) {
    lock.lock();
    try {
      Kept old = newest.get(sequence);
      Kept now = new Kept(json, old == null ? new HashMap<>() : old.matched());
      newest.put(sequence, now);
      bytes += json.length - (old == null ? 0 : old.json().length);
      makeRoom();
    } finally {
      lock.unlock();
    }
  }

  private void makeRoom() {
    while (newest.size() > KEPT_MAX || (bytes > bytesMax && newest.size() > 1)) {
      bytes -= newest.pollFirstEntry().getValue().bytes();
      forgotten = true;
    }
  }

  private void forget(long sequence) {
    lock.lock();
    try {
      Kept gone = newest.remove(sequence);
      bytes -= gone == null ? 0 : gone.bytes();
    } finally {
      lock.unlock();
    }
  }

  private void keep(long sequence, String node, long matched) {
    lock.lock();
    try {
      Kept kept = newest.get(sequence);
      if (kept != null && kept.matched().put(node, matched) == null) {
        bytes += MATCHED_BYTES;
        makeRoom();
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
   * A purge as of the ledger's state, for decisions: from memory where that has it, so that two
   * hundred decisions at once do not ask the store two hundred times, while others write and take
   * the revision away that was decided on.
   *
   * @return null if there is none
   */
  @Nullable StoredPurge decided(Draft draft, long sequence) {
    Kept kept;
    lock.lock();
    try {
      kept = newest.get(sequence);
    } finally {
      lock.unlock();
    }
    return kept == null ? draft.read(StoredPurge.class, key(sequence)) : kept.purge();
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
