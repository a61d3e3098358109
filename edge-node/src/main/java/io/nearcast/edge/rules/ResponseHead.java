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
}
