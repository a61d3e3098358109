package io.nearcast.loadtest.report;

import java.util.List;
import java.util.Locale;

/**
 * A line plot as an SVG element, drawn here so that a report needs nothing from outside.
 *
 * <p>Colours and text styles come from the page's style sheet, by the classes {@code grid}, {@code
 * axis}, {@code line a}, {@code line b}, {@code area a} and {@code key a}; so a plot follows the
 * page from light to dark.
 *
 * @param title what it shows, with the unit
 * @param x the horizontal axis
 * @param y the vertical axis
 * @param lines at most two
 * @param shadedUntil values of {@code x} up to here are shaded as not counted
 */
record Plot(String title, Axis x, Axis y, List<Line> lines, double shadedUntil) {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 240;
  private static final int LEFT = 58;
  private static final int RIGHT = 14;
  private static final int TOP = 14;
  private static final int BOTTOM = 28;

  /**
   * One line.
   *
   * @param name shown in the key
   * @param colour {@code a} or {@code b}, a class of the page
   * @param points in the order of {@code x}
   */
  record Line(String name, String colour, List<Point> points) {}

  /**
   * A value.
   *
   * @param x where
   * @param y how much
   * @param label what a pointer on it shows
   */
  record Point(double x, double y, String label) {}

  /** The figure with its caption. */
  String render() {
    StringBuilder svg = new StringBuilder(4_096);
    svg.append("<figure><figcaption>").append(title);
    if (lines.size() > 1) {
      for (Line line : lines) {
        svg.append("<span class=\"key ").append(line.colour).append("\">");
        svg.append(line.name).append("</span>");
      }
    }
    svg.append("</figcaption>\n<svg viewBox=\"0 0 ").append(WIDTH).append(' ').append(HEIGHT);
    svg.append("\" role=\"img\" aria-label=\"").append(title).append("\">\n");
    shade(svg);
    grid(svg);
    for (Line line : lines) {
      draw(svg, line);
    }
    for (Line line : lines) {
      pointers(svg, line);
    }
    return svg.append("</svg></figure>\n").toString();
  }

  private void shade(StringBuilder svg) {
    if (shadedUntil > x.min()) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect class=\"shade\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n",
              LEFT,
              TOP,
              across(shadedUntil) - LEFT,
              HEIGHT - TOP - BOTTOM));
    }
  }

  private void grid(StringBuilder svg) {
    for (Axis.Mark mark : y.marks()) {
      double at = down(mark.value());
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  + "<text class=\"axis end\" x=\"%d\" y=\"%.1f\">%s</text>\n",
              LEFT,
              WIDTH - RIGHT,
              at,
              at,
              LEFT - 8,
              at + 4,
              mark.label()));
    }
    for (Axis.Mark mark : x.marks()) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text class=\"axis %s\" x=\"%.1f\" y=\"%d\">%s</text>\n",
              x.share(mark.value()) > 0.96 ? "end" : "middle",
              across(mark.value()),
              HEIGHT - 8,
              mark.label()));
    }
  }

  private void draw(StringBuilder svg, Line line) {
    if (line.points.isEmpty()) {
      return;
    }
    StringBuilder path = new StringBuilder();
    for (Point point : line.points) {
      path.append(path.isEmpty() ? 'M' : 'L');
      path.append(String.format(Locale.ROOT, "%.1f %.1f", across(point.x), down(point.y)));
    }
    if (lines.size() == 1) {
      svg.append("<path class=\"area ").append(line.colour).append("\" d=\"").append(path);
      svg.append(
          String.format(
              Locale.ROOT,
              "L%.1f %d L%.1f %d Z\"/>\n",
              across(line.points.getLast().x),
              HEIGHT - BOTTOM,
              across(line.points.getFirst().x),
              HEIGHT - BOTTOM));
    }
    svg.append("<path class=\"line ").append(line.colour).append("\" d=\"").append(path);
    svg.append("\"/>\n");
  }

  /** A dot for each value that shows itself, and its number, under the pointer. */
  private void pointers(StringBuilder svg, Line line) {
    for (Point point : line.points) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"><title>%s</title></circle>",
              line.colour,
              across(point.x),
              down(point.y),
              point.label));
    }
    svg.append('\n');
  }

  private double across(double value) {
    return LEFT + x.share(value) * (WIDTH - LEFT - RIGHT);
  }

  private double down(double value) {
    return HEIGHT - BOTTOM - y.share(value) * (HEIGHT - TOP - BOTTOM);
  }

  /** A number with no more digits than it needs. */
  static String shortNumber(double value) {
    if (value >= 1_000_000) {
      return shortNumber(value / 1_000_000) + "M";
    }
    if (value >= 10_000) {
      return shortNumber(value / 1_000) + "k";
    }
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceFirst("\\.?0+$", "");
  }
}
