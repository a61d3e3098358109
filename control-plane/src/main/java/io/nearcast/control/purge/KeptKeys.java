package io.nearcast.control.purge;

import io.nearcast.config.json.Documents;
import io.nearcast.config.model.PurgeRequest;
import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Draft;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import io.nearcast.control.store.Document;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys of the purges of late. Each is a document, written by the commit that
 * appends the purge: so of many requests with one key, wherever they arrive and however late, only
 * one purges.
 *
 * <p>A key is kept for {@link #KEPT_FOR}; beyond {@link #KEPT_MAX} keys the oldest go earlier. They
 * go with the commits that bring new ones, two for one at most.
 *
 * <p>Decisions call it on the ledger's thread; {@code oldestFirst} is guarded by {@code lock}.
 */
final class KeptKeys {
  /** How long a key is kept. */
  static final Duration KEPT_FOR = Duration.ofHours(24);

  /** The most keys that are kept. */
  static final int KEPT_MAX = 50_000;

  private static final String PREFIX = "idempotency/";
  private static final int HASH_BYTES = 16;
  private static final int FORGOTTEN_AT_ONCE = 2;

  private final int keptMax;
  private final ReentrantLock lock = new ReentrantLock();

  /** When the key of each document was first used. */
  private final Map<String, Instant> oldestFirst = new LinkedHashMap<>();

  /**
   * What is kept of a key.
   *
   * @param sequence the purge's
   * @param request a hash of what was asked for
   * @param at when it was first used; decides only how long it is kept
   */
  private record Kept(long sequence, String request, Instant at) {}

  private KeptKeys(int keptMax) {
    this.keptMax = keptMax;
  }

  /** Reads the keys and follows what becomes of them. */
  static KeptKeys open(Ledger ledger) {
    return open(ledger, KEPT_MAX);
  }

  /** With another bound than that of all control planes. */
  static KeptKeys open(Ledger ledger, int keptMax) {
    KeptKeys keys = new KeptKeys(keptMax);
    ledger.listen(keys::committed);
    ledger.write(
        draft -> {
          List<Document> found = new ArrayList<>();
          ledger.store().each(PREFIX, found::add);
          found.sort(Comparator.comparingLong(document -> kept(document).sequence()));
          found.forEach(keys::apply);
          return found.size();
        },
        Ledger.LOAD_MAX);
    return keys;
  }

  private static Kept kept(Document document) {
    return Documents.readJson(Kept.class, Objects.requireNonNull(document.value()));
  }

  private void committed(Committed committed) {
    for (Document document : committed.documents()) {
      if (document.key().startsWith(PREFIX)) {
        apply(document);
      }
    }
  }

  private void apply(Document document) {
    lock.lock();
    try {
      if (document.value() == null) {
        oldestFirst.remove(document.key());
      } else {
        oldestFirst.remove(document.key()); // one that is used again goes to the end
        oldestFirst.put(document.key(), kept(document).at());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The sequence of the purge that a key was used for, or null where it was for none.
   *
   * @throws Refusal if it was used for another request
   */
  @Nullable Long find(Draft draft, IdempotencyKey key, PurgeRequest request) {
    Kept kept = draft.read(Kept.class, document(key));
    if (kept == null || isOver(kept.at(), draft.now())) {
      return null;
    }
    if (!kept.request().equals(hash(Documents.writeJson(request)))) {
      throw new Refusal(
          Reason.INVALID,
          "this Idempotency-Key was used for another purge, "
              + kept.sequence()
              + ": send another key, or the same request");
    }
    return kept.sequence();
  }

  /** Keeps the key of a purge that the draft appends, and lets go of old ones. */
  void keep(Draft draft, IdempotencyKey key, PurgeRequest request, long sequence) {
    String hash = hash(Documents.writeJson(request));
    for (String old : tooOld(draft)) {
      draft.delete(old);
    }
    draft.put(document(key), new Kept(sequence, hash, draft.now()));
  }

  private List<String> tooOld(Draft draft) {
    List<String> old = new ArrayList<>();
    lock.lock();
    try {
      boolean full = oldestFirst.size() >= keptMax;
      for (Map.Entry<String, Instant> kept : oldestFirst.entrySet()) {
        if (old.size() == FORGOTTEN_AT_ONCE || !(full || isOver(kept.getValue(), draft.now()))) {
          break;
        }
        // Others of the same commit have let go of the first ones already.
        if (!draft.deletes(kept.getKey())) {
          old.add(kept.getKey());
        }
      }
    } finally {
      lock.unlock();
    }
    return old;
  }

  private static boolean isOver(Instant at, Instant now) {
    return at.plus(KEPT_FOR).isBefore(now);
  }

  private static String document(IdempotencyKey key) {
    return PREFIX + hash((key.owner() + '\n' + key.word()).getBytes(StandardCharsets.UTF_8));
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
