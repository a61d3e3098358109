package io.nearcast.loadtest.load;

/** Why a request did not get what it asked for. */
public enum ErrorKind {
  /** No connection could be made. */
  CONNECT("no connection"),
  /** The connection ended before the answer did. */
  CLOSED("connection closed in an answer"),
  /** No whole answer came in time. */
  TIMEOUT("no answer in time"),
  /** The answer's status was not 200. */
  STATUS("another status than 200"),
  /** The answer was no HTTP. */
  PROTOCOL("not HTTP"),
  /** The body had bytes that are not the object's. */
  BODY("wrong bytes"),
  /** The body was too short or too long. */
  LENGTH("wrong length");

  private final String text;

  ErrorKind(String text) {
    this.text = text;
  }

  /** For people. */
  public String text() {
    return text;
  }
}
