package io.nearcast.edge.rules;

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

  /**
   * Whether a list has a tag that equals a field's single one, compared weakly. Allocates nothing.
   *
   * @param name the field with the list, in any number of lines
   * @param field the single tag; null or what is no tag equals none
   */
  static boolean listedWeakly(Fields fields, String name, @Nullable String field) {
    if (field == null) {
      return false;
    }
    int start = field.startsWith("W/") ? 2 : 0;
    if (end(field, start) != field.length()) {
      return false;
    }
    for (int i = 0; i < fields.size(); i++) {
      if (Fields.sameName(fields.name(i), name) && lists(fields.value(i), field, start)) {
        return true;
      }
    }
    return false;
  }

  private static boolean lists(String line, String tag, int tagStart) {
    int length = tag.length() - tagStart;
    int at = 0;
    while (at < line.length()) {
      int start = line.startsWith("W/\"", at) ? at + 2 : at;
      int end = end(line, start);
      if (end - start == length && line.regionMatches(start, tag, tagStart, length)) {
        return true;
      }
      at = end < 0 ? at + 1 : end;
    }
    return false;
  }

  /** The index after the quoted text that begins here, or -1. There are no escapes in a tag. */
  private static int end(String text, int start) {
    if (start >= text.length() || text.charAt(start) != '"') {
      return -1;
    }
    int close = text.indexOf('"', start + 1);
    return close < 0 ? -1 : close + 1;
  }

  /** Strong comparison (section 8.8.3.2). */
  boolean stronglyEquals(EntityTag other) {
    return !weak && !other.weak && opaque.equals(other.opaque);
  }
}
