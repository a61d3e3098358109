package io.nearcast.edge.rules;

/**
 * The head of a final response, as rules see it.
 *
 * @param status the status code, 200 to 999
 * @param fields the header fields
 * @param http10 whether it was received by HTTP/1.0, which Via says (RFC 9110 section 7.6.3)
 */
public record ResponseHead(int status, Fields fields, boolean http10) {

  /** A head that was received by HTTP/1.1, or was made here. */
  public ResponseHead(int status, Fields fields) {
    this(status, fields, false);
  }

  /** This head with other fields. */
  public ResponseHead withFields(Fields other) {
    return new ResponseHead(status, other, http10);
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
