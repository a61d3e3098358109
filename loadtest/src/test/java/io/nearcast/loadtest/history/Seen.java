package io.nearcast.loadtest.history;

/**
 * What a client was answered. Times are of {@link System#nanoTime} in the test's process.
 *
 * @param edge the id of the edge that was asked
 * @param page what was asked for
 * @param sentNanos just before the request was sent
 * @param answeredNanos when the answer had come, or had broken off
 * @param status its status code
 * @param stamp the origin's counter when it was asked for this, or for the 304 that has confirmed
 *     it; {@link #NONE} in answers that are the CDN's own
 * @param made the counter when the content was made: of a page with a validator when it was edited
 *     last, of another one when it was produced; {@link #NONE} where the body has not come
 * @param cacheStatus the field of that name, empty where there is none
 */
record Seen(
    String edge,
    Page page,
    long sentNanos,
    long answeredNanos,
    int status,
    long stamp,
    long made,
    String cacheStatus) {

  /** Nothing was said. */
  static final long NONE = -1;

  /** Whether the edge had it. */
  boolean hitAtEdge() {
    return cacheStatus.substring(cacheStatus.lastIndexOf(',') + 1).contains("; hit");
  }

  /** Whether a shield had it, and the edge had not. */
  boolean hitAtShield() {
    return !hitAtEdge()
        && cacheStatus.startsWith("shield")
        && cacheStatus.split(",", 2)[0].contains("; hit");
  }
}
