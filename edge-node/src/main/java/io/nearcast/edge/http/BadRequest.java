package io.nearcast.edge.http;

/**
 * Says that the bytes of a connection are not a request that may be acted upon. The connection
 * answers with the status and closes, for where the next message begins is not known.
 */
final class BadRequest extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * @param status the status to answer with, 400 to 505
   * @param detail what is wrong, for the response's body and the log
   */
  BadRequest(int status, String detail) {
    super(detail, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  /** What is wrong. */
  String detail() {
    return String.valueOf(getMessage());
  }
}
