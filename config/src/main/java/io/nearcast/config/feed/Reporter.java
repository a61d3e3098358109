package io.nearcast.config.feed;

import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.ReportAnswer;
import io.nearcast.config.fleet.WarmReceipt;
import io.nearcast.config.lease.LeaseGrant;
import io.nearcast.config.lease.NodeLease;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the control plane how the node is: once a second, and at once when there is news. News that
 * come while a report is under way, or within {@link Timing#reportGap} after the last one was sent,
 * share the next one: so many purges a second cost not more reports than few.
 *
 * <p>One virtual thread sends; any thread may bring news. What a report that was not answered said
 * is said again by the next. Once closed it does not open again.
 */
final class Reporter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reporter.class);

  /** As the report's own document says. */
  private static final int FAILURES_MAX = 16;

  /** Counts of purges that wait for an answer; the oldest are left out beyond that. */
  private static final int MATCHED_MAX = 1_000;

  /** Receipts of warms that wait for an answer; the oldest are left out beyond that. */
  private static final int WARMED_MAX = 20;

  private final NodeIdentity node;
  private final ControlPlaneClient client;
  private final Supplier<FeedHead> applied;
  private final Timing timing;
  private final NodeLease lease;
  private final Runnable feedBehind;
  private final CutOffPlane cutOff;
  private final String boot = UUID.randomUUID().toString();
  private final Semaphore news = new Semaphore(0);
  private final Thread thread;

  /** Guarded by this. */
  private final List<NodeReport.Failure> failures = new ArrayList<>();

  /** Guarded by this. */
  private final Map<String, Long> matched = new LinkedHashMap<>();

  /** Guarded by this. */
  private final Map<String, WarmReceipt> warmed = new LinkedHashMap<>();

  private volatile boolean draining;
  private volatile boolean closed;
  private volatile boolean stays;
  private boolean failing;
  private long sentNanos;

  /**
   * @param client takes ownership
   * @param applied what the node has applied, and on disk
   * @param feedBehind is called when the feed does not say what another control plane knows
   * @param lease is told of each lease that is given, and given up before the leaving report
   */
  Reporter(
      NodeIdentity node,
      ControlPlaneClient client,
      Supplier<FeedHead> applied,
      NodeLease lease,
      Runnable feedBehind,
      Timing timing) {
    this.node = node;
    this.client = client;
    this.applied = applied;
    this.lease = lease;
    this.feedBehind = feedBehind;
    cutOff = new CutOffPlane(client.size(), timing.silenceMax());
    this.timing = timing;
    thread = Thread.ofVirtual().name("nearcast-reporter").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** There is news: a report goes out at once. */
  void wake() {
    news.release();
  }

  void draining(boolean now) {
    draining = now;
    wake();
  }

  void failed(long sequence, String detail) {
    synchronized (this) {
      if (failures.size() == FAILURES_MAX) {
        failures.removeFirst();
      }
      failures.add(new NodeReport.Failure(sequence, detail));
    }
    wake();
  }

  void matched(String purgeId, long count) {
    synchronized (this) {
      matched.put(purgeId, count);
      if (matched.size() > MATCHED_MAX) {
        matched.remove(matched.keySet().iterator().next());
      }
    }
    wake();
  }

  void warmed(String warmId, WarmReceipt receipt) {
    synchronized (this) {
      warmed.put(warmId, receipt);
      if (warmed.size() > WARMED_MAX) {
        warmed.remove(warmed.keySet().iterator().next());
      }
    }
    wake();
  }

  /** There will be no leaving report: the node stays a member when it ends. */
  void stay() {
    stays = true;
  }

  /** Sends the leaving report, once to each control plane until one takes it, and ends. */
  @Override
  public void close() {
    closed = true;
    wake();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
  }

  private void run() {
    while (!closed) {
      send(report(false));
      awaitNews();
    }
    lease.giveUp();
    for (int i = 0; !stays && i < client.size() && !send(report(true)); i++) {
      log.debug("the leaving report goes to the next control plane");
    }
  }

  private void awaitNews() {
    try {
      if (news.tryAcquire(timing.reportInterval().toMillis(), TimeUnit.MILLISECONDS)) {
        long gapNanos = sentNanos + timing.reportGap().toNanos() - System.nanoTime();
        if (gapNanos > 0 && !closed) {
          TimeUnit.NANOSECONDS.sleep(gapNanos);
        }
        news.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  private NodeReport report(boolean leaving) {
    FeedHead position = applied.get();
    synchronized (this) {
      return new NodeReport(
          boot,
          node.role(),
          node.pop(),
          node.address(),
          position.log().isEmpty() ? null : position.log(),
          position.head(),
          draining || leaving ? NodeState.DRAINING : NodeState.SERVING,
          leaving,
          failures,
          matched,
          warmed);
    }
  }

  private boolean send(NodeReport report) {
    // Before what was applied is read would do as well; after the report has gone would not.
    NodeLease.Asked asked = lease.asking();
    sentNanos = System.nanoTime();
    ReportAnswer answer;
    try {
      answer = client.report(node.id(), report);
    } catch (IOException e) {
      if (!failing) {
        log.warn("reports to {} fail: {}", client.current(), e.getMessage());
      }
      failing = true;
      client.moveOn();
      return false;
    }
    if (failing) {
      log.info("reports go to {}", client.current());
    }
    failing = false;
    LeaseGrant grant = answer.lease();
    if (grant != null && !report.leaving()) {
      lease.answered(asked, grant);
    }
    answered(report, answer.isKept());
    stayOrMoveOn(report, answer);
    return true;
  }

  private void stayOrMoveOn(NodeReport report, ReportAnswer answer) {
    if (cutOff.feedIsBehind(report, answer, System.nanoTime())) {
      feedBehind.run();
    }
    if (!report.leaving() && cutOff.givesNoLease(report, answer)) {
      log.info("{} gives no lease", client.current());
      client.moveOn();
    }
  }

  private synchronized void answered(NodeReport report, boolean kept) {
    failures.removeAll(report.failures());
    if (kept) {
      report.matched().forEach(matched::remove);
      report.warmed().forEach(warmed::remove);
    }
  }
}
