package io.nearcast.loadtest.feed;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.AtomicHistogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends purges, each by a request that waits until the purge is complete.
 *
 * <p>An open loop: a purge is sent when it is due, whatever became of the ones before, and its time
 * counts from when it was due, so that what delays the sender counts as well. {@link #send} is for
 * one thread.
 */
final class PurgeLoad implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PurgeLoad.class);

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
  private final Deque<PostConnection> idle = new ConcurrentLinkedDeque<>();
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
      PostConnection.Answer answer = post(request(number));
      long nanos = System.nanoTime() - dueNanos;
      if (answer.status() != COMPLETE) {
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
    } finally {
      room.release();
    }
  }

  private PostConnection.Answer post(byte[] request) throws IOException {
    PostConnection kept = idle.pollFirst();
    PostConnection connection =
        kept == null ? new PostConnection(purges, WAIT_MAX.multipliedBy(2)) : kept;
    try {
      PostConnection.Answer answer = connection.post(request);
      idle.addFirst(connection);
      return answer;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  private byte[] request(long number) {
    String body =
        "{\"service\":\"%s\",\"urls\":[\"http://%s/purged/%d\"]}".formatted(SERVICE, HOST, number);
    String head =
        """
        POST %s HTTP/1.1
        Host: %s
        Authorization: Bearer %s
        Content-Type: application/json
        Prefer: wait=%d
        Content-Length: %d

        """
            .formatted(
                purges.getPath(),
                purges.getAuthority(),
                token,
                WAIT_MAX.toSeconds(),
                body.length());
    return (head.replace("\n", "\r\n") + body).getBytes(StandardCharsets.US_ASCII);
  }

  /** A purge's id begins with its sequence, and its address ends with its id. */
  private static long sequence(PostConnection.Answer answer) {
    String address = Objects.requireNonNull(answer.location());
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
    threads.close();
    for (PostConnection connection : idle) {
      try {
        connection.close();
      } catch (IOException e) {
        LOG.debug("closed all the same", e);
      }
    }
  }
}
