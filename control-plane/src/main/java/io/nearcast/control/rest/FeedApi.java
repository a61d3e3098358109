package io.nearcast.control.rest;

import io.nearcast.control.auth.Permission;
import io.nearcast.control.compaction.Snapshots;
import io.nearcast.control.feed.FeedStream;
import io.nearcast.control.feed.FeedTail;
import io.nearcast.control.feed.Replay;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /v1/feed}. */
final class FeedApi {
  private static final Logger LOG = LoggerFactory.getLogger(FeedApi.class);

  /** The most streams at once. */
  static final int STREAMS_MAX = 10_000;

  /** How long a node that is ahead waits; nodes give an answer up after 3.5 s. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Ledger ledger;
  private final FeedTail tail;
  private final Snapshots snapshots;
  private final Replay replay;
  private final Semaphore streams = new Semaphore(STREAMS_MAX);

  FeedApi(Ledger ledger, FeedTail tail, Snapshots snapshots) {
    this.ledger = ledger;
    this.tail = tail;
    this.snapshots = snapshots;
    replay = new Replay(ledger.store());
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/v1/feed", Permission.NODE, this::stream),
        new Route("GET", "/v1/feed/snapshot", Permission.NODE, this::snapshot));
  }

  /** How many streams there are. */
  int count() {
    return STREAMS_MAX - streams.availablePermits();
  }

  /** How many entries the log has. */
  long logLength() {
    return snapshots.length();
  }

  /** How many purge stamps a snapshot has. */
  int stamps() {
    return snapshots.stamps();
  }

  private void snapshot(Call call) {
    call.replyJson(200, snapshots.json());
  }

  private void stream(Call call) throws InterruptedException {
    Long after = call.number("after", 0, Long.MAX_VALUE);
    if (after == null || !tail.log().equals(call.query("log")) || after < snapshots.horizon()) {
      throw gone();
    }
    awaitHead(after);
    if (!streams.tryAcquire()) {
      throw new Refusal(Reason.OVERLOADED, "there are " + STREAMS_MAX + " streams already");
    }
    try {
      send(call, after);
    } catch (IOException e) {
      LOG.debug("a stream has ended: {}", e.toString());
    } finally {
      streams.release();
    }
  }

  /**
   * Waits until this replica knows what the node knows. Where it is only late it must not say that
   * the log does not go on, for the node would drop all that it has stored; where the store itself
   * is behind, what the node has stored was fetched under another log (PURGE.md rule 16).
   */
  private void awaitHead(long after) throws InterruptedException {
    if (after <= tail.head()) {
      return;
    }
    if (ledger.store().position().head() < after) {
      throw gone();
    }
    ledger.refresh();
    if (!tail.awaitHead(after, PATIENCE)) {
      throw new Refusal(
          Reason.UNAVAILABLE,
          "this control plane has not read the log beyond " + tail.head() + " yet: ask another");
    }
  }

  private Refusal gone() {
    return new Refusal(
        Reason.GONE,
        "the log is "
            + tail.log()
            + " and has the entries "
            + (snapshots.horizon() + 1)
            + " to "
            + tail.head()
            + ": take GET /v1/feed/snapshot and follow from there");
  }

  private void send(Call call, long after) throws IOException, InterruptedException {
    HttpServletResponse response = call.context().res();
    response.setContentType("text/event-stream");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Accel-Buffering", "no");
    if (call.isHead()) {
      return;
    }
    new FeedStream(tail, replay, response.getOutputStream(), after).run();
  }
}
