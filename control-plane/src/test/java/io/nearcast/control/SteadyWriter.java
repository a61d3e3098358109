package io.nearcast.control;

import io.nearcast.control.rest.Http;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to two control planes without end, and writes down what they said. PoPs, and purges
 * without a key, are sent once; purges with an idempotency key again, now here, now there, until
 * they are accepted.
 */
final class SteadyWriter implements AutoCloseable {
  private static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** What is known of a change: by its name, or the tag that it purges. */
  enum Fate {
    ACCEPTED,
    REFUSED,
    UNKNOWN
  }

  private final String name;
  private final Http[] planes;
  private final Map<String, Fate> pops = new ConcurrentHashMap<>();
  private final Map<String, Fate> purges = new ConcurrentHashMap<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicReference<String> trouble = new AtomicReference<>();
  private final Thread thread;
  private volatile boolean closed;

  private SteadyWriter(String name, Http... planes) {
    this.name = name;
    this.planes = planes;
    thread = Thread.ofPlatform().name(name).start(this::run);
  }

  static SteadyWriter start(String name, Http home, Http other) {
    return new SteadyWriter(name, home, other);
  }

  private void run() {
    try {
      for (int i = 0; !closed; i++) {
        switch (i % 3) {
          case 0 -> pop(name + "-" + i);
          case 1 -> purgeOnce(name + "-" + i);
          default -> purge(name + "-" + i);
        }
        LockSupport.parkNanos(GAP_NANOS);
      }
    } catch (RuntimeException e) {
      trouble.compareAndSet(null, name + " has failed: " + e);
    }
  }

  private void pop(String pop) {
    String path = "/v1/pops/" + pop;
    note(pops, pop, send(() -> planes[0].put(path, "{\"latitude\": 1, \"longitude\": 2}")));
  }

  private void purgeOnce(String tag) {
    note(purges, tag, send(() -> planes[0].post("/v1/purges", body(tag))));
  }

  private static String body(String tag) {
    return "{\"service\": \"shop\", \"tags\": [\"" + tag + "\"]}";
  }

  private void purge(String tag) {
    Fate fate = Fate.UNKNOWN;
    for (int tries = 0; fate != Fate.ACCEPTED && !closed; tries++) {
      Http plane = planes[tries % planes.length];
      Fate now = send(() -> plane.post("/v1/purges", body(tag), "Idempotency-Key", tag));
      fate = now == Fate.REFUSED && tries > 0 ? Fate.UNKNOWN : now;
    }
    note(purges, tag, fate);
  }

  private void note(Map<String, Fate> fates, String change, Fate fate) {
    fates.put(change, fate);
    if (fate == Fate.ACCEPTED) {
      accepted.incrementAndGet();
    }
  }

  private interface Request {
    Http.Answer send();
  }

  private Fate send(Request request) {
    long before = System.nanoTime();
    try {
      Http.Answer answer = request.send();
      if (answer.status() / 100 == 2) {
        return Fate.ACCEPTED;
      }
      if (answer.status() != 503 || answer.header("Retry-After").isEmpty()) {
        trouble.compareAndSet(
            null, name + " got " + answer.status() + " " + answer.text("/detail"));
      }
      return answer.text("/detail").contains("nothing has been changed")
          ? Fate.REFUSED
          : Fate.UNKNOWN;
    } catch (UncheckedIOException e) {
      LockSupport.parkNanos(GAP_NANOS);
      return Fate.UNKNOWN;
    } finally {
      long nanos = System.nanoTime() - before;
      if (nanos > SLOW_NANOS) {
        trouble.compareAndSet(
            null, name + " waited " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms");
      }
    }
  }

  /** How many changes were accepted. */
  int accepted() {
    return accepted.get();
  }

  /** What must not happen and has, or null. */
  String trouble() {
    return trouble.get();
  }

  Map<String, Fate> pops() {
    return pops;
  }

  Map<String, Fate> purges() {
    return purges;
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
