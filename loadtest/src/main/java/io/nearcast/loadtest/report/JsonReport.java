package io.nearcast.loadtest.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.loadtest.load.ErrorKind;
import io.nearcast.loadtest.load.LoadPlan;
import io.nearcast.loadtest.load.LoadResult;
import io.nearcast.loadtest.load.LoadResult.Second;
import io.nearcast.loadtest.load.ServedBy;
import io.nearcast.loadtest.load.Tally;
import java.util.Locale;

/** A load run's result as JSON, for programs: the plan, the totals, and each second. */
public final class JsonReport {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private static final double[] PERCENTILES = {50, 75, 90, 95, 99, 99.9, 99.99};

  private JsonReport() {}

  /** The document. */
  public static String render(LoadResult result) {
    ObjectNode root = JSON.createObjectNode();
    root.put("startedAt", result.startedAt().toString());
    root.put("target", result.target().toString());
    plan(root.putObject("plan"), result);
    ObjectNode total = root.putObject("total");
    total.put("seconds", result.totalNanos() / 1e9);
    total.put("requestsPerSecond", result.requestsPerSecond());
    total.put("bytesPerSecond", result.bytesPerSecond());
    counts(total, result.total());
    total.put("unsent", result.unsent());
    total.put("originOffload", result.originOffload());
    total.put("originByteOffload", result.originByteOffload());
    if (result.origin() != null) {
      total.put("originRequests", result.origin().requests());
      total.put("originBytes", result.origin().bytes());
    }
    ArrayNode seconds = root.putArray("seconds");
    for (Second second : result.seconds()) {
      ObjectNode node = seconds.addObject();
      node.put("number", second.number());
      node.put("warmUp", second.warmUp());
      node.put("seconds", second.nanos() / 1e9);
      counts(node, second.tally());
    }
    try {
      return JSON.writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new AssertionError("a tree of numbers and texts can be written", e);
    }
  }

  private static void plan(ObjectNode node, LoadResult result) {
    LoadPlan plan = result.plan();
    node.put("objects", plan.objects());
    node.put("objectBytes", result.objectBytes());
    node.put("exponent", plan.exponent());
    node.put("connections", plan.connections());
    node.put("threads", plan.threads());
    node.put("durationSeconds", plan.duration().toSeconds());
    node.put("warmUpSeconds", plan.warmUp().toSeconds());
    node.put("ratePerSecond", plan.ratePerSecond());
    node.put("seed", plan.seed());
  }

  private static void counts(ObjectNode node, Tally tally) {
    node.put("requests", tally.requests());
    node.put("bytes", tally.bytes());
    node.put("hitRatio", tally.hitRatio());
    node.put("byteHitRatio", tally.byteHitRatio());
    ObjectNode places = node.putObject("servedBy");
    for (ServedBy place : ServedBy.values()) {
      places.put(place.name().toLowerCase(Locale.ROOT), tally.requests(place));
    }
    ObjectNode errors = node.putObject("errors");
    for (ErrorKind kind : ErrorKind.values()) {
      errors.put(kind.name().toLowerCase(Locale.ROOT), tally.errors(kind));
    }
    ObjectNode latency = node.putObject("latencyMillis");
    for (double percentile : PERCENTILES) {
      latency.put("p" + Plot.shortNumber(percentile), tally.latencyMillis(percentile));
    }
    latency.put("mean", tally.latencyMillisMean());
    latency.put("max", tally.latencyMillisMax());
  }
}
