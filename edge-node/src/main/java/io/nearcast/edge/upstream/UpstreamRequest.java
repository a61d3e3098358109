package io.nearcast.edge.upstream;

import io.nearcast.edge.rules.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of an upstream.
 *
 * @param head the request, with its end-to-end fields only; {@code Host} is written from its
 *     authority, framing and connection fields are written by this package, and {@code Nearcast-*}
 *     fields go to shields only
 * @param hasBody whether {@link UpstreamExchange#write} and {@link UpstreamExchange#endRequest}
 *     will be called
 * @param contentLength the body's length in bytes, or -1 to send it in chunks
 * @param upgrade the protocol to go on with (RFC 9110 section 7.8), or null for HTTP only: else a
 *     101 is no valid answer
 */
public record UpstreamRequest(
    RequestHead head, boolean hasBody, long contentLength, @Nullable String upgrade) {

  /**
   * Checks the length.
   *
   * @throws IllegalArgumentException if the length is below -1, or not 0 or -1 without a body
   */
  public UpstreamRequest {
    if (contentLength < -1 || (!hasBody && contentLength > 0)) {
      throw new IllegalArgumentException("a body of length " + contentLength + " cannot be sent");
    }
  }

  /** A request that asks for no other protocol. */
  public UpstreamRequest(RequestHead head, boolean hasBody, long contentLength) {
    this(head, hasBody, contentLength, null);
  }

  /** A request without a body. */
  public static UpstreamRequest of(RequestHead head) {
    return new UpstreamRequest(head, false, -1);
  }

  /**
   * Whether asking twice has the effect of asking once (RFC 9110 section 9.2.2), so that the
   * request may be repeated where it is not known whether it was answered.
   */
  boolean idempotent() {
    return switch (head.method()) {
      case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
      default -> false;
    };
  }
}
