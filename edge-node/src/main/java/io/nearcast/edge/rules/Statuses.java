package io.nearcast.edge.rules;

/** What this cache knows of status codes (RFC 9110 section 15). */
public final class Statuses {
  private Statuses() {}

  /** Whether a response of this status may be given a lifetime that it does not state (15.1). */
  public static boolean heuristicallyCacheable(int status) {
    return switch (status) {
      case 200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501 -> true;
      default -> false;
    };
  }

  /** Whether this cache knows what the status asks of caches (RFC 9111 section 3). */
  public static boolean understood(int status) {
    return switch (status) {
      case 200, 201, 202, 203, 204, 205, 206 -> true;
      case 300, 301, 302, 303, 304, 305, 307, 308 -> true;
      case 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415 -> true;
      case 416, 417, 421, 422, 425, 426, 428, 429, 431, 451 -> true;
      case 500, 501, 502, 503, 504, 505, 511 -> true;
      default -> false;
    };
  }

  /**
   * Whether the status answers what only one request or its connection asked for: a condition (304,
   * 412), a range (416), a protocol (426), early data (425), this way to the origin (407, 421) or
   * its patience (408).
   */
  public static boolean forOneRequest(int status) {
    return switch (status) {
      case 304, 407, 408, 412, 416, 421, 425, 426 -> true;
      default -> false;
    };
  }

  /** Whether a response of this status has no body (RFC 9110 section 6.4.1). */
  public static boolean bodiless(int status) {
    return status < 200 || status == 204 || status == 304;
  }
}
