package io.nearcast.router;

import io.nearcast.config.feed.FeedFollower;
import io.nearcast.config.feed.NodeIdentity;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.launch.HostPort;
import io.nearcast.config.metrics.Metrics;
import io.nearcast.router.dns.DnsServer;
import io.nearcast.router.geo.GeoFiles;
import io.nearcast.router.geo.Prefix;
import io.nearcast.router.health.Prober;
import io.nearcast.router.http.Admin;
import io.nearcast.router.http.Redirects;
import io.nearcast.router.net.Loops;
import io.nearcast.router.pick.Directions;
import io.nearcast.router.zone.NameServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A geo router in this process: the parts, in the order of the data flow.
 *
 * <ol>
 *   <li>{@code geo} says where a client is, {@code health} which edges answer,
 *   <li>{@code pick} chooses edges from both,
 *   <li>{@code zone} knows the names that there are,
 *   <li>{@code dns} and {@code http} answer with them,
 *   <li>the feed tells all of them what there is.
 * </ol>
 *
 * <p>Thread-safe.
 */
public final class GeoRouter implements AutoCloseable {
  private final Deque<AutoCloseable> parts;
  private final DnsServer dns;
  private final Redirects redirects;
  private final Admin admin;

  /** Gives the router its feed, until it is closed. */
  interface FeedSource {
    /**
     * Begins to follow.
     *
     * @param address where the router answers DNS, {@code ADDR:PORT}
     */
    AutoCloseable follow(String address, RouterFeed listener);
  }

  private GeoRouter(Deque<AutoCloseable> parts, DnsServer dns, Redirects redirects, Admin admin) {
    this.parts = parts;
    this.dns = dns;
    this.redirects = redirects;
    this.admin = admin;
  }

  /**
   * Starts a router and waits until it has a state to answer from: the last good copy, or what a
   * control plane says. Until then DNS answers SERVFAIL, HTTP 503.
   *
   * @throws io.nearcast.config.launch.StartFailure if a file or an address cannot be used
   */
  public static GeoRouter start(GeoRouterOptions options) {
    return start(options, (address, listener) -> follow(options, address, listener));
  }

  private static AutoCloseable follow(
      GeoRouterOptions options, String address, RouterFeed listener) {
    FeedFollower follower =
        FeedFollower.start(
            new NodeIdentity(options.id(), NodeRole.ROUTER, "", address),
            options.controlPlanes(),
            options.token(),
            options.data(),
            listener);
    try {
      listener.awaitReady();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      follower.close();
      throw new IllegalStateException("interrupted while waiting for the fleet", e);
    }
    return follower;
  }

  static GeoRouter start(GeoRouterOptions options, FeedSource feed) {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      return start(options, feed, parts);
    } catch (RuntimeException | Error e) {
      close(parts, e);
      throw e;
    }
  }

  private static GeoRouter start(
      GeoRouterOptions options, FeedSource feed, Deque<AutoCloseable> parts) {
    Metrics metrics = new Metrics();
    GeoFiles files = opened(parts, GeoFiles.open(options.cidrMap(), options.mmdb()));
    Prober prober = opened(parts, new Prober(metrics.registry()));
    Directions directions =
        new Directions(files.locator(), prober, options.defaultPop(), System::nanoTime);
    files.watch(directions::locator);
    NameServer self = new NameServer(options.id(), nameServerAddress(options));
    RouterFeed routerFeed = new RouterFeed(directions, prober, self);
    Loops loops = opened(parts, Loops.start());
    Admin admin =
        opened(parts, Admin.start(loops, options.admin(), directions, routerFeed::zones, metrics));
    DnsServer dns =
        opened(
            parts,
            DnsServer.start(
                loops,
                options.dns(),
                directions,
                routerFeed::zones,
                options.id(),
                metrics.registry()));
    Redirects redirects =
        opened(
            parts,
            Redirects.start(
                loops,
                options.http(),
                directions,
                routerFeed::zones,
                options.trustedProxies(),
                metrics.registry()));
    opened(parts, feed.follow(reported(options, dns.address()), routerFeed));
    return new GeoRouter(parts, dns, redirects, admin);
  }

  private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> parts, T part) {
    parts.push(part);
    return part;
  }

  /** The address in name servers' records: one that stands for all addresses would be of no use. */
  private static @Nullable InetAddress nameServerAddress(GeoRouterOptions options) {
    if (options.advertise() != null) {
      return options.advertise();
    }
    InetAddress bound = options.dns().getAddress();
    return bound.isAnyLocalAddress() ? null : bound;
  }

  private static String reported(GeoRouterOptions options, InetSocketAddress bound) {
    InetAddress advertised = options.advertise();
    InetSocketAddress address =
        advertised == null ? bound : new InetSocketAddress(advertised, bound.getPort());
    return new HostPort(Prefix.format(address.getAddress()), address.getPort()).toString();
  }

  /** Where it answers DNS, over UDP and TCP. */
  public InetSocketAddress dnsAddress() {
    return dns.address();
  }

  /** Where it redirects HTTP clients. */
  public InetSocketAddress httpAddress() {
    return redirects.address();
  }

  /** Where it answers about itself. */
  public InetSocketAddress adminAddress() {
    return admin.address();
  }

  /** Leaves the fleet, answers what has been asked, and ends. A second call does nothing. */
  @Override
  public void close() {
    RuntimeException failure = new IllegalStateException("the router did not end cleanly");
    close(parts, failure);
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }

  /** Closes the parts in reverse, all of them, whatever happens. */
  private static synchronized void close(Deque<AutoCloseable> parts, Throwable failure) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failure.addSuppressed(e);
      } catch (Exception e) {
        failure.addSuppressed(e);
      }
    }
  }
}
