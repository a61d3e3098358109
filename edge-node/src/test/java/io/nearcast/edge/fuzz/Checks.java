package io.nearcast.edge.fuzz;

import java.nio.charset.StandardCharsets;

/** Comparisons whose failures say what differs, in printable characters. */
final class Checks {
  private Checks() {}

  static void same(String what, Object one, Object other) {
    if (!one.equals(other)) {
      throw new AssertionError(
          what + " differs: " + shown(one.toString()) + " and " + shown(other.toString()));
    }
  }

  static String shown(byte[] bytes) {
    return shown(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  static String shown(String latin1) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < latin1.length(); i++) {
      char c = latin1.charAt(i);
      switch (c) {
        case '\r' -> text.append("\\r");
        case '\n' -> text.append("\\n");
        default -> text.append(c >= ' ' && c < 0x7f ? "" + c : String.format("\\x%02x", (int) c));
      }
    }
    return text.toString();
  }
}
