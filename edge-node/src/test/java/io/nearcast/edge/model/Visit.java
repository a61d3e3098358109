package io.nearcast.edge.model;

import org.jspecify.annotations.Nullable;

/**
 * One request that reached the origin, and what it answered.
 *
 * @param serial its number, which the answer has too
 * @param step the step of the history that it fell in
 * @param queryId the client's request that it was made for
 * @param method its method
 * @param path its path
 * @param request its fields
 * @param byShield whether the tier that asked is the shield
 * @param page what the origin had at the path then, after an unsafe request
 * @param variant the representation that was selected
 * @param status of the answer, 0 where there was none
 * @param head of the answer, without framing
 * @param body as much of the body as was sent
 * @param length how long the body is said to be
 * @param complete whether all of the answer was sent
 * @param askedMillis when the request came, by the true clock
 * @param answeredMillis when the answer left, by the true clock
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Visit(
    int serial,
    int step,
    @Nullable String queryId,
    String method,
    String path,
    Head request,
    boolean byShield,
    Page page,
    String variant,
    int status,
    Head head,
    byte[] body,
    int length,
    boolean complete,
    long askedMillis,
    long answeredMillis) {

  /** What the representation consists of. */
  byte[] content() {
    boolean read = method.equals("GET") || method.equals("HEAD");
    return read && status / 100 == 2 ? page.content(path, variant) : body;
  }

  @Override
  public String toString() {
    return "#"
        + serial
        + " for "
        + queryId
        + (byShield ? " by the shield " : " ")
        + method
        + ' '
        + path
        + ' '
        + request.lines()
        + " -> "
        + status
        + ' '
        + head.lines()
        + ' '
        + body.length
        + " bytes"
        + (complete ? "" : ", cut off");
  }
}
