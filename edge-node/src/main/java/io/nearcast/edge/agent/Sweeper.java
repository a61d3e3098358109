package io.nearcast.edge.agent;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.Selector;
import io.nearcast.edge.flow.Engine;
import io.nearcast.edge.purge.OwnPurgeLog;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeStamp;
import io.nearcast.edge.purge.Verdict;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.Store;
import io.nearcast.edge.store.StoredResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes round the store after purges: counts what each of them has hit, for its receipt, and gives
 * back the memory of what no request will be answered with any more.
 *
 * <p>One thread of its own; a purge counts from when its stamp is entered, never from when the
 * sweeper has been round. Purges that find the queue full are not counted.
 */
public final class Sweeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
  private static final int QUEUE_MAX = 10_000;
  private static final int ROUND_MAX = 256;

  /** A purge and the index of its stamps alone, by which its own hits are told from others'. */
  private record Pending(Change.PurgeIssued purge, PurgeIndex stamps, AtomicLong matched) {}

  private final Engine engine;
  private final OwnPurgeLog ownPurges;
  private final ObjLongConsumer<String> matched;
  private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final Thread thread;

  /**
   * @param ownPurges where the purges of this node alone are kept
   * @param matched takes a purge's id and how many stored responses it has hit
   */
  public Sweeper(Engine engine, OwnPurgeLog ownPurges, ObjLongConsumer<String> matched) {
    this.engine = engine;
    this.ownPurges = ownPurges;
    this.matched = matched;
    this.thread = Thread.ofPlatform().name("sweeper").daemon().start(this::run);
  }

  /** Has a purge counted that has just been entered. */
  public void purged(long sequence, Change.PurgeIssued purge) {
    Route route = engine.routes().service(purge.service());
    if (route == null) {
      matched.accept(purge.id(), 0);
      return;
    }
    PurgeIndex stamps = new PurgeIndex();
    stamps.enter(purge.service(), purge.soft(), purge.selectors(), sequence, route::key);
    if (!queue.offer(new Pending(purge, stamps, new AtomicLong()))) {
      log.warn("too many purges at a time: what {} has hit is not counted", purge.id());
    }
  }

  private void run() {
    List<Pending> round = new ArrayList<>();
    try {
      while (true) {
        round.clear();
        round.add(queue.take());
        queue.drainTo(round, ROUND_MAX - 1);
        sweep(round);
        round.forEach(pending -> matched.accept(pending.purge().id(), pending.matched().get()));
      }
    } catch (InterruptedException e) {
      log.debug("sweeper ends");
    }
  }

  private void sweep(List<Pending> round) {
    Store store = engine.parts().store();
    PurgeIndex purges = engine.parts().purges();
    store.forEach(stored -> {
      for (Pending pending : round) {
        if (stored.content() != Content.Slice.ONE && hit(pending.stamps(), stored)) {
          pending.matched().incrementAndGet();
        }
      }
      if (purges.check(stored.key(), stored.tags(), stored.asOf().sequence()) == Verdict.HARD) {
        store.remove(stored);
      }
    });
  }

  private static boolean hit(PurgeIndex stamps, StoredResponse stored) {
    return stamps.check(stored.key(), stored.tags(), stored.asOf().sequence()) != Verdict.VALID;
  }

  /**
   * Purges this node alone: the stamps are kept on disk and entered into its own index.
   *
   * @return how many stored responses were hit
   * @throws IOException if they could not be kept; then nothing is purged
   */
  public long ownPurge(String service, boolean soft, List<Selector> selectors, Route route)
      throws IOException {
    PurgeIndex own = engine.parts().ownPurges();
    AtomicLong hits = new AtomicLong();
    synchronized (own) {
      long sequence = own.applied().sequence() + 1;
      List<PurgeStamp> entered = PurgeIndex.stamps(service, soft, selectors, sequence, route::key);
      ownPurges.enter(entered);
      Store store = engine.parts().store();
      PurgeIndex stamps = new PurgeIndex();
      stamps.enter(entered);
      store.forEach(stored -> {
        if (stamps.check(stored.key(), stored.tags(), stored.ownEpoch()) != Verdict.VALID) {
          if (stored.content() != Content.Slice.ONE) {
            hits.incrementAndGet();
          }
          if (!soft) {
            store.remove(stored);
          }
        }
      });
    }
    return hits.get();
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
