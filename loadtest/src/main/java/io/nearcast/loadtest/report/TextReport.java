package io.nearcast.loadtest.report;

import io.nearcast.loadtest.load.ErrorKind;
import io.nearcast.loadtest.load.LoadResult;
import io.nearcast.loadtest.load.LoadResult.Second;
import io.nearcast.loadtest.load.ServedBy;
import io.nearcast.loadtest.load.Tally;
import java.util.Locale;

/** A load run's result as plain text, for a terminal. */
public final class TextReport {
  private TextReport() {}

  /** One second of a run in one line, without a line end. */
  public static String progress(Second second) {
    Tally tally = second.tally();
    return String.format(
        Locale.ROOT,
        "%5d s  %9s req/s  %10s/s  p50 %7s  p99 %7s ms  hit %8s  errors %d%s",
        second.number(),
        Figures.count(second.requestsPerSecond()),
        Figures.bytes(second.bytesPerSecond()),
        Figures.millis(tally.latencyMillis(50)),
        Figures.millis(tally.latencyMillis(99)),
        Figures.percent(tally.hitRatio()),
        tally.errors(),
        second.warmUp() ? "  (warm-up)" : "");
  }

  /** The whole report, ending with a line end. */
  public static String render(LoadResult result) {
    Tally total = result.total();
    StringBuilder text = new StringBuilder();
    text.append("Load on ").append(result.target()).append('\n');
    text.append(Figures.summary(result.plan())).append('\n');
    text.append(Figures.objects(result.plan(), result.objectBytes())).append("\n\n");
    line(
        text,
        "throughput",
        Figures.count(result.requestsPerSecond()) + " requests/s",
        Figures.bytes(result.bytesPerSecond()) + "/s");
    line(text, "requests", Figures.count(total.requests()) + " right", errors(result));
    line(
        text,
        "latency, ms",
        "p50 " + Figures.millis(total.latencyMillis(50)),
        "p90 " + Figures.millis(total.latencyMillis(90)),
        "p99 " + Figures.millis(total.latencyMillis(99)),
        "p99.9 " + Figures.millis(total.latencyMillis(99.9)),
        "max " + Figures.millis(total.latencyMillisMax()));
    line(text, "", "(" + Figures.latencyMeaning(result.plan()) + ")");
    line(
        text,
        "hit ratio",
        Figures.percent(total.hitRatio()) + " of requests",
        Figures.percent(total.byteHitRatio()) + " of bytes");
    line(text, "served by", servedBy(total));
    line(
        text,
        "origin offload",
        Figures.percent(result.originOffload()) + " of requests",
        Figures.percent(result.originByteOffload()) + " of bytes",
        result.origin() == null
            ? "(by Cache-Status)"
            : "(" + Figures.count(result.origin().requests()) + " requests reached it)");
    return text.toString();
  }

  private static String errors(LoadResult result) {
    Tally total = result.total();
    StringBuilder text = new StringBuilder();
    text.append(Figures.count(total.errors())).append(" wrong");
    String separator = ": ";
    for (ErrorKind kind : ErrorKind.values()) {
      if (total.errors(kind) > 0) {
        text.append(separator).append(Figures.count(total.errors(kind)));
        text.append(' ').append(kind.text());
        separator = ", ";
      }
    }
    if (result.unsent() > 0) {
      text.append("; ").append(Figures.count(result.unsent()));
      text.append(" due and not sent: all connections were busy");
    }
    return text.toString();
  }

  private static String servedBy(Tally total) {
    StringBuilder text = new StringBuilder();
    for (ServedBy place : ServedBy.values()) {
      if (total.requests(place) > 0) {
        text.append(text.isEmpty() ? "" : "   ");
        text.append(place.name().toLowerCase(Locale.ROOT)).append(' ');
        text.append(Figures.percent((double) total.requests(place) / total.requests()));
      }
    }
    return text.isEmpty() ? "nothing" : text.toString();
  }

  private static void line(StringBuilder text, String name, String... parts) {
    text.append(String.format(Locale.ROOT, "  %-15s", name));
    text.append(String.join("   ", parts)).append('\n');
  }
}
