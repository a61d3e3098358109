package io.nearcast.control.compaction;

import io.nearcast.control.ledger.Committed;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the oldest of what is kept for people to look at, with its receipts, once there is a
 * tenth more than is to be kept. What has not ended yet stays, however old it is.
 *
 * <p>Records go before their receipts, and receipts without a record with the next round: so a
 * crash in between, or a receipt that comes late, leaves nothing for ever. Several control planes
 * that delete the same do no harm; only the one that holds the store's lock does, to spare work.
 *
 * <p>Has one thread of its own.
 */
public final class History implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(History.class);
  private static final int PAGE = 500;
  private static final int DELETED_AT_ONCE = 500;

  /** What every store deletes in one commit. */
  private static final int DELETED_AT_ONCE_MIN = 50;

  private static final long PERIOD_SECONDS = 5;

  /**
   * One kind of record. Its keys are a prefix and the sequence in sixteen digits; those of its
   * receipts another prefix, the sequence, a slash and more.
   *
   * @param prefix of the records' keys
   * @param receipts prefix of the receipts' keys
   * @param keptMax how many records are kept
   * @param ended whether a record, as it is stored, may be deleted
   */
  public record Kind(String prefix, String receipts, int keptMax, Predicate<byte[]> ended) {}

  private static final int DIGITS = 16;

  private final Ledger ledger;
  private final List<Kept> kinds;
  private final Semaphore due = new Semaphore(0);
  private final Thread thread = Thread.ofVirtual().name("history").unstarted(this::run);
  private volatile boolean closed;

  private History(Ledger ledger, List<Kind> kinds) {
    this.ledger = ledger;
    this.kinds = kinds.stream().map(Kept::new).toList();
  }

  /** Begins to watch over how much there is; what is there already is counted in the background. */
  public static History start(Ledger ledger, List<Kind> kinds) {
    History history = new History(ledger, kinds);
    ledger.listen(history::committed);
    history.thread.start();
    return history;
  }

  private void committed(Committed committed) {
    for (Document document : committed.documents()) {
      kinds.forEach(kept -> kept.note(document));
    }
    if (kinds.stream().anyMatch(Kept::isLong) && due.availablePermits() == 0) {
      due.release();
    }
  }

  private void run() {
    while (!closed) {
      try {
        // Also without news: the lock may have become free.
        if (due.tryAcquire(PERIOD_SECONDS, TimeUnit.SECONDS)) {
          due.drainPermits();
        }
        for (Kept kept : kinds) {
          kept.tidy();
        }
      } catch (InterruptedException e) {
        return;
      } catch (StoreFailure | Refusal e) {
        LOG.warn("what is old could not be deleted, tries again: {}", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("what is old could not be deleted", e);
      }
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

  private void delete(List<String> keys) {
    int atOnce = ledger.store().fits(DELETED_AT_ONCE, 0) ? DELETED_AT_ONCE : DELETED_AT_ONCE_MIN;
    for (int from = 0; from < keys.size() && !closed; from += atOnce) {
      List<String> some = keys.subList(from, Math.min(keys.size(), from + atOnce));
      ledger.write(draft -> {
        some.forEach(draft::delete);
        return some.size();
      });
    }
  }

  /** The records of one kind. Noted by any thread, deleted by the one of this class. */
  private final class Kept {
    private final Kind kind;

    /** The sequences of all records that are known of. */
    private final NavigableSet<Long> known = new ConcurrentSkipListSet<>();

    private volatile boolean counted;

    Kept(Kind kind) {
      this.kind = kind;
    }

    void note(Document document) {
      if (document.key().startsWith(kind.prefix())) {
        long sequence = Long.parseLong(document.key().substring(kind.prefix().length()));
        if (document.value() == null) {
          known.remove(sequence);
        } else {
          known.add(sequence);
        }
      }
    }

    boolean isLong() {
      return counted && known.size() > kind.keptMax() + Math.max(1, kind.keptMax() / 10);
    }

    void tidy() {
      if (!counted) {
        ledger.store().each(kind.prefix(), this::note);
        counted = true;
      }
      if (!closed && isLong() && ledger.store().leads()) {
        List<Long> old = old();
        delete(old.stream().map(this::key).toList());
        if (!old.isEmpty()) {
          deleteReceipts(old.getLast());
          LOG.info("deleted {} of {} up to {}", old.size(), kind.prefix(), old.getLast());
        }
      }
    }

    /** The oldest ones that have ended, as many as are too many. */
    private List<Long> old() {
      List<Long> old = new ArrayList<>();
      int many = known.size() - kind.keptMax();
      for (long sequence : known) {
        if (old.size() >= many || closed) {
          break;
        }
        byte[] value = ledger.store().read(key(sequence));
        // What is not there was deleted by another control plane before it was counted here.
        if (value == null || kind.ended().test(value)) {
          old.add(sequence);
        }
      }
      return old;
    }

    private String key(long sequence) {
      return kind.prefix() + String.format("%016d", sequence);
    }

    /** Deletes the receipts up to a sequence whose records are gone. */
    private void deleteReceipts(long through) {
      String after = null;
      List<Document> page;
      do {
        page = ledger.store().list(kind.receipts(), after, PAGE, Store.Order.ASCENDING);
        List<String> orphans = new ArrayList<>();
        for (Document receipt : page) {
          after = receipt.key();
          long sequence = sequence(after);
          if (sequence > through) {
            delete(orphans);
            return;
          }
          if (!known.contains(sequence)) {
            orphans.add(after);
          }
        }
        delete(orphans);
      } while (page.size() == PAGE && !closed);
    }

    private long sequence(String receipt) {
      int begin = kind.receipts().length();
      return Long.parseLong(receipt.substring(begin, begin + DIGITS));
    }
  }
}
