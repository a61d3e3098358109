package io.nearcast.config.feed;

import io.nearcast.config.feed.EventStream.Event;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.WarmReceipt;
import io.nearcast.config.json.Documents;
import io.nearcast.config.json.InvalidDocument;
import io.nearcast.config.lease.NodeLease;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the feed of the control planes for a node: applies it in order, keeps the last good copy
 * on disk, reports what was applied.
 *
 * <p>One virtual thread follows and makes all calls of the listener; another reports. A stream that
 * is silent for 3.5 s, or says nothing for as long of what another control plane knows, breaks, or
 * says what it cannot say is given up, and the next control plane asked after 50 ms to 2 s. Where
 * the log does not go on from where the node is (410, another log), a snapshot replaces the state,
 * and says which purges were missed.
 *
 * <p>An entry counts as applied once the listener has returned and the sequence is on disk; only
 * then is it visible in {@link #applied} and reported. A listener that throws is called again with
 * the same entries after the next connection: an entry is never passed over. Thread-safe.
 */
public final class FeedFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FeedFollower.class);

  private final ControlPlaneClient client;
  private final FeedProgress progress;
  private final Reporter reporter;
  private final Backoff backoff;
  private final Timing timing;
  private final CountDownLatch ready = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean connected;

  /** Whether another control plane knows more than the one that is followed says. */
  private volatile boolean behind;

  /** For the follower's thread only. */
  private String lastTrouble = "";

  private FeedFollower(
      NodeIdentity node,
      List<URI> controlPlanes,
      Supplier<String> token,
      Path dataDirectory,
      FeedListener listener,
      NodeLease lease,
      Timing timing) {
    this.timing = timing;
    client = new ControlPlaneClient(controlPlanes, token, timing);
    progress =
        new FeedProgress(
            new LastGoodCopy(dataDirectory), new KnownMark(dataDirectory), listener, lease);
    reporter =
        new Reporter(
            node,
            new ControlPlaneClient(controlPlanes, token, timing),
            progress::applied,
            lease,
            () -> behind = true,
            timing);
    backoff = new Backoff(timing.backoffMin(), timing.backoffMax());
    thread = Thread.ofVirtual().name("nearcast-feed").unstarted(this::run);
  }

  /**
   * Begins to follow, and waits until there is a state: at once from the last good copy if there is
   * one, else from the first control plane that answers, however long that takes. The listener's
   * {@code snapshot} and {@code fleet} have then been called.
   *
   * @param controlPlanes where the control planes are, at least one, in the order of preference
   * @param token gives the node's token for each request
   * @param dataDirectory an existing directory, held by this process alone
   * @param listener what is done with the feed; takes no ownership
   * @param lease the node's, which this keeps up to date
   * @throws IllegalStateException if the thread is interrupted while it waits
   */
  public static FeedFollower start(
      NodeIdentity node,
      List<URI> controlPlanes,
      Supplier<String> token,
      Path dataDirectory,
      FeedListener listener,
      NodeLease lease) {
    return start(node, controlPlanes, token, dataDirectory, listener, lease, Timing.STANDARD);
  }

  /** Follows for a node that holds no leases. */
  public static FeedFollower start(
      NodeIdentity node,
      List<URI> controlPlanes,
      Supplier<String> token,
      Path dataDirectory,
      FeedListener listener) {
    return start(node, controlPlanes, token, dataDirectory, listener, NodeLease.ofSystemClocks());
  }

  static FeedFollower start(
      NodeIdentity node,
      List<URI> controlPlanes,
      Supplier<String> token,
      Path dataDirectory,
      FeedListener listener,
      NodeLease lease,
      Timing timing) {
    if (controlPlanes.isEmpty()) {
      throw new IllegalArgumentException("no control plane to follow");
    }
    FeedFollower follower =
        new FeedFollower(node, controlPlanes, token, dataDirectory, listener, lease, timing);
    follower.thread.start();
    try {
      follower.ready.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      follower.close();
      throw new IllegalStateException("interrupted while waiting for a control plane", e);
    }
    return follower;
  }

  /** The state after the last entries that the listener has taken. */
  public FeedState state() {
    return Objects.requireNonNull(progress.state());
  }

  /** The fleet as last heard of. */
  public Fleet fleet() {
    return progress.fleet();
  }

  /** The last sequence that has been applied and is on disk. */
  public long applied() {
    return progress.applied().head();
  }

  /** Whether a control plane's feed is being followed at this moment. */
  public boolean connected() {
    return connected;
  }

  /** Reports from now on whether the node takes no new clients. */
  public void draining(boolean draining) {
    reporter.draining(draining);
  }

  /**
   * Reports how many stored responses a purge has hit so far.
   *
   * @param purgeId the purge's id
   * @param count at least 0; replaces an earlier count
   */
  public void matched(String purgeId, long count) {
    reporter.matched(purgeId, count);
  }

  /**
   * Reports what became of a warm.
   *
   * @param warmId the warm's id
   */
  public void warmed(String warmId, WarmReceipt receipt) {
    reporter.warmed(warmId, receipt);
  }

  /**
   * Reports that an entry could not be applied in full.
   *
   * @param sequence the entry's
   * @param detail why, for people
   */
  public void failed(long sequence, String detail) {
    reporter.failed(sequence, detail);
  }

  /**
   * Stops following and sends the leaving report. When this returns, the listener is not called any
   * more. A second call does nothing.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    closing.countDown();
    client.close(); // ends a request under way
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!progress.forgetKnown()) {
      reporter.stay();
    }
    reporter.close();
  }

  private void run() {
    try {
      if (progress.restore()) {
        nowReady();
      }
    } catch (IOException | RuntimeException e) {
      log.error("the last good copy cannot be used", e);
    }
    while (isOpen()) {
      attempt();
      connected = false;
      client.moveOn();
      pause();
    }
    progress.saveNow();
  }

  /** Follows one control plane for as long as that goes well. */
  private void attempt() {
    long begin = System.nanoTime();
    behind = false;
    try {
      follow();
      trouble("it has ended the feed");
    } catch (IOException e) {
      trouble(String.valueOf(e.getMessage()));
    } catch (InvalidDocument e) {
      trouble("it sends what cannot be read: " + e.getMessage());
    } catch (RuntimeException e) {
      log.error("what {} sends could not be applied", client.current(), e);
    }
    if (System.nanoTime() - begin > timing.backoffMax().toNanos()) {
      backoff.reset(); // it went well for a while
    }
  }

  private void follow() throws IOException {
    FeedState from = progress.state();
    if (from == null) {
      from = takeSnapshot();
    }
    try (EventStream events = open(from)) {
      for (Event event = events.next(); event != null && isOpen(); event = events.next()) {
        handle(event);
        if (behind) {
          throw new IOException("it does not say what others know");
        }
      }
    }
  }

  private EventStream open(FeedState from) throws IOException {
    try {
      return client.follow(from);
    } catch (ControlPlaneClient.Gone e) {
      log.info("{} from {}: {}", client.current(), from.sequence(), e.getMessage());
      return client.follow(takeSnapshot());
    }
  }

  private FeedState takeSnapshot() throws IOException {
    FeedSnapshot snapshot = client.snapshot();
    progress.snapshot(snapshot);
    FeedState state = snapshot.state();
    log.info("has the snapshot of {} at {}", client.current(), state.sequence());
    nowReady();
    reporter.wake();
    return state;
  }

  private void handle(Event event) throws IOException {
    switch (event.name()) {
      case "hello" -> hello(Documents.readJson(FeedHead.class, event.data()));
      case "entries" -> entries(event.data());
      case "fleet" -> {
        expectConnected();
        progress.fleet(Documents.readJson(Fleet.class, event.data(), EventStream.EVENT_BYTES_MAX));
      }
      default -> progress.tick(); // a sign of life, or news of a later release
    }
  }

  private void entries(byte[] data) throws IOException {
    expectConnected();
    try {
      progress.entries(
          List.of(Documents.readJson(FeedEntry[].class, data, EventStream.EVENT_BYTES_MAX)));
    } catch (RuntimeException e) { // of a later release, or the listener's own
      reporter.failed(state().sequence() + 1, "cannot be applied: " + e.getMessage());
      throw e;
    }
    reporter.wake();
  }

  private void hello(FeedHead head) throws IOException {
    FeedHead mine = FeedProgress.position(state());
    if (!head.log().equals(mine.log()) || head.head() < mine.head()) {
      throw new IOException("its log is not the one that was asked for");
    }
    connected = true;
    lastTrouble = "";
    log.info("follows {} from {} (head {})", client.current(), mine.head(), head.head());
  }

  private void expectConnected() throws IOException {
    if (!connected) {
      throw new IOException("its feed does not begin with hello");
    }
  }

  /** Says what is wrong with a control plane, once for as long as it stays the same. */
  private void trouble(String what) {
    String where = client.current() + ": " + what;
    if (isOpen() && !where.equals(lastTrouble)) {
      log.warn("does not follow {}", where);
      lastTrouble = where;
    }
  }

  private void nowReady() {
    if (ready.getCount() > 0) {
      reporter.start();
      ready.countDown();
    }
  }

  private boolean isOpen() {
    return closing.getCount() > 0;
  }

  private void pause() {
    try {
      if (!closing.await(backoff.next().toNanos(), TimeUnit.NANOSECONDS)) {
        log.debug("tries {}", client.current());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does, but it would mean the end
      closing.countDown();
    }
  }
}
