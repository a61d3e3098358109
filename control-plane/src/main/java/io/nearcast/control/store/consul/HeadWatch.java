package io.nearcast.control.store.consul;

import io.nearcast.control.store.StoreFailure;
import java.math.BigInteger;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for changes of the head by blocking queries, on a thread of its own. Its listener is also
 * called when Consul stops answering and when it answers again, to find that out for itself.
 */
final class HeadWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeadWatch.class);
  private static final Duration RETRY_MIN = Duration.ofMillis(50);
  private static final Duration RETRY_MAX = Duration.ofSeconds(2);
  private static final Duration STOP_MAX = Duration.ofSeconds(2);

  private final ConsulKv kv;
  private final String key;
  private final Thread thread = Thread.ofVirtual().name("consul-watch").unstarted(this::run);
  private volatile @Nullable Runnable listener;
  private volatile boolean closed;

  HeadWatch(ConsulKv kv, String key) {
    this.kv = kv;
    this.key = key;
  }

  /** Has a listener called after each change; the first call starts the thread. */
  synchronized void listen(Runnable moved) {
    boolean first = listener == null;
    listener = moved;
    if (first) {
      thread.start();
    }
  }

  private void run() {
    BigInteger index = BigInteger.ZERO;
    Duration pause = RETRY_MIN;
    while (!closed) {
      try {
        BigInteger now = kv.awaitChange(key, index);
        boolean failed = !pause.equals(RETRY_MIN);
        pause = RETRY_MIN;
        if (failed || !now.equals(index)) {
          // An index that goes back means that Consul's own log is another one: begin anew.
          index = now.compareTo(index) < 0 ? BigInteger.ZERO : now;
          tell();
        }
      } catch (RuntimeException e) {
        if (!closed) {
          if (pause.equals(RETRY_MIN)) {
            LOG.warn(
                "cannot watch the head, tries on: {}",
                e.getMessage(),
                e instanceof StoreFailure ? null : e);
            tell();
          }
          pause = backOff(pause);
        }
      }
    }
  }

  private void tell() {
    Runnable current = listener;
    if (current != null) {
      try {
        current.run();
      } catch (RuntimeException e) {
        LOG.error("nobody takes in that the head has moved", e);
      }
    }
  }

  private Duration backOff(Duration pause) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(pause.toMillis() / 2, pause.toMillis()));
    } catch (InterruptedException e) {
      closed = true;
    }
    Duration next = pause.multipliedBy(2);
    return next.compareTo(RETRY_MAX) > 0 ? RETRY_MAX : next;
  }

  @Override
  public void close() {
    closed = true;
    if (listener == null) {
      return; // never started
    }
    thread.interrupt();
    try {
      thread.join(STOP_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
