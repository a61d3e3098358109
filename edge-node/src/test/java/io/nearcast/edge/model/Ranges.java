package io.nearcast.edge.model;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Range asks for (RFC 9110 section 14).
 *
 * @param kind whether it counts
 * @param parts what it selects of a content, in the order of the request
 */
record Ranges(Kind kind, List<Part> parts) {
  private static final Pattern SPEC = Pattern.compile("([0-9]*)-([0-9]*)");

  enum Kind {
    /** None, or one that means nothing. */
    NONE,
    SINGLE,
    SEVERAL,
    UNSATISFIABLE
  }

  /** From the first to the last byte, both counted from 0. */
  record Part(int first, int last) {}

  static Ranges of(Head request, int length) {
    String range = request.first("Range");
    if (range == null || !range.toLowerCase(java.util.Locale.ROOT).startsWith("bytes=")) {
      return new Ranges(Kind.NONE, List.of());
    }
    List<Part> parts = new ArrayList<>();
    for (String spec : range.substring(6).split(",", -1)) {
      Matcher matcher = SPEC.matcher(spec.strip());
      if (!matcher.matches() || spec.strip().equals("-") || reversed(matcher)) {
        return new Ranges(Kind.NONE, List.of());
      }
      Part part = part(matcher, length);
      if (part.first() <= part.last()) {
        parts.add(part);
      }
    }
    Kind kind =
        switch (parts.size()) {
          case 0 -> Kind.UNSATISFIABLE;
          case 1 -> Kind.SINGLE;
          default -> Kind.SEVERAL;
        };
    return new Ranges(kind, parts);
  }

  private static boolean reversed(Matcher matcher) {
    return !matcher.group(1).isEmpty()
        && !matcher.group(2).isEmpty()
        && Integer.parseInt(matcher.group(1)) > Integer.parseInt(matcher.group(2));
  }

  private static Part part(Matcher matcher, int length) {
    if (matcher.group(1).isEmpty()) {
      return new Part(Math.max(0, length - Integer.parseInt(matcher.group(2))), length - 1);
    }
    int last = matcher.group(2).isEmpty() ? length - 1 : Integer.parseInt(matcher.group(2));
    return new Part(Integer.parseInt(matcher.group(1)), Math.min(last, length - 1));
  }
}
