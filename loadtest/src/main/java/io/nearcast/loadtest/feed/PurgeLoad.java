package io.nearcast.loadtest.feed;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.AtomicHistogram;

/**
 * Sends purges, each by a request that waits until the purge is complete.
 *
 * <p>An open loop: a purge is sent when it is due, whatever became of the ones before, and its time
 * counts from when it was due, so that what delays the sender counts as well. {@link #send} is for
 * one thread.
 */
final class PurgeLoad implements AutoCloseable {
  /** The service that is purged. */
  static final String SERVICE = "load";

  /** Its domain. */
  static final String HOST = "feed.load.test";

  private static final Duration WAIT_MAX = Duration.ofSeconds(60);
  private static final int UNDER_WAY_MAX = 20_000;
  private static final int COMPLETE = 200;

  private final FeedPlan plan;
  private final URI purges;
  private final String token;
  private final LightNodes nodes;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client;
  private final Semaphore room = new Semaphore(UNDER_WAY_MAX);
  private final AtomicHistogram latency = new AtomicHistogram(1_000, 2 * WAIT_MAX.toNanos(), 3);
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong early = new AtomicLong();
  private final long beginNanos = System.nanoTime();
  private long unsent;

  PurgeLoad(FeedPlan plan, URI controlPlane, String token, LightNodes nodes) {
    this.plan = plan;
    this.purges = controlPlane.resolve("/v1/purges");
    this.token = token;
    this.nodes = nodes;
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();
  }

  /**
   * Sends purges, each when it is due.
   *
   * @param first the number of the first one
   * @param count how many
   * @param counts whether their times count
   */
  void send(long first, long count, boolean counts) {
    for (long number = first; number < first + count; number++) {
      long dueNanos = beginNanos + plan.dueNanos(number);
      for (long left = dueNanos - System.nanoTime();
          left > 0;
          left = dueNanos - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      if (room.tryAcquire()) {
        long purge = number;
        threads.execute(() -> purge(purge, dueNanos, counts));
      } else {
        unsent++;
      }
    }
  }

  private void purge(long number, long dueNanos, boolean counts) {
    try {
      HttpResponse<Void> answer = client.send(request(number), BodyHandlers.discarding());
      long nanos = System.nanoTime() - dueNanos;
      if (answer.statusCode() != COMPLETE) {
        failed.incrementAndGet();
        return;
      }
      if (nodes.applied() < sequence(answer)) {
        early.incrementAndGet();
      }
      if (counts) {
        latency.recordValue(Math.min(nanos, latency.getHighestTrackableValue()));
      }
    } catch (IOException e) {
      failed.incrementAndGet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      room.release();
    }
  }

  private HttpRequest request(long number) {
    String body =
        "{\"service\":\"%s\",\"urls\":[\"http://%s/purged/%d\"]}".formatted(SERVICE, HOST, number);
    return HttpRequest.newBuilder(purges)
        .timeout(WAIT_MAX.multipliedBy(2))
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json")
        .header("Prefer", "wait=" + WAIT_MAX.toSeconds())
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  /** A purge's id begins with its sequence, and its address ends with its id. */
  private static long sequence(HttpResponse<?> answer) {
    String address = answer.headers().firstValue("Location").orElseThrow();
    String id = address.substring(address.lastIndexOf('/') + 1);
    return Long.parseLong(id.substring(0, id.indexOf('-')));
  }

  /** How many purges were sent and are not complete. */
  long underWay() {
    return (long) UNDER_WAY_MAX - room.availablePermits();
  }

  /** Waits until all that was sent is complete or has failed. */
  void awaitAll() throws InterruptedException {
    room.acquire(UNDER_WAY_MAX);
    room.release(UNDER_WAY_MAX);
  }

  /** What came of it, once all is done. */
  FeedResult result(long behind, Duration elapsed, Duration controlPlaneCpu, Duration ownCpu) {
    return new FeedResult(
        plan,
        latency.copy(),
        failed.get(),
        unsent,
        early.get(),
        behind,
        elapsed,
        controlPlaneCpu,
        ownCpu);
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
    threads.close();
  }
}
