package io.nearcast.edge.upstream;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds the addresses of targets: at once where they are known, else by DNS, whose answers are kept
 * for their TTL and shared by all event loops.
 */
final class Addresses implements AutoCloseable {
  /** How many addresses of one name are tried for one connection. */
  static final int ADDRESSES_MAX = 4;

  private static final int TTL_SECONDS_MAX = 3600;
  private static final int NEGATIVE_TTL_SECONDS = 1;

  private final DnsAddressResolverGroup resolvers;
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * @param loop says which kind of channel the event loops run
   * @param queryTimeout how long one name server is waited for
   * @param nameServers whom to ask
   */
  Addresses(EventLoop loop, Duration queryTimeout, DnsServerAddressStreamProvider nameServers) {
    resolvers =
        new DnsAddressResolverGroup(
            new DnsNameResolverBuilder()
                .datagramChannelFactory(Channels.datagrams(loop))
                .nameServerProvider(nameServers)
                .socketChannelFactory(Channels.sockets(loop))
                .queryTimeoutMillis(queryTimeout.toMillis())
                .resolveCache(new DefaultDnsCache(0, TTL_SECONDS_MAX, NEGATIVE_TTL_SECONDS)));
  }

  /**
   * The addresses of a target, on its event loop. Names with several are begun at another one each
   * time, so that connections spread over them.
   */
  Future<List<InetSocketAddress>> resolve(EventLoop loop, TargetState target) {
    if (!target.knownAddresses().isEmpty()) {
      return loop.newSucceededFuture(target.knownAddresses());
    }
    Target name = target.target();
    return resolvers
        .getResolver(loop)
        .resolveAll(InetSocketAddress.createUnresolved(name.host(), name.port()));
  }

  /**
   * What to do with the outcome of {@link #resolve}: the addresses, or, where no name server
   * answers, those that the name had last (RFC 8767), for a name server that is away must not take
   * origins with it; empty where there are none.
   */
  static List<InetSocketAddress> usable(
      TargetState target, Future<List<InetSocketAddress>> resolved) {
    if (resolved.isSuccess()) {
      target.resolved(resolved.getNow());
    } else if (saysThereIsNone(resolved.cause())) {
      target.resolved(List.of());
    }
    return target.lastAddresses();
  }

  private static boolean saysThereIsNone(Throwable cause) {
    return cause.getCause() instanceof DnsErrorCauseException answered
        && answered.getCode().equals(DnsResponseCode.NXDOMAIN);
  }

  /** The addresses in the order in which a new connection tries them. */
  List<InetSocketAddress> inTurn(TargetState target, List<InetSocketAddress> addresses) {
    if (addresses.size() == 1 || !target.knownAddresses().isEmpty()) {
      return addresses;
    }
    int first = Math.floorMod(turn.getAndIncrement(), addresses.size());
    List<InetSocketAddress> turned = new ArrayList<>(ADDRESSES_MAX);
    for (int i = 0; i < addresses.size() && i < ADDRESSES_MAX; i++) {
      turned.add(addresses.get((first + i) % addresses.size()));
    }
    return turned;
  }

  @Override
  public void close() {
    resolvers.close();
  }
}
