package io.nearcast.loadtest.report;

import io.nearcast.loadtest.load.LoadPlan;
import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them, the same in all reports. */
final class Figures {
  private Figures() {}

  /** Whole, with thousands separated. */
  static String count(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  /** The same of a whole number. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A share of 1 in percent. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", share * 100);
  }

  /** Three digits that matter. */
  static String millis(double millis) {
    return millis < 1
        ? String.format(Locale.ROOT, "%.3f", millis)
        : millis < 100
            ? String.format(Locale.ROOT, "%.2f", millis)
            : String.format(Locale.ROOT, "%,.0f", millis);
  }

  /** Bytes in the unit that suits them, powers of 1000. */
  static String bytes(double bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    double scaled = bytes;
    while (scaled >= 1_000 && unit < units.length - 1) {
      scaled /= 1_000;
      unit++;
    }
    String form = unit == 0 || scaled >= 100 ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, form, scaled, units[unit]);
  }

  /** What a run did, in one line. */
  static String summary(LoadPlan plan) {
    String loop =
        plan.openLoop()
            ? "open loop at " + count(plan.ratePerSecond()) + " requests a second"
            : "closed loop";
    return loop
        + ", "
        + count((long) plan.connections())
        + (plan.connections() == 1 ? " connection, " : " connections, ")
        + seconds(plan.duration())
        + (plan.warmUp().isZero() ? "" : " after " + seconds(plan.warmUp()) + " of warm-up");
  }

  /** What a run asked for, in one line. */
  static String objects(LoadPlan plan, long objectBytes) {
    return count((long) plan.objects())
        + " objects, "
        + bytes((double) objectBytes)
        + " in all, Zipf exponent "
        + plan.exponent()
        + ", seed "
        + plan.seed();
  }

  /** What latency means in a run. */
  static String latencyMeaning(LoadPlan plan) {
    return plan.openLoop()
        ? "from when a request was due, so waiting for a free connection counts"
        : "from when a request was sent";
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + " s";
  }
}
