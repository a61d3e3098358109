package io.nearcast.loadtest.report;

import io.nearcast.loadtest.load.ErrorKind;
import io.nearcast.loadtest.load.LoadResult;
import io.nearcast.loadtest.load.LoadResult.Second;
import io.nearcast.loadtest.load.ServedBy;
import io.nearcast.loadtest.load.Tally;
import io.nearcast.loadtest.report.Plot.Line;
import io.nearcast.loadtest.report.Plot.Point;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A load run's result as one HTML page with plots, which loads nothing from anywhere: it can be
 * mailed, kept with a build, or opened from a disk.
 */
public final class HtmlReport {
  private static final int POINTS_MAX = 400;
  private static final double MILLIS_MIN = 0.001;

  /**
   * How much rarer each point is than the one before: twelve points for each nine of the
   * percentile.
   */
  private static final double PERCENTILE_STEP = Math.pow(10, 1 / 12.0);

  private final LoadResult result;
  private final List<Second> seconds;
  private final double warmUpSeconds;

  private HtmlReport(LoadResult result) {
    this.result = result;
    this.seconds = result.atMost(POINTS_MAX);
    this.warmUpSeconds = result.plan().warmUp().toSeconds();
  }

  /** The page. */
  public static String render(LoadResult result) {
    return new HtmlReport(result).page();
  }

  private String page() {
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        + "<title>Nearcast load report</title>\n<style>\n"
        + style()
        + "</style></head>\n<body><main>\n"
        + head()
        + cards()
        + servedBy()
        + "<section class=\"plots\">\n"
        + throughput().render()
        + hitRatio().render()
        + latencyOverTime().render()
        + latencyByPercentile().render()
        + "</section>\n"
        + tables()
        + "</main></body></html>\n";
  }

