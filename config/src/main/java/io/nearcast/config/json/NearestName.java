package io.nearcast.config.json;

import java.util.Collection;
import java.util.Locale;

/** Helps people who have mistyped a name. */
public final class NearestName {
  private NearestName() {}

  /** What to do about an unknown name: the nearest known one, or all of them. */
  public static String hint(String name, Collection<String> known) {
    String nearest = "";
    int distanceMin = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(lower(name), lower(candidate));
      if (distance < distanceMin) {
        distanceMin = distance;
        nearest = candidate;
      }
    }
    if (distanceMin <= Math.max(1, nearest.length() / 3)) {
      return "did you mean " + nearest + "?";
    }
    return known.isEmpty() ? "none are known here" : "known are " + list(known);
  }

  /** The names with commas between. */
  static String list(Collection<String> names) {
    return String.join(", ", names);
  }

  private static String lower(String name) {
    return name.substring(0, Math.min(name.length(), 64)).toLowerCase(Locale.ROOT);
  }

  /** Levenshtein's distance, by rows. */
  private static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int swap = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(swap, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
