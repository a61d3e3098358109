package io.nearcast.edge.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the list syntax of RFC 9110 section 5.6.1: members between commas, commas in quotes apart.
 */
final class ListReader {
  private ListReader() {}

  /** The members of all lines together, trimmed; empty ones are left out (section 5.6.1.2). */
  static List<String> members(List<String> lines) {
    List<String> members = new ArrayList<>(4);
    for (String line : lines) {
      addMembers(line, members);
    }
    return members;
  }

  private static void addMembers(String line, List<String> members) {
    int start = 0;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        addTrimmed(line, start, i, members);
        start = i + 1;
      }
    }
    addTrimmed(line, start, line.length(), members);
  }

  private static void addTrimmed(String line, int from, int to, List<String> members) {
    int start = from;
    int end = to;
    while (start < end && isSpace(line.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(line.charAt(end - 1))) {
      end--;
    }
    if (start < end) {
      members.add(line.substring(start, end));
    }
  }

  /** Whether a character is optional white space (RFC 9110 section 5.6.3). */
  static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  /** Whether a character may stand in a token (RFC 9110 section 5.6.2). */
  static boolean isTokenCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  /** Whether text is a token: at least one character, all of them token characters. */
  static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isTokenCharacter(text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
