package io.nearcast.loadtest.load;

import java.util.List;

/** Who had the answer, as far as its {@code Cache-Status} says (RFC 9211). */
public enum ServedBy {
  /** The tier that faces the client had it. */
  EDGE,
  /** A tier behind that had it. */
  SHIELD,
  /** It came with the fetch of another request that was under way. */
  COLLAPSED,
  /** The origin was asked for it. */
  ORIGIN,
  /** The answer has no {@code Cache-Status}. */
  UNKNOWN;

  /**
   * Reads the header: a list of the tiers that the answer came through, the one nearest to the
   * client last (section 2), each with {@code hit} or {@code fwd} among its parameters.
   *
   * @param lines the header's values in order, none where it is absent
   */
  static ServedBy of(List<String> lines) {
    boolean seen = false;
    boolean behind = false;
    boolean last = false;
    boolean collapsed = false;
    for (String line : lines) {
      for (int from = 0; from < line.length(); ) {
        int end = endOfMember(line, from);
        behind |= last;
        last = hasParameter(line, from, end, "hit");
        collapsed |= hasParameter(line, from, end, "collapsed");
        seen = true;
        from = end + 1;
      }
    }
    if (!seen) {
      return UNKNOWN;
    }
    if (last) {
      return EDGE;
    }
    return behind ? SHIELD : collapsed ? COLLAPSED : ORIGIN;
  }

  /** The next comma that is not within a quoted string, or the end. */
  private static int endOfMember(String line, int from) {
    boolean quoted = false;
    for (int i = from; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        return i;
      }
    }
    return line.length();
  }

  /**
   * Whether a member has a Boolean parameter that is true: the bare name (RFC 8941 section 3.1.2).
   */
  private static boolean hasParameter(String line, int from, int end, String name) {
    for (int semicolon = line.indexOf(';', from);
        semicolon >= 0 && semicolon < end;
        semicolon = line.indexOf(';', semicolon + 1)) {
      int start = semicolon + 1;
      while (start < end && line.charAt(start) == ' ') {
        start++;
      }
      int after = start + name.length();
      if (line.startsWith(name, start)
          && (after >= end || line.charAt(after) == ';' || line.charAt(after) == ' ')) {
        return true;
      }
    }
    return false;
  }
}
