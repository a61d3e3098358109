package io.nearcast.edge.model;

/** What goes wrong with the origin, for as long as one step takes. */
public enum Failure {
  /** Nothing. */
  NONE(0),
  /** No connection to be had. */
  REFUSED(0),
  /** The connection ends before the answer. */
  RESET(0),
  /** The connection ends in the middle of the body. */
  CUT(0),
  /** An error that RFC 5861 names. */
  E500(500),
  /** The same. */
  E502(502),
  /** The same. */
  E503(503),
  /** The same. */
  E504(504),
  /** 304 with an entity tag that nobody has asked about. */
  WRONG_304(304);

  /** The status that is answered, 0 for none. */
  public final int status;

  Failure(int status) {
    this.status = status;
  }

  /** Whether a cache may say 502 to 504 of its own accord. */
  public boolean excuses() {
    return this != NONE && status < 500;
  }

  /** Whether it is an error for {@code stale-if-error} (RFC 5861 section 4). */
  public boolean isError() {
    return this == REFUSED || this == RESET || status >= 500;
  }
}
