package io.nearcast.loadtest.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * One direction of a plot: from values to a share of its length, with marks.
 *
 * @param min the value at its start
 * @param max the value at its end, above {@code min}
 * @param logarithmic whether equal ratios, not equal differences, take equal lengths
 * @param marks where lines and labels are
 */
record Axis(double min, double max, boolean logarithmic, List<Mark> marks) {

  /**
   * A line across the plot.
   *
   * @param value where
   * @param label what it is called
   */
  record Mark(double value, String label) {}

  /** From 0 to a round number above the highest value. */
  static Axis fromZero(double highest, DoubleFunction<String> label) {
    double step = niceStep(Math.max(highest, 1e-9) / 4);
    double max = Math.ceil(Math.max(highest, 1e-9) / step) * step;
    List<Mark> marks = new ArrayList<>();
    for (int i = 0; i * step <= max * 1.000_001; i++) {
      marks.add(new Mark(i * step, label.apply(i * step)));
    }
    return new Axis(0, max, false, marks);
  }

  /** Time in seconds from 0 to {@code seconds}. */
  static Axis time(double seconds) {
    double step = 86_400;
    for (double candidate : new double[] {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600}) {
      if (seconds / candidate <= 10) {
        step = candidate;
        break;
      }
    }
    List<Mark> marks = new ArrayList<>();
    for (int i = 0; i * step <= seconds; i++) {
      marks.add(new Mark(i * step, timeLabel(i * step)));
    }
    return new Axis(0, Math.max(seconds, 1), false, marks);
  }

  /** Powers of ten around the values, which must be positive. */
  static Axis decades(double lowest, double highest, DoubleFunction<String> label) {
    double min = Math.pow(10, Math.floor(Math.log10(lowest) + 1e-9));
    double max = Math.max(min * 10, Math.pow(10, Math.ceil(Math.log10(highest) - 1e-9)));
    List<Mark> marks = new ArrayList<>();
    for (double value = min; value <= max * 1.000_001; value *= 10) {
      marks.add(new Mark(value, label.apply(value)));
    }
    return new Axis(min, max, true, marks);
  }

  /**
   * Percentiles, each nine as long as the one before: a value is the number of requests of which
   * one takes longer, so that 10 stands for 90 % and 1000 for 99.9 %.
   *
   * @param requests how many there were: nothing is known beyond
   */
  static Axis percentiles(double requests) {
    double max = Math.max(10, requests);
    List<Mark> marks = new ArrayList<>();
    for (double oneOf = 1; oneOf <= max; oneOf *= 10) {
      marks.add(new Mark(oneOf, Plot.shortNumber(100 - 100 / oneOf) + " %"));
    }
    return new Axis(1, max, true, marks);
  }

  /** The place of a value, 0 at the start, 1 at the end; values beyond either are put there. */
  double share(double value) {
    double share =
        logarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
    return Math.clamp(share, 0, 1);
  }

  private static String timeLabel(double seconds) {
    if (seconds < 120 || seconds % 60 != 0) {
      return (long) seconds + " s";
    }
    return (long) (seconds / 60) + " min";
  }

  /** 1, 2, 2.5 or 5 times a power of ten, at least as large as asked. */
  private static double niceStep(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : new double[] {1, 2, 2.5, 5}) {
      if (factor * power >= least * 0.999_999) {
        return factor * power;
      }
    }
    return 10 * power;
  }
}
