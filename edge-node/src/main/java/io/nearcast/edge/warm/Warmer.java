package io.nearcast.edge.warm;

import io.nearcast.config.feed.Change;
import io.nearcast.config.fleet.WarmReceipt;
import io.nearcast.edge.route.Routes;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the warms that name this node, one after the other: each at its own rate, and never
 * with more than {@value #UNDER_WAY_MAX} URLs at a time, so that clients do not notice. When a warm
 * has ended, it is reported what became of it. A restart forgets warms; they are work, not state.
 *
 * <p>Thread-safe. A virtual thread of its own takes the warms; as many as are under way fetch.
 */
public final class Warmer implements AutoCloseable {
  /** The most URLs that wait, those under way included; warms beyond that are skipped. */
  public static final int WAITING_MAX = 20_000;

  /** The most URLs that are fetched at a time. */
  public static final int UNDER_WAY_MAX = 8;

  private static final Logger log = LoggerFactory.getLogger(Warmer.class);
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final WarmClient client;
  private final Supplier<Routes> routes;
  private final BiConsumer<String, WarmReceipt> ended;
  private final BlockingQueue<Change.WarmOrdered> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param nodeId this node's id
   * @param address where it serves
   * @param routes the services of the moment
   * @param ended takes a warm's id and what became of it, from any thread
   */
  public Warmer(
      String nodeId,
      InetSocketAddress address,
      Supplier<Routes> routes,
      BiConsumer<String, WarmReceipt> ended) {
    this.client = new WarmClient(nodeId, address);
    this.routes = routes;
    this.ended = ended;
    this.thread = Thread.ofVirtual().name("warmer").start(this::run);
  }

  /** Takes a warm; returns at once. */
  public void order(Change.WarmOrdered warm) {
    int urls = warm.urls().size();
    if (closed || waiting.addAndGet(urls) > WAITING_MAX) {
      waiting.addAndGet(closed ? 0 : -urls);
      log.warn("{} URLs wait to be fetched: warm {} is skipped", WAITING_MAX, warm.id());
      ended.accept(warm.id(), new WarmReceipt(0, 0, urls, List.of()));
      return;
    }
    queue.add(warm);
  }

  /** How many URLs wait, those under way included. */
  public int waiting() {
    return waiting.get();
  }

  private void run() {
    try {
      while (!closed) {
        Change.WarmOrdered warm = queue.take();
        WarmReceipt receipt = new Round(warm).run();
        log.info(
            "warm {}: {} fetched, {} failed, {} skipped",
            warm.id(),
            receipt.fetched(),
            receipt.failed(),
            receipt.skipped());
        ended.accept(warm.id(), receipt);
      }
    } catch (InterruptedException e) {
      log.debug("warmer ends");
    }
  }

  /** Ends what is under way; what was not asked for is reported as skipped. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    client.close();
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Change.WarmOrdered warm = queue.poll(); warm != null; warm = queue.poll()) {
      ended.accept(warm.id(), new WarmReceipt(0, 0, warm.urls().size(), List.of()));
    }
  }

  /** One warm. */
  private final class Round implements WarmClient.Turn {
    private final Change.WarmOrdered warm;
    private final long gapNanos;

    /** Guarded by this. */
    private final Iterator<String> urls;

    /** Guarded by this. */
    private long dueNanos = System.nanoTime();

    /** Guarded by this. */
    private int fetched;

    /** Guarded by this. */
    private int failed;

    /** Guarded by this. */
    private final List<WarmReceipt.Failure> errors = new ArrayList<>();

    Round(Change.WarmOrdered warm) {
      this.warm = warm;
      this.gapNanos = SECOND_NANOS / warm.rate();
      this.urls = warm.urls().iterator();
    }

    WarmReceipt run() {
      int fetchers = Math.min(UNDER_WAY_MAX, warm.urls().size());
      CountDownLatch over = new CountDownLatch(fetchers);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < fetchers; i++) {
        threads.add(Thread.ofVirtual().start(() -> fetchAll(over)));
      }
      try {
        over.await();
      } catch (InterruptedException e) {
        threads.forEach(Thread::interrupt);
        Thread.currentThread().interrupt();
      }
      return receipt();
    }

    private void fetchAll(CountDownLatch over) {
      try {
        for (String url = next(); url != null; url = next()) {
          String trouble = client.fetch(url, routes.get(), this);
          tell(url, trouble);
        }
      } catch (InterruptedException e) {
        log.debug("is stopped in the middle of warm {}", warm.id());
      } catch (RuntimeException e) {
        log.error("warm {} could not go on", warm.id(), e);
      } finally {
        over.countDown();
      }
    }

    private synchronized @Nullable String next() {
      return closed || !urls.hasNext() ? null : urls.next();
    }

    private synchronized void tell(String url, @Nullable String trouble) {
      waiting.decrementAndGet();
      if (trouble == null) {
        fetched++;
        return;
      }
      failed++;
      if (errors.size() < WarmReceipt.ERRORS_MAX) {
        errors.add(new WarmReceipt.Failure(url, trouble));
      }
    }

    private synchronized WarmReceipt receipt() {
      int skipped = warm.urls().size() - fetched - failed;
      waiting.addAndGet(-skipped);
      return new WarmReceipt(fetched, failed, skipped, errors);
    }

    @Override
    public void await() throws InterruptedException {
      long now = System.nanoTime();
      long from;
      synchronized (this) {
        // What was not used is lost, so that no request comes sooner than its gap after another.
        from = dueNanos - now > 0 ? dueNanos : now;
        dueNanos = from + gapNanos;
      }
      TimeUnit.NANOSECONDS.sleep(from - now);
    }
  }
}
