package io.nearcast.edge.rules;

/**
 * How often a request may still be handed on (RFC 9110 section 7.6.2): counts for OPTIONS, and
 * would for TRACE, which is not supported.
 */
public final class MaxForwards {
  /** The most that is said to the next node, whatever came: longer ways are loops. */
  static final int FORWARDS_MAX = 255;

  private static final String NAME = "Max-Forwards";

  private MaxForwards() {}

  /**
   * Whether a request may go no further: "If the received value is zero (0), the intermediary MUST
   * NOT forward the request; instead, the intermediary MUST respond as the final recipient."
   */
  public static boolean isLast(RequestHead request) {
    return counts(request) && value(request.fields()) == 0;
  }

  /**
   * The fields of a request as they are handed on: "the intermediary MUST generate an updated
   * Max-Forwards field [...] that is the lesser of a) the received value decremented by one (1) or
   * b) the recipient's maximum supported value". A value that is no number says nothing and goes on
   * as it is.
   */
  public static Fields forwarded(RequestHead request) {
    Fields fields = request.fields();
    int value = counts(request) ? value(fields) : -1;
    return value > 0
        ? fields.with(NAME, Integer.toString(Math.min(value - 1, FORWARDS_MAX)))
        : fields;
  }

  /** "A recipient MAY ignore a Max-Forwards header field received with any other methods." */
  private static boolean counts(RequestHead request) {
    return request.method().equals("OPTIONS") && request.fields().count(NAME) == 1;
  }

  /** {@code 1*DIGIT}; -1 where it is not. */
  private static int value(Fields fields) {
    String digits = fields.first(NAME);
    if (digits == null || digits.isEmpty()) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = Math.min(value * 10 + digit, FORWARDS_MAX + 1);
    }
    return value;
  }
}
