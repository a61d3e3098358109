package io.nearcast.control.fleet;

import io.nearcast.config.json.Documents;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.StoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other control planes on the same store, once a second, what nodes have said here, and
 * takes in what nodes have said to them: so each knows the whole fleet, whichever of them a node
 * reports to. Memberships themselves are in the ledger.
 *
 * <p>Has one thread of its own, to which all but {@code stopped} belongs.
 */
public final class PeerExchange implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerExchange.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** Less than what one value may have. */
  private static final int BYTES_PER_NOTICE = 300_000;

  /** A notice that has stood still for so many periods is of a control plane that is gone. */
  private static final int STILL_MAX = 600;

  private final Store store;
  private final Members members;
  private final String name = UUID.randomUUID().toString();
  private final Map<String, Seen> seen = new HashMap<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().name("peers").unstarted(this::run);
  private long beat;
  private int told;
  private boolean failing;

  /** The beat of a notice, and for how many periods it has been that. */
  private record Seen(long beat, int still) {}

  private PeerExchange(Store store, Members members) {
    this.store = store;
    this.members = members;
  }

  /** Begins to exchange, where the store is shared at all. */
  public static PeerExchange start(Store store, Members members) {
    PeerExchange exchange = new PeerExchange(store, members);
    if (store.isShared()) {
      exchange.thread.start();
    }
    return exchange;
  }

  private void run() {
    try {
      do {
        exchange();
      } while (!stopped.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Hears the others also where it cannot tell them anything. */
  private void exchange() {
    boolean isTold = attempt(this::tell);
    boolean isHeard = attempt(() -> store.told().forEach(this::hear));
    failing = !isTold || !isHeard;
  }

  private boolean attempt(Runnable half) {
    try {
      half.run();
      return true;
    } catch (StoreFailure e) {
      if (!failing) {
        LOG.warn("cannot exchange reports with other control planes, tries on: {}", e.getMessage());
      }
    } catch (RuntimeException e) {
      if (!failing) {
        LOG.error("cannot exchange reports with other control planes, tries on", e);
      }
    }
    failing = true;
    return false;
  }

  private void tell() {
    List<List<Notice.Heard>> notices = split(members.heardHere());
    beat++;
    for (int i = 0; i < notices.size(); i++) {
      store.tell(name + "/" + i, Documents.writeJson(new Notice(beat, notices.get(i))));
    }
    for (int i = notices.size(); i < told; i++) {
      store.forget(name + "/" + i);
    }
    told = notices.size();
  }

  /** What goes into each notice, so that all stores take it. */
  static List<List<Notice.Heard>> split(List<Notice.Heard> all) {
    List<List<Notice.Heard>> notices = new ArrayList<>();
    long bytes = BYTES_PER_NOTICE;
    for (Notice.Heard heard : all) {
      bytes += heard.bytes();
      if (bytes > BYTES_PER_NOTICE) {
        notices.add(new ArrayList<>());
        bytes = heard.bytes();
      }
      notices.getLast().add(heard);
    }
    return notices;
  }

  private void hear(Document document) {
    if (document.key().startsWith(name)) {
      return;
    }
    Notice notice = Documents.readJson(Notice.class, Objects.requireNonNull(document.value()));
    Seen before = seen.get(document.key());
    if (before == null || before.beat() != notice.beat()) {
      seen.put(document.key(), new Seen(notice.beat(), 0));
      if (before != null) {
        members.heardElsewhere(notice.nodes());
      }
    } else if (before.still() < STILL_MAX) {
      seen.put(document.key(), new Seen(notice.beat(), before.still() + 1));
    } else {
      seen.remove(document.key());
      store.forget(document.key());
    }
  }

  /** Takes back what was told. */
  @Override
  public void close() {
    stopped.countDown();
    if (!store.isShared()) {
      return;
    }
    try {
      thread.join();
      for (int i = 0; i < told; i++) {
        store.forget(name + "/" + i);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StoreFailure e) {
      LOG.warn("the other control planes keep what was told: {}", e.getMessage());
    }
  }
}
