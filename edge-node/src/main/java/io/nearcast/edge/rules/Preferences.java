package io.nearcast.edge.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads request fields that list what a client can take, each with a weight (RFC 9110 section
 * 12.4.2): Accept-Encoding and Accept-Language.
 */
final class Preferences {
  private static final int WEIGHT_MAX = 1000;

  /**
   * One thing that a client can take.
   *
   * @param name in lower case
   * @param weight in thousandths; 0 is what it cannot take
   */
  record Preference(String name, int weight) {}

  private Preferences() {}

  /** What a value lists, the most preferred first; null where a member cannot be read. */
  static @Nullable List<Preference> parse(String value) {
    List<Preference> preferences = new ArrayList<>(4);
    for (String member : ListReader.members(List.of(value))) {
      Preference preference = member(member);
      if (preference == null) {
        return null;
      }
      preferences.add(preference);
    }
    preferences.sort(
        Comparator.comparingInt(Preference::weight).reversed().thenComparing(Preference::name));
    return preferences;
  }

  /** The value with its members in one order, in lower case, with weights in one form. */
  static @Nullable String normal(String value) {
    List<Preference> preferences = parse(value);
    if (preferences == null) {
      return null;
    }
    StringBuilder text = new StringBuilder(value.length());
    for (Preference preference : preferences) {
      text.append(text.isEmpty() ? "" : ",").append(preference.name());
      if (preference.weight() < WEIGHT_MAX) {
        text.append(";q=").append(preference.weight());
      }
    }
    return text.toString();
  }

  /** The one name that is preferred to all others, or null where there is none. */
  static @Nullable String first(String value) {
    List<Preference> preferences = parse(value);
    if (preferences == null || preferences.isEmpty() || preferences.getFirst().weight() == 0) {
      return null;
    }
    boolean tie =
        preferences.size() > 1 && preferences.get(1).weight() == preferences.getFirst().weight();
    return tie ? null : preferences.getFirst().name();
  }

  private static @Nullable Preference member(String member) {
    int semicolon = member.indexOf(';');
    String name = (semicolon < 0 ? member : member.substring(0, semicolon)).strip();
    int weight = semicolon < 0 ? WEIGHT_MAX : weight(member.substring(semicolon + 1).strip());
    boolean valid = weight >= 0 && ListReader.isToken(name);
    return valid ? new Preference(name.toLowerCase(Locale.ROOT), weight) : null;
  }

  /** {@code q=} with 0 to 1 and up to three digits after the point, in thousandths; else -1. */
  private static int weight(String parameter) {
    boolean well =
        parameter.length() >= 3
            && parameter.length() <= 7
            && parameter.regionMatches(true, 0, "q=", 0, 2)
            && (parameter.length() == 3 || parameter.charAt(3) == '.');
    if (!well) {
      return -1;
    }
    long whole = ContentRange.position(parameter, 2, 3);
    long fraction = 0;
    for (int i = 4; i < 7; i++) {
      int digit = i < parameter.length() ? parameter.charAt(i) - '0' : 0;
      if (digit < 0 || digit > 9) {
        return -1;
      }
      fraction = fraction * 10 + digit;
    }
    long weight = whole * WEIGHT_MAX + fraction;
    return whole >= 0 && weight <= WEIGHT_MAX ? (int) weight : -1;
  }
}
