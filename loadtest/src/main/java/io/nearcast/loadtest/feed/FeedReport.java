package io.nearcast.loadtest.feed;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.json.Documents;
import java.util.Locale;

/** Writes results down. */
public final class FeedReport {
  private FeedReport() {}

  /** One rate for people to read, on one line. */
  public static String text(FeedResult result) {
    FeedPlan plan = result.plan();
    return String.format(
        Locale.ROOT,
        "%,d nodes, %,d purges/s for %d s: p50 %.1f ms, p99 %.1f ms, max %.1f ms; %d failed,"
            + " %d unsent, %d too early, %d under way at the end; %.2f ms of processor time per"
            + " purge in the control plane, %.2f ms in nodes and sender%s",
        plan.nodes(),
        plan.ratePerSecond(),
        plan.duration().toSeconds(),
        result.millis(50),
        result.millis(99),
        result.millisMax(),
        result.failed(),
        result.unsent(),
        result.early(),
        result.behind(),
        result.controlPlaneMillisPerPurge(),
        result.ownMillisPerPurge(),
        result.keptUp() ? "" : ": FELL BEHIND");
  }

  /** One rate as JSON, on one line. */
  public static String json(FeedResult result) {
    FeedPlan plan = result.plan();
    ObjectNode json = Documents.mapper().createObjectNode();
    json.put("nodes", plan.nodes())
        .put("purgesPerSecond", plan.ratePerSecond())
        .put("seconds", plan.duration().toSeconds())
        .put("purges", result.latency().getTotalCount())
        .put("millisP50", result.millis(50))
        .put("millisP99", result.millis(99))
        .put("millisMax", result.millisMax())
        .put("failed", result.failed())
        .put("unsent", result.unsent())
        .put("tooEarly", result.early())
        .put("underWayAtTheEnd", result.behind())
        .put("keptUp", result.keptUp())
        .put("controlPlaneMillisPerPurge", result.controlPlaneMillisPerPurge())
        .put("nodesMillisPerPurge", result.ownMillisPerPurge());
    return json.toString();
  }
}
