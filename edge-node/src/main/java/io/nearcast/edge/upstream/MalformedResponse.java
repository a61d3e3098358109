package io.nearcast.edge.upstream;

import java.io.Serial;

/** An upstream's bytes are not a response as RFC 9112 has it. Carries no stack trace. */
final class MalformedResponse extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param detail what is wrong, as one line for logs
   */
  MalformedResponse(String detail) {
    super(detail, null, false, false);
  }

  /** What is wrong. */
  String detail() {
    return String.valueOf(getMessage());
  }
}
