package io.nearcast.loadtest.feed;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * What came of one rate.
 *
 * @param plan what was to be done
 * @param latency ns from when a purge was due until it was known to be complete, of those that
 *     count; not to be changed
 * @param failed purges that were refused, or not complete within a minute
 * @param unsent purges that could not be sent when they were due, for too many were under way
 * @param early purges that were called complete before every node had applied them: none may be
 * @param behind how many purges were under way when the last one was sent
 * @param elapsed how long the purges that count were sent
 * @param controlPlaneCpu what the control plane's process worked in that time
 * @param ownCpu what the nodes and the sender of the purges, this process, worked in that time
 */
public record FeedResult(
    FeedPlan plan,
    Histogram latency,
    long failed,
    long unsent,
    long early,
    long behind,
    Duration elapsed,
    Duration controlPlaneCpu,
    Duration ownCpu) {

  /** Whether every purge was completed, and none was called so too early. */
  public boolean clean() {
    return failed == 0 && unsent == 0 && early == 0;
  }

  /** Whether no more was under way at the end than came within a second. */
  public boolean keptUp() {
    return clean() && behind <= plan.ratePerSecond();
  }

  /** A percentile of the time from sending a purge to its last receipt. */
  public double millis(double percentile) {
    return latency.getValueAtPercentile(percentile) / 1e6;
  }

  /** The longest of these times. */
  public double millisMax() {
    return latency.getMaxValue() / 1e6;
  }

  /** Processor time of the control plane for each purge, in ms. */
  public double controlPlaneMillisPerPurge() {
    return controlPlaneCpu.toNanos() / 1e6 / plan.purges();
  }

  /** Processor time of the nodes and the sender for each purge, in ms. */
  public double ownMillisPerPurge() {
    return ownCpu.toNanos() / 1e6 / plan.purges();
  }
}
