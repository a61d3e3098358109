package io.nearcast.router.dns;

/** Part of a message cannot be read. Has no stack trace, as anybody can cause it. */
final class MalformedMessage extends Exception {
  private static final long serialVersionUID = 1;

  MalformedMessage() {
    super("malformed", null, false, false);
  }
}