  private static String style() {
    try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("the report's style sheet is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String head() {
    return "<header><h1>Load on "
        + escape(result.target().toString())
        + "</h1>\n<p>"
        + Figures.summary(result.plan())
        + " · "
        + Figures.objects(result.plan(), result.objectBytes())
        + " · "
        + result.startedAt().toString().replaceFirst("\\..*", "Z")
        + "</p></header>\n";
  }

  private String cards() {
    Tally total = result.total();
    return "<section class=\"cards\">\n"
        + card(
            "Requests a second",
            Figures.count(result.requestsPerSecond()),
            Figures.bytes(result.bytesPerSecond()) + "/s")
        + card(
            "Latency p50",
            Figures.millis(total.latencyMillis(50)) + " ms",
            "p99 " + Figures.millis(total.latencyMillis(99)) + " ms")
        + card(
            "Hit ratio",
            Figures.percent(total.hitRatio()),
            Figures.percent(total.byteHitRatio()) + " of bytes")
        + card(
            "Origin offload",
            Figures.percent(result.originOffload()),
            Figures.percent(result.originByteOffload()) + " of bytes")
        + card(
            "Wrong answers",
            Figures.count(total.errors()),
            "of " + Figures.count(total.requests() + total.errors()) + " requests")
        + "</section>\n";
  }

  private static String card(String name, String value, String beside) {
    return "<div class=\"card\"><h2>"
        + name
        + "</h2><b>"
        + value
        + "</b><span>"
        + beside
        + "</span></div>\n";
  }

  /** One bar, cut into who had the answers. */
  private String servedBy() {
    StringBuilder bar = new StringBuilder("<section class=\"bar\" aria-label=\"served by\">\n");
    StringBuilder keys = new StringBuilder("<p class=\"keys\">Served by");
    Tally total = result.total();
    for (ServedBy place : ServedBy.values()) {
      double share = total.requests() == 0 ? 0 : (double) total.requests(place) / total.requests();
      if (share == 0) {
        continue;
      }
      String name = place.name().toLowerCase(Locale.ROOT);
      String label = name + " " + Figures.percent(share);
      bar.append(
          String.format(
              Locale.ROOT,
              "<div class=\"%s\" style=\"width:%.3f%%\" title=\"%s\"></div>",
              name,
              share * 100,
              label));
      keys.append("<span class=\"").append(name).append("\">").append(label).append("</span>");
    }
    return bar + "</section>\n" + keys + "</p>\n";
  }

  private Plot throughput() {
    Line line = overTime("requests/s", "a", Second::requestsPerSecond);
    return new Plot(
        "Requests a second",
        timeAxis(),
        Axis.fromZero(highest(line), Plot::shortNumber),
        List.of(line),
        warmUpSeconds);
  }

  private Plot hitRatio() {
    Line requests = overTime("of requests", "a", second -> second.tally().hitRatio() * 100);
    Line bytes = overTime("of bytes", "b", second -> second.tally().byteHitRatio() * 100);
    return new Plot(
        "Hit ratio at the edge, %",
        timeAxis(), Axis.fromZero(100, Plot::shortNumber), List.of(requests, bytes), warmUpSeconds);
  }

  private Plot latencyOverTime() {
    Line median = overTime("p50", "a", second -> positive(second.tally().latencyMillis(50)));
    Line high = overTime("p99", "b", second -> positive(second.tally().latencyMillis(99)));
    return new Plot(
        "Latency, ms",
        timeAxis(),
        Axis.decades(lowest(median), highest(high), Plot::shortNumber),
        List.of(median, high),
        warmUpSeconds);
  }

  /** As HdrHistogram draws it: each decade has a tenth of the requests of the one before. */
  private Plot latencyByPercentile() {
    Tally total = result.total();
    List<Point> points = new ArrayList<>();
    double most = Math.max(10, total.requests());
    for (double oneOf = 1; oneOf <= most; oneOf *= PERCENTILE_STEP) {
      double percentile = 100 - 100 / oneOf;
      double millis = positive(total.latencyMillis(percentile));
      String label = Plot.shortNumber(percentile) + " % within " + Figures.millis(millis) + " ms";
      points.add(new Point(oneOf, millis, label));
    }
    Line line = new Line("latency", "a", points);
    return new Plot(
        "Latency by percentile, ms",
        Axis.percentiles(most),
        Axis.decades(lowest(line), highest(line), Plot::shortNumber),
        List.of(line),
        0);
  }

  private String tables() {
    Tally total = result.total();
    StringBuilder rows =
        new StringBuilder("<section class=\"tables\">\n<table><caption>Latency, ms (");
    rows.append(Figures.latencyMeaning(result.plan())).append(")</caption>");
    for (double percentile : new double[] {50, 75, 90, 95, 99, 99.9, 99.99}) {
      row(
          rows,
          Plot.shortNumber(percentile) + " %",
          Figures.millis(total.latencyMillis(percentile)));
    }
    row(rows, "mean", Figures.millis(total.latencyMillisMean()));
    row(rows, "longest", Figures.millis(total.latencyMillisMax()));
    rows.append("</table>\n<table><caption>Requests</caption>");
    row(rows, "right", Figures.count(total.requests()));
    for (ErrorKind kind : ErrorKind.values()) {
      row(rows, kind.text(), Figures.count(total.errors(kind)));
    }
    row(rows, "due and not sent", Figures.count(result.unsent()));
    if (result.origin() != null) {
      row(rows, "reached the origin", Figures.count(result.origin().requests()));
      row(rows, "bytes from the origin", Figures.bytes((double) result.origin().bytes()));
    }
    return rows.append("</table>\n</section>\n").toString();
  }

  private static void row(StringBuilder rows, String name, String value) {
    rows.append("<tr><th>").append(name).append("</th><td>").append(value).append("</td></tr>\n");
  }

  private Axis timeAxis() {
    return Axis.time(seconds.isEmpty() ? 1 : seconds.getLast().number());
  }

  private Line overTime(String name, String colour, ToDoubleFunction<Second> value) {
    List<Point> points = new ArrayList<>();
    for (Second second : seconds) {
      double y = value.applyAsDouble(second);
      String label = second.number() + " s: " + Figures.millis(y) + " " + name;
      points.add(new Point(second.number(), y, label));
    }
    return new Line(name, colour, points);
  }

  private static double highest(Line line) {
    return line.points().stream().mapToDouble(Point::y).max().orElse(1);
  }

  private static double lowest(Line line) {
    return line.points().stream().mapToDouble(Point::y).min().orElse(MILLIS_MIN);
  }

  /** A logarithmic axis has no zero: a second without an answer is drawn at the bottom. */
  private static double positive(double millis) {
    return Math.max(MILLIS_MIN, millis);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
