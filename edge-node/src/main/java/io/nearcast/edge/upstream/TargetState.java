package io.nearcast.edge.upstream;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of one target: how it is, and how many connections to it are open. Safe for all
 * threads.
 *
 * <p>Passive health: each connect failure in a row marks it down for longer, from {@link
 * #DOWN_NANOS_MIN} to {@link #DOWN_NANOS_MAX}; a connection that works ends that. When the time is
 * over one caller is told that it is up, and tries it, while the others wait for the outcome.
 * Active health: two checks in a row with the same outcome count ({@link #CHECKS_TO_TURN}).
 */
final class TargetState {
  /** How long the first connect failure marks a target down. */
  static final long DOWN_NANOS_MIN = 100_000_000;

  /** How long a target can be marked down by connect failures without being tried. */
  static final long DOWN_NANOS_MAX = 1_000_000_000;

  /** How many checks in a row turn a target from healthy to not, and back. */
  static final int CHECKS_TO_TURN = 2;

  private static final Logger LOG = LoggerFactory.getLogger(TargetState.class);

  private final Target target;
  private final List<InetSocketAddress> knownAddresses;
  private final TargetMetrics metrics;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger connectFailures = new AtomicInteger();
  private final AtomicLong downUntilNanos = new AtomicLong();
  private final AtomicBoolean unstated = new AtomicBoolean();
  private volatile List<InetSocketAddress> lastAddresses = List.of();
  private volatile boolean healthy = true;
  private int checksAgainst;

  TargetState(Target target, TargetMetrics metrics) {
    this.target = target;
    this.metrics = metrics;
    this.knownAddresses = knownAddresses(target);
  }

  Target target() {
    return target;
  }

  TargetMetrics metrics() {
    return metrics;
  }

  /** Its addresses where the host is an address or localhost, else empty: a resolver knows them. */
  List<InetSocketAddress> knownAddresses() {
    return knownAddresses;
  }

  /** The addresses that its name had when it could last be resolved; empty if it never could. */
  List<InetSocketAddress> lastAddresses() {
    return lastAddresses;
  }

  /** Its name stands for these addresses now, or for none any more. */
  void resolved(List<InetSocketAddress> addresses) {
    lastAddresses = addresses;
  }

  /** Counts a connection, or returns false where there are too many. */
  boolean tryOpen(int connectionsMax) {
    if (connections.incrementAndGet() > connectionsMax) {
      connections.decrementAndGet();
      return false;
    }
    metrics.opened();
    return true;
  }

  /** A connection that {@link #tryOpen} counted is gone. */
  void closed() {
    connections.decrementAndGet();
    metrics.closed();
  }

  /** How many connections are open or being opened. */
  int connections() {
    return connections.get();
  }

  /**
   * Whether the target may be asked before others. Where its time of being down has just ended,
   * true for one caller only, who is expected to ask it.
   */
  boolean up(long nowNanos) {
    if (!healthy) {
      return false;
    }
    int failures = connectFailures.get();
    if (failures == 0) {
      return true;
    }
    long until = downUntilNanos.get();
    return nowNanos - until >= 0
        && downUntilNanos.compareAndSet(until, nowNanos + downNanos(failures));
  }

  /** Whether {@link #up} would say true, without a claim to be the one who asks. */
  boolean seemsUp(long nowNanos) {
    return healthy && (connectFailures.get() == 0 || nowNanos - downUntilNanos.get() >= 0);
  }

  /** A connection could not be made. */
  void connectFailed(long nowNanos) {
    int failures = connectFailures.incrementAndGet();
    downUntilNanos.set(nowNanos + downNanos(failures));
  }

  /** A connection was made. */
  void connected() {
    answered();
    metrics.connected();
  }

  /** An answer has come, which on a used connection is the first sign that the target is there. */
  void answered() {
    if (connectFailures.get() != 0) {
      connectFailures.set(0);
    }
  }

  /** A shield has said, or not, what an answer is as of. That it no longer does is logged once. */
  void stated(boolean does) {
    if (unstated.get() == does && unstated.compareAndSet(does, !does) && !does) {
      LOG.warn(
          "shield {} at {} takes this node for a client, so its answers are not used: it must have"
              + " the same tier key, or --trust-tier with this node's address",
          target.name(),
          target.address());
    }
  }

  /** The outcome of an active check; returns whether it turned the target's health. */
  synchronized boolean checked(boolean success) {
    if (success == healthy) {
      checksAgainst = 0;
      return false;
    }
    if (++checksAgainst < CHECKS_TO_TURN) {
      return false;
    }
    checksAgainst = 0;
    healthy = success;
    metrics.healthy(success);
    return true;
  }

  /** Nobody checks the target any more; without checks it counts as healthy. */
  synchronized void unchecked() {
    checksAgainst = 0;
    healthy = true;
    metrics.healthy(true);
  }

  private static long downNanos(int failures) {
    int doublings = Math.min(failures - 1, 10);
    return Math.min(DOWN_NANOS_MIN << doublings, DOWN_NANOS_MAX);
  }

  /** RFC 6761 section 6.3. */
  private static boolean isLocalhost(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.equals("localhost") || lower.endsWith(".localhost");
  }

  private static List<InetSocketAddress> knownAddresses(Target target) {
    if (isLocalhost(target.host())) {
      return List.of(
          new InetSocketAddress(NetUtil.LOCALHOST4, target.port()),
          new InetSocketAddress(NetUtil.LOCALHOST6, target.port()));
    }
    byte[] address = NetUtil.createByteArrayFromIpAddressString(target.host());
    if (address == null) {
      return List.of();
    }
    try {
      return List.of(new InetSocketAddress(InetAddress.getByAddress(address), target.port()));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not an address: " + target.host(), e);
    }
  }
}
