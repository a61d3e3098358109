package io.nearcast.edge.rules;

/**
 * The head of a final response, as rules see it.
 *
 * @param status the status code, 200 to 999
 * @param fields the header fields
 */
public record ResponseHead(int status, Fields fields) {

  /** This head with other fields. */
  public ResponseHead withFields(Fields other) {
    return new ResponseHead(status, other);
  }

  /**
   * This head with a Date: one that is missing or invalid becomes the time when the response came,
   * which it must where it is stored or sent on (RFC 9110 section 6.6.1).
   *
   * @param receivedMillis in ms since 1970
   */
  public ResponseHead dated(long receivedMillis) {
    boolean valid = HttpDate.parse(fields.first("Date"), receivedMillis) != HttpDate.INVALID;
    return valid ? this : withFields(fields.with("Date", HttpDate.format(receivedMillis)));
  }
}
