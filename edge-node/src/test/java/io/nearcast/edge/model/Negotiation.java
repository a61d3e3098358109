package io.nearcast.edge.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the origin chooses between representations, and when two requests ask for the same. */
final class Negotiation {
  private static final List<String> LANGUAGES = List.of("en", "de", "fr");

  private Negotiation() {}

  /** What it has in the language that weighs most, of equal ones the first that it lists. */
  static String language(Head request) {
    Map<String, Double> weights = weights(request.all("Accept-Language"));
    String best = "en";
    double most = 0;
    for (String language : LANGUAGES) {
      double weight = weights.getOrDefault(language, weights.getOrDefault("*", 0.0));
      if (weight > most) {
        most = weight;
        best = language;
      }
    }
    return best;
  }

  static String coding(Head request) {
    Map<String, Double> weights = weights(request.all("Accept-Encoding"));
    return weights.getOrDefault("gzip", weights.getOrDefault("*", 0.0)) > 0 ? "gzip" : "identity";
  }

  /** The members of a weighted list (RFC 9110 section 12.4.2). */
  static Map<String, Double> weights(@Nullable String list) {
    Map<String, Double> weights = new TreeMap<>();
    for (String member : (list == null ? "" : list).split(",", -1)) {
      String[] parts = member.strip().toLowerCase(Locale.ROOT).split("\\s*;\\s*q=", -1);
      if (!parts[0].isEmpty()) {
        weights.put(parts[0], parts.length > 1 ? Double.parseDouble(parts[1]) : 1.0);
      }
    }
    return weights;
  }

  /**
   * RFC 9111 section 4.1, with the normalisation that docs/caching.md states.
   *
   * @param stored the response, which says Vary and Content-Language
   */
  static boolean matches(Head stored, Head original, Head presented) {
    for (String name : varyNames(stored)) {
      if (name.equals("*") || !same(name, stored, original, presented)) {
        return false;
      }
    }
    return true;
  }

  static List<String> varyNames(Head response) {
    List<String> names = new ArrayList<>();
    String vary = response.all("Vary");
    for (String name : (vary == null ? "" : vary).split(",", -1)) {
      if (!name.isBlank()) {
        names.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }

  private static boolean same(String name, Head stored, Head original, Head presented) {
    String before = original.all(name);
    String now = presented.all(name);
    if (exactly(before, now)) {
      return true;
    }
    return switch (name) {
      case "accept-encoding" ->
          before != null && now != null && weights(before).equals(weights(now));
      case "accept-language" ->
          (before != null && now != null && weights(before).equals(weights(now)))
              || prefers(weights(now), stored.first("Content-Language"));
      default -> false;
    };
  }

  /** Whether requests agree in the fields that a response varies on, without any normalising. */
  static boolean identical(Head stored, Head original, Head presented) {
    return varyNames(stored).stream()
        .allMatch(name -> !name.equals("*") && exactly(original.all(name), presented.all(name)));
  }

  private static boolean exactly(@Nullable String before, @Nullable String now) {
    return before == null ? now == null : before.equals(now);
  }

  private static boolean prefers(Map<String, Double> weights, @Nullable String language) {
    if (language == null || !weights.containsKey(language.toLowerCase(Locale.ROOT))) {
      return false;
    }
    double weight = weights.get(language.toLowerCase(Locale.ROOT));
    return weight > 0
        && weights.entrySet().stream()
            .allMatch(
                other -> other.getKey().equalsIgnoreCase(language) || other.getValue() < weight);
  }
}
