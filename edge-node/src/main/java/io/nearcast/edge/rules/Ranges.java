package io.nearcast.edge.rules;

import java.util.ArrayList;
import java.util.List;

/** Range requests on a complete stored response (RFC 9110 section 14). */
public final class Ranges {
  /** The most ranges that one request may ask for; more are answered with the whole. */
  public static final int RANGES_MAX = 16;

  private Ranges() {}

  /** What of a response a request asks for. */
  public sealed interface Selection {}

  /** All of it. */
  public enum Whole implements Selection {
    /** The only one. */
    ALL
  }

  /**
   * One range of bytes, both ends inclusive.
   *
   * @param first the index of the first byte
   * @param last the index of the last byte
   */
  public record Single(long first, long last) implements Selection {
    /** How many bytes there are. */
    public long length() {
      return last - first + 1;
    }
  }

  /**
   * Several ranges, in the order in which they were asked for: {@code multipart/byteranges}.
   *
   * @param parts at least two, at most {@link #RANGES_MAX}
   */
  public record Several(List<Single> parts) implements Selection {
    /** Copies the list. */
    public Several {
      parts = List.copyOf(parts);
    }
  }

  /** None of what was asked for is there: {@code 416}. */
  public enum Unsatisfiable implements Selection {
    /** The only one. */
    NOTHING
  }

  /**
   * What a request asks for of a complete response.
   *
   * @param length how many bytes its body has
   */
  public static Selection select(RequestHead request, ResponseHead stored, long length) {
    String range = request.fields().first("Range");
    // Range is defined for GET only (14.2), for what would be a 200, and must be one line.
    if (range == null
        || !request.method().equals("GET")
        || stored.status() != 200
        || request.fields().count("Range") != 1) {
      return Whole.ALL;
    }
    // The client's part is of another version (13.1.5).
    if (request.fields().has("If-Range") && !ifRangeHolds(request, stored)) {
      return Whole.ALL;
    }
    return parse(range, length);
  }

  /** If-Range: a strong tag that is equal, or a date that is exactly Last-Modified (13.1.5). */
  private static boolean ifRangeHolds(RequestHead request, ResponseHead stored) {
    String value = request.fields().first("If-Range");
    EntityTag tag = EntityTag.parse(value);
    EntityTag current = EntityTag.parse(stored.fields().first("ETag"));
    if (tag != null) {
      return current != null && tag.stronglyEquals(current);
    }
    return value != null && value.equals(stored.fields().first("Last-Modified"));
  }

  /** Reads a Range field; a unit that is not bytes and a malformed set are ignored (14.2). */
  static Selection parse(String range, long length) {
    if (!range.regionMatches(true, 0, "bytes=", 0, 6)) {
      return Whole.ALL;
    }
    List<String> specs = ListReader.members(List.of(range.substring(6)));
    if (specs.isEmpty() || specs.size() > RANGES_MAX) {
      return Whole.ALL;
    }
    List<Single> parts = new ArrayList<>(specs.size());
    for (String spec : specs) {
      int dash = spec.indexOf('-');
      if (dash < 0 || !digits(spec, 0, dash) || !digits(spec, dash + 1, spec.length())) {
        return Whole.ALL;
      }
      if (spec.length() == 1) {
        return Whole.ALL;
      }
      long first = dash == 0 ? -1 : number(spec.substring(0, dash));
      long last = dash == spec.length() - 1 ? -1 : number(spec.substring(dash + 1));
      if (first >= 0 && last >= 0 && last < first) {
        return Whole.ALL;
      }
      addSatisfiable(first, last, length, parts);
    }
    return selection(parts);
  }

  private static Selection selection(List<Single> parts) {
    return switch (parts.size()) {
      case 0 -> Unsatisfiable.NOTHING;
      case 1 -> parts.getFirst();
      default -> new Several(parts);
    };
  }

  private static void addSatisfiable(long first, long last, long length, List<Single> parts) {
    if (first < 0) {
      if (last > 0 && length > 0) {
        parts.add(new Single(Math.max(0, length - last), length - 1));
      }
    } else if (first < length) {
      parts.add(new Single(first, last < 0 ? length - 1 : Math.min(last, length - 1)));
    }
  }

  private static boolean digits(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static long number(String digits) {
    return digits.length() > 18 ? Long.MAX_VALUE / 2 : Long.parseLong(digits);
  }

  /** {@code Content-Range} of a part (14.4). */
  public static String contentRange(Single part, long length) {
    return "bytes " + part.first() + '-' + part.last() + '/' + length;
  }

  /** {@code Content-Range} of a 416 (14.4). */
  public static String unsatisfiedContentRange(long length) {
    return "bytes */" + length;
  }
}
