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

  /** The tag of an ETag field, or null where there is none that is valid. */
  static @Nullable EntityTag parse(@Nullable String text) {
    if (text == null) {
      return null;
    }
    boolean weak = text.startsWith("W/");
    int start = weak ? 2 : 0;
    int close = text.length() > start + 1 ? endOf(text, start) : -1;
    return close == text.length() ? new EntityTag(weak, text.substring(start)) : null;
  }

  /** The tags in the lines of If-None-Match or If-Match; what is no tag is passed over. */
  static List<EntityTag> list(List<String> lines) {
    List<EntityTag> tags = new ArrayList<>(2);
    for (String line : lines) {
      for (int at = 0; at < line.length(); ) {
        int end = Math.max(addAt(line, at, tags), at + 1);
        at = end;
      }
    }
    return tags;
  }

  /** Adds the tag that begins here, if one does; returns the index after it, or -1. */
  private static int addAt(String line, int at, List<EntityTag> tags) {
    boolean weak = line.startsWith("W/\"", at);
    int start = weak ? at + 2 : at;
    int end = endOf(line, start);
    if (end > 0) {
      tags.add(new EntityTag(weak, line.substring(start, end)));
    }
    return end;
  }

  /** The index after the quoted tag that begins here, or -1. There are no escapes in a tag. */
  private static int endOf(String text, int start) {
    if (start >= text.length() || text.charAt(start) != '"') {
      return -1;
    }
    return text.indexOf('"', start + 1) + 1 > 0 ? text.indexOf('"', start + 1) + 1 : -1;
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
