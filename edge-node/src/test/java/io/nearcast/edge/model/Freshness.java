package io.nearcast.edge.model;

import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The arithmetic of RFC 9111 section 4.2, by the clocks of the tiers. */
record Freshness(Tiers tiers) {
  private static final long DAY_MILLIS = 86_400_000;

  /** RFC 9110 section 15.1, with 206 for what is combined from parts. */
  static final Set<Integer> HEURISTIC =
      Set.of(200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501);

  /** Section 4.2.1 without the guess: in seconds, null where nothing is stated. */
  @Nullable Long stated(Copy copy) {
    Control control = copy.control();
    Long shared = control.seconds("s-maxage");
    Long given = shared != null ? shared : control.seconds("max-age");
    if (given != null || control.targeted() || !copy.head().has("Expires")) {
      return given;
    }
    Long expires = copy.head().date("Expires");
    // Section 5.3: what is no date has expired.
    return expires == null ? 0 : Math.max(0, (expires - date(copy)) / 1_000);
  }

  /** In ms; 0 where it is neither stated nor to be guessed. */
  long lifetimeMillis(Copy copy) {
    Long stated = stated(copy);
    if (stated != null) {
      return 1_000 * stated;
    }
    Long modified = copy.head().date("Last-Modified");
    if (modified == null || !mayGuess(copy)) {
      return 0;
    }
    return Math.clamp((date(copy) - modified) / 10, 0, DAY_MILLIS);
  }

  /** Section 4.2.2, and docs/caching.md for the responses with {@code public}. */
  static boolean mayGuess(Copy copy) {
    return HEURISTIC.contains(copy.status()) || copy.control().has("public");
  }

  /** Date, or when the answer came by the clock of the tier that asked. */
  private long date(Copy copy) {
    return Objects.requireNonNullElse(
        copy.head().date("Date"), copy.last().answeredMillis() + tiers.skewMillis(copy.last()));
  }

  /** The least that it may be, in seconds. */
  long age(Copy copy, long nowMillis) {
    Visit last = copy.last();
    if (!last.byShield()) {
      return age(copy, nowMillis, tiers.edgeSkewSeconds());
    }
    // The shield may hand on what has just come as it came, so that the edge alone counts.
    return Math.min(
        age(copy, nowMillis, tiers.shieldSkewSeconds()),
        age(copy, nowMillis, tiers.edgeSkewSeconds()));
  }

  /** The most that tiers may make of it, whose clocks may see another apparent age. */
  long ageMax(Copy copy, long nowMillis) {
    Visit last = copy.last();
    long atEdge = age(copy, nowMillis, tiers.edgeSkewSeconds());
    if (!last.byShield()) {
      return atEdge;
    }
    // Each tier adds the time that its own question took.
    long tookSeconds = (last.answeredMillis() - last.askedMillis()) / 1_000;
    return Math.max(age(copy, nowMillis, tiers.shieldSkewSeconds()) + tookSeconds, atEdge);
  }

  /** Section 4.2.3 by one clock. */
  private long age(Copy copy, long nowMillis, int skewSeconds) {
    Visit last = copy.last();
    long apparent = Math.max(0, last.answeredMillis() + 1_000L * skewSeconds - date(copy));
    long corrected =
        1_000 * stated(copy.head().first("Age")) + last.answeredMillis() - last.askedMillis();
    return (Math.max(apparent, corrected) + nowMillis - last.answeredMillis()) / 1_000;
  }

  /** docs/caching.md: of several the first counts, and none that is no number. */
  private static long stated(@Nullable String age) {
    String first = age == null ? "" : age.split(",", -1)[0].strip();
    return first.matches("[0-9]{1,9}") ? Long.parseLong(first) : 0;
  }

  boolean fresh(Copy copy, long nowMillis) {
    return lifetimeMillis(copy) > 1_000 * age(copy, nowMillis);
  }

  /** Fresh by every clock. */
  boolean freshForAll(Copy copy, long nowMillis) {
    return lifetimeMillis(copy) > 1_000 * ageMax(copy, nowMillis);
  }
}
