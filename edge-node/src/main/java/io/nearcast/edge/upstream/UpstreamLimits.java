package io.nearcast.edge.upstream;

import java.time.Duration;

/**
 * How long an upstream is waited for, and how many connections it gets.
 *
 * @param connect for resolving, connecting and the TLS handshake together
 * @param firstByte from the end of the request to the head of the answer, and again after each
 *     interim answer
 * @param betweenBytes between two reads of an answer, and for a stalled request body to move on;
 *     time in which the reader has paused does not count
 * @param idle how long an unused connection is kept, less where the server says so in {@code
 *     Keep-Alive}
 * @param connectionsPerTargetMax how many connections to one target may be open, over all event
 *     loops
 */
public record UpstreamLimits(
    Duration connect,
    Duration firstByte,
    Duration betweenBytes,
    Duration idle,
    int connectionsPerTargetMax) {

  /** 2 s to connect, 30 s for the first byte, between bytes and idle, 4,096 connections. */
  public static final UpstreamLimits STANDARD =
      new UpstreamLimits(
          Duration.ofSeconds(2),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          4096);

  /**
   * Checks that all are positive.
   *
   * @throws IllegalArgumentException if one of them is not
   */
  public UpstreamLimits {
    requirePositive("connect", connect);
    requirePositive("firstByte", firstByte);
    requirePositive("betweenBytes", betweenBytes);
    requirePositive("idle", idle);
    if (connectionsPerTargetMax < 1) {
      throw new IllegalArgumentException("connectionsPerTargetMax must be 1 or more");
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be longer than nothing");
    }
  }
}
