package io.nearcast.edge.route;

import java.util.List;

/**
 * A path pattern: {@code *} stands for any characters, also none and also {@code /}. Matching takes
 * time in proportion to pattern pieces times path length at most.
 */
final class PathPattern {
  private final List<String> pieces;

  /**
   * @param pattern as in a rule's {@code match.path}
   */
  PathPattern(String pattern) {
    this.pieces = List.of(pattern.split("\\*", -1));
  }

  /** Whether a path (without query) matches from its first to its last character. */
  boolean matches(String path) {
    String first = pieces.getFirst();
    if (!path.startsWith(first)) {
      return false;
    }
    if (pieces.size() == 1) {
      return path.length() == first.length();
    }
    int at = first.length();
    for (String piece : pieces.subList(1, pieces.size() - 1)) {
      int found = path.indexOf(piece, at);
      if (found < 0) {
        return false;
      }
      at = found + piece.length();
    }
    String last = pieces.getLast();
    return path.length() - last.length() >= at && path.endsWith(last);
  }
}
