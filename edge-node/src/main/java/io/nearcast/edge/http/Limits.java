package io.nearcast.edge.http;

import java.time.Duration;

/**
 * What one client connection may use.
 *
 * @param headBytes the longest request head; beyond it 431
 * @param targetBytes the longest request target; beyond it 414
 * @param fields the most request fields; beyond it 431
 * @param connections the most client connections at a time; further ones are closed at once
 * @param headTimeout how long a head may take to arrive; then 408
 * @param idleTimeout how long a connection may wait for its next request
 * @param stallTimeout how long a body may make no progress in either direction
 * @param emptyHost whether Host may be empty, as an edge says it for a client of HTTP/1.0 that has
 *     none (RFC 9112 section 3.2)
 */
public record Limits(
    int headBytes,
    int targetBytes,
    int fields,
    int connections,
    Duration headTimeout,
    Duration idleTimeout,
    Duration stallTimeout,
    boolean emptyHost) {

  /** What holds unless an operator says otherwise. */
  public static final Limits DEFAULT =
      new Limits(
          32 * 1024,
          8 * 1024,
          100,
          50_000,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          false);

  /** What tiers add to a request: who has seen it, for whom it is, and what they ask for. */
  private static final int TIER_FIELDS = 20;

  private static final int TIER_BYTES = 8 * 1024;

  /** With room for what an edge adds, so that a shield refuses nothing that an edge accepts. */
  public Limits forTiers() {
    return new Limits(
        headBytes + TIER_BYTES,
        targetBytes,
        fields + TIER_FIELDS,
        connections,
        headTimeout,
        idleTimeout,
        stallTimeout,
        true);
  }
}
