package io.nearcast.edge.rules;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entity tag (RFC 9110 section 8.8.3).
 *
 * @param weak whether it has the prefix {@code W/}
 * @param opaque the tag with its quotes
 */
record EntityTag(boolean weak, String opaque) {

  /** The tag of a field with a single one, or null where there is none that is valid. */
  static @Nullable EntityTag parse(@Nullable String field) {
    if (field == null) {
      return null;
    }
    boolean weak = field.startsWith("W/");
    int start = weak ? 2 : 0;
    return end(field, start) == field.length() ? new EntityTag(weak, field.substring(start)) : null;
  }

  /** The tags in the lines of a list; what is no tag is passed over. */
  static List<EntityTag> list(List<String> lines) {
    List<EntityTag> tags = new ArrayList<>(2);
    for (String line : lines) {
      addAll(line, tags);
    }
    return tags;
  }

  private static void addAll(String line, List<EntityTag> tags) {
    int at = 0;
    while (at < line.length()) {
      boolean weak = line.startsWith("W/\"", at);
      int start = weak ? at + 2 : at;
      int end = end(line, start);
      if (end < 0) {
        at++;
      } else {
        tags.add(new EntityTag(weak, line.substring(start, end)));
        at = end;
      }
    }
  }

  /** The index after the quoted text that begins here, or -1. There are no escapes in a tag. */
  private static int end(String text, int start) {
    if (start >= text.length() || text.charAt(start) != '"') {
      return -1;
    }
    int close = text.indexOf('"', start + 1);
    return close < 0 ? -1 : close + 1;
  }

  /** Weak comparison (section 8.8.3.2). */
  boolean weaklyEquals(EntityTag other) {
    return opaque.equals(other.opaque);
  }

  /** Strong comparison (section 8.8.3.2). */
  boolean stronglyEquals(EntityTag other) {
    return !weak && !other.weak && opaque.equals(other.opaque);
  }
}
