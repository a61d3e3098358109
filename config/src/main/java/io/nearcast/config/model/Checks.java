package io.nearcast.config.model;

import java.time.Duration;
import java.util.List;

/** Checks that the records of this package make of their fields. */
final class Checks {
  private Checks() {}

  /** Throws an {@link InvalidField} unless the condition holds. */
  static void check(boolean condition, String pointer, String detail) {
    if (!condition) {
      throw new InvalidField(pointer, detail);
    }
  }

  /** Returns an immutable copy of a list whose size is within the bounds, both included. */
  static <T> List<T> bounded(String pointer, List<T> list, int min, int max) {
    check(
        list.size() >= min, pointer, "needs at least " + min + (min == 1 ? " entry" : " entries"));
    check(list.size() <= max, pointer, "has " + list.size() + " entries: at most " + max + " fit");
    return List.copyOf(list);
  }

  /** Checks that a duration is within the bounds, both included. */
  static void range(String pointer, Duration value, Duration min, Duration max) {
    check(
        value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
        pointer,
        "must be from " + Durations.format(min) + " to " + Durations.format(max));
  }
}
