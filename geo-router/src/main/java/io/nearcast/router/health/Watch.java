package io.nearcast.router.health;

import io.nearcast.router.pick.Edge;
import io.nearcast.router.pick.Probed;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one edge: a virtual thread that starts probes, each on a virtual thread of its own.
 *
 * <p>A probe begins every second (give or take a tenth), and every 200 ms after a failure (for the
 * first minute) or while the last probe is late. As a late one is not waited for, an edge that
 * swallows packets is found out as surely within 3 s as one that refuses connections. At most
 * {@value #PROBES_AT_ONCE_MAX} run at a time.
 */
final class Watch {
  static final Duration INTERVAL = Duration.ofSeconds(1);
  static final Duration INTERVAL_IN_DOUBT = Duration.ofMillis(200);
  private static final int PROBES_AT_ONCE_MAX = 6;
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  private final Edge edge;
  private final HealthCounters counters;
  private final EdgeHealth health = new EdgeHealth();
  private final Semaphore slots = new Semaphore(PROBES_AT_ONCE_MAX);
  private final CountDownLatch stopped = new CountDownLatch(1);

  Watch(Edge edge, HealthCounters counters) {
    this.edge = edge;
    this.counters = counters;
  }

  void start() {
    Thread.ofVirtual().name("watch-" + edge.id()).start(this::run);
  }

  /** Ends the probing; a probe that runs ends by itself within its time-out. */
  void stop() {
    stopped.countDown();
  }

  EdgeHealth health() {
    return health;
  }

  private void run() {
    try {
      boolean over = false;
      while (!over) {
        AtomicBoolean done = probe();
        over =
            wait(INTERVAL_IN_DOUBT)
                || (!isUrgent(done.get()) && wait(jittered(INTERVAL.minus(INTERVAL_IN_DOUBT))));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isUrgent(boolean answered) {
    return health.inDoubt(System.nanoTime()) || (!answered && health.state() != Probed.DOWN);
  }

  private boolean wait(Duration duration) throws InterruptedException {
    return stopped.await(duration.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static Duration jittered(Duration duration) {
    double factor = 0.9 + 0.2 * ThreadLocalRandom.current().nextDouble();
    return Duration.ofNanos((long) (duration.toNanos() * factor));
  }

  /** Starts a probe; the result turns true when it has ended. */
  private AtomicBoolean probe() {
    AtomicBoolean done = new AtomicBoolean();
    if (slots.tryAcquire()) {
      Thread.ofVirtual()
          .name("probe-" + edge.id())
          .start(() -> {
            try {
              look();
            } finally {
              done.set(true);
              slots.release();
            }
          });
    }
    return done;
  }

  private void look() {
    long startNanos = System.nanoTime();
    ProbeResult result = Probe.look(edge.address());
    if (stopped.getCount() == 0) {
      return;
    }
    counters.probe(result);
    if (health.record(startNanos, result, System.nanoTime())) {
      LOG.info(
          "edge {} at {} is {} ({})", edge.id(), edge.hostPort(), health.state(), result.label());
    }
  }
}
