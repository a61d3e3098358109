package io.nearcast.edge.rules;

/** Whether a stale response may be served because the upstream failed (RFC 5861 section 4). */
public final class StaleOnError {
  private StaleOnError() {}

  /**
   * Whether a stored response may be served at this moment although it could not be validated.
   *
   * @param softPurged whether it was purged softly: it then counts as stale from now on
   * @param nowMillis the time, in ms since 1970
   */
  public static boolean mayServe(Freshness stored, boolean softPurged, long nowMillis) {
    return stored.mayServeOnError(softPurged, nowMillis);
  }

  /** Whether a status counts as a failure of the upstream: 500, 502, 503 or 504. */
  public static boolean isError(int status) {
    return status == 500 || (status >= 502 && status <= 504);
  }
}
