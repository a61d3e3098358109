package io.nearcast.edge.http;

/** The character classes of RFC 9110 section 5.6.2 and RFC 9112, by table. */
final class Characters {
  private static final int TOKEN = 1;
  private static final int VALUE = 2;
  private static final int TARGET = 4;
  private static final int HOST = 8;

  private static final byte[] CLASSES = new byte[256];

  static {
    mark("!#$%&'*+-.^_`|~", TOKEN);
    mark("-._~%!$&'()*+,;=:[]", HOST);
    for (int c = 0; c < 128; c++) {
      if (Character.isLetterOrDigit(c)) {
        CLASSES[c] |= TOKEN | HOST;
      }
    }
    for (int c = 0x21; c < 0x7f; c++) {
      CLASSES[c] |= VALUE | TARGET;
    }
    // A fragment never belongs on the wire, and a bare " or < > \ ^ ` { | } does not either, but
    // origins see the latter every day and answer them; only what could end the line is refused.
    CLASSES['#'] &= ~TARGET;
    for (int c = 0x80; c < 256; c++) {
      CLASSES[c] |= VALUE;
    }
    CLASSES[' '] |= VALUE;
    CLASSES['\t'] |= VALUE;
  }

  private Characters() {}

  private static void mark(String characters, int kind) {
    for (int i = 0; i < characters.length(); i++) {
      CLASSES[characters.charAt(i)] |= (byte) kind;
    }
  }

  /** Whether the byte may be part of a token: a method or a field name. */
  static boolean token(byte b) {
    return (CLASSES[b & 0xff] & TOKEN) != 0;
  }

  /** Whether the byte may be part of a field value. */
  static boolean value(byte b) {
    return (CLASSES[b & 0xff] & VALUE) != 0;
  }

  /** Whether the byte may be part of a request target. */
  static boolean target(byte b) {
    return (CLASSES[b & 0xff] & TARGET) != 0;
  }

  /** Whether the character may be part of a host with its port. */
  static boolean host(char c) {
    return c < 128 && (CLASSES[c] & HOST) != 0;
  }

  /** The value of a hexadecimal digit, or -1. */
  static int hex(byte b) {
    return Character.digit(b, 16);
  }
}
