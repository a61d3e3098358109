package io.nearcast.edge.http;

import io.nearcast.edge.rules.RequestHead;

/**
 * One request as it came: its head and how its body is framed.
 *
 * @param head method, target and fields
 * @param http10 whether the client speaks HTTP/1.0
 * @param keepAlive whether the client wants to use the connection again
 * @param expectContinue whether the client waits for a 100 before it sends the body
 * @param framing where the body ends
 * @param contentLength bytes of the body, or -1 where it is not known or there is none
 */
public record Request(
    RequestHead head,
    boolean http10,
    boolean keepAlive,
    boolean expectContinue,
    Framing framing,
    long contentLength) {

  /** Where a request's body ends (RFC 9112 section 6.3). */
  public enum Framing {
    /** There is no body. */
    NONE,
    /** After {@code Content-Length} bytes. */
    LENGTH,
    /** After the last chunk. */
    CHUNKED
  }

  /** This request with another head. */
  public Request withHead(RequestHead other) {
    return new Request(other, http10, keepAlive, expectContinue, framing, contentLength);
  }

  /** Whether a body follows. */
  public boolean hasBody() {
    return framing != Framing.NONE;
  }
}
