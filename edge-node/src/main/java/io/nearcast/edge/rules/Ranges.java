package io.nearcast.edge.rules;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Range requests on stored responses (RFC 9110 section 14). */
public final class Ranges {
  /** The most ranges that one request may ask for; more are answered with the whole. */
  public static final int RANGES_MAX = 16;

  /** More overlaps than this between the ranges of one request are a broken or hostile client's. */
  private static final int OVERLAPS_MAX = 2;

  private static final long OPEN = -1;

  private Ranges() {}

  /** What of a response a request asks for. */
  public sealed interface Selection {}

  /** All of it: {@code 200}. */
  public enum Whole implements Selection {
    /** The only one. */
    ALL
  }

  /**
   * One range of bytes, both ends inclusive: {@code 206}.
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
   * Several ranges, in the order in which they were asked for: {@code 206} with {@code
   * multipart/byteranges}.
   *
   * @param parts at least two, at most {@link #RANGES_MAX}, none of which overlap
   */
  public record Several(List<Single> parts) implements Selection {
    /** Copies the list. */
    public Several {
      parts = List.copyOf(parts);
    }
  }

  /** Nothing of what was asked for is there: {@code 416}. */
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
    // "only if the result in absence of the Range header field would be a 200 (OK) response"
    // (14.2).
    if (stored.status() != 200 || !applies(request, stored)) {
      return Whole.ALL;
    }
    List<Spec> specs = specs(request.fields());
    // "A server that supports range requests MAY ignore a Range header field when the selected
    // representation has no content"; it "MAY ignore or reject ... an invalid ranges-specifier"
    // (14.2).
    return specs.isEmpty() || length == 0 ? Whole.ALL : resolve(specs, length);
  }

  /** Whether a request's Range is to be looked at (14.2), for this stored response (13.1.5). */
  static boolean applies(RequestHead request, ResponseHead stored) {
    Fields fields = request.fields();
    // "GET is the only method for which range handling is defined."
    return request.method().equals("GET")
        && fields.count("Range") == 1
        && (!fields.has("If-Range") || ifRangeHolds(fields, stored));
  }

  /**
   * If-Range: a strong tag that is equal, or a strong date that is exactly Last-Modified (13.1.5).
   */
  private static boolean ifRangeHolds(Fields request, ResponseHead stored) {
    String value = request.count("If-Range") == 1 ? request.first("If-Range") : null;
    EntityTag tag = EntityTag.parse(value);
    if (tag != null) {
      EntityTag current = EntityTag.parse(stored.fields().first("ETag"));
      return current != null && tag.stronglyEquals(current);
    }
    return value != null
        && value.equals(stored.fields().first("Last-Modified"))
        && Validators.strongLastModified(stored);
  }

  /** A range as it was asked for; {@link #OPEN} where a side has no number. */
  record Spec(long first, long last) {
    /** Whether its end depends on the length of the representation. */
    boolean open() {
      return first == OPEN || last == OPEN;
    }

    /** The bytes that it means, or null where there are none (14.1.2). */
    @Nullable Single within(long length) {
      if (first == OPEN) {
        return last == 0 || length == 0 ? null : new Single(Math.max(0, length - last), length - 1);
      }
      if (first >= length) {
        return null;
      }
      return new Single(first, last == OPEN ? length - 1 : Math.min(last, length - 1));
    }
  }

  /**
   * The ranges that a Range field asks for; none where it is invalid, of another unit or abusive.
   */
  static List<Spec> specs(Fields request) {
    String range = request.first("Range");
    if (range == null || !range.regionMatches(true, 0, "bytes=", 0, 6)) {
      return List.of();
    }
    List<String> members = ListReader.members(List.of(range.substring(6)));
    if (members.size() > RANGES_MAX) {
      return List.of();
    }
    List<Spec> specs = new ArrayList<>(members.size());
    for (String member : members) {
      Spec spec = spec(member);
      // "A ranges-specifier is invalid if it contains any range-spec that is invalid" (14.1.1).
      if (spec == null) {
        return List.of();
      }
      specs.add(spec);
    }
    return specs;
  }

  private static @Nullable Spec spec(String member) {
    int dash = member.indexOf('-');
    if (dash < 0 || member.length() == 1) {
      return null;
    }
    long first = dash == 0 ? OPEN : number(member, 0, dash);
    long last = dash == member.length() - 1 ? OPEN : number(member, dash + 1, member.length());
    boolean wellFormed = (dash == 0 || first >= 0) && (dash == member.length() - 1 || last >= 0);
    // "An int-range is invalid if the last-pos value is present and less than the first-pos."
    boolean backwards = first >= 0 && last >= 0 && last < first;
    return wellFormed && !backwards ? new Spec(first, last) : null;
  }

  /** Digits as a number, however many there are (14.1.2), or -2 for what is no number. */
  private static long number(String text, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -2;
      }
      value = value > Long.MAX_VALUE / 20 ? Long.MAX_VALUE / 2 : value * 10 + digit;
    }
    return value;
  }

  private static Selection resolve(List<Spec> specs, long length) {
    List<Single> parts = new ArrayList<>(specs.size());
    int overlaps = 0;
    for (Spec spec : specs) {
      Single part = spec.within(length);
      if (part != null) {
        overlaps += addMerged(parts, part);
      }
    }
    // "more than two overlapping ranges" may be ignored (14.2).
    if (overlaps > OVERLAPS_MAX) {
      return Whole.ALL;
    }
    return switch (parts.size()) {
      case 0 -> Unsatisfiable.NOTHING;
      case 1 -> parts.getFirst();
      default -> new Several(parts);
    };
  }

  /**
   * Adds a part, merged with all that it overlaps or touches, where the first of these stands ("a
   * server MAY coalesce", 15.3.7.2). Returns how many it overlaps.
   */
  private static int addMerged(List<Single> parts, Single added) {
    int overlaps = 0;
    int place = -1;
    Single merged = added;
    for (int i = 0; i < parts.size(); i++) {
      Single other = parts.get(i);
      if (other.first() > merged.last() + 1 || merged.first() > other.last() + 1) {
        continue;
      }
      boolean overlap = other.first() <= added.last() && added.first() <= other.last();
      overlaps += overlap ? 1 : 0;
      merged =
          new Single(
              Math.min(merged.first(), other.first()), Math.max(merged.last(), other.last()));
      if (place < 0) {
        place = i;
      } else {
        parts.remove(i--);
      }
    }
    if (place < 0) {
      parts.add(merged);
    } else {
      parts.set(place, merged);
    }
    return overlaps;
  }

  /** {@code Content-Range} of a part of a representation of a known length (14.4). */
  public static String contentRange(Single part, long length) {
    return "bytes " + part.first() + '-' + part.last() + '/' + length;
  }

  /** {@code Content-Range} of a 416 (14.4). */
  public static String unsatisfiedContentRange(long length) {
    return "bytes */" + length;
  }
}
