package io.nearcast.router.dns;

import io.nearcast.config.launch.StartFailure;
import io.nearcast.router.net.ConnectionBound;
import io.nearcast.router.net.ConnectionBound.MessageDeadline;
import io.nearcast.router.net.Loops;
import io.nearcast.router.pick.Directions;
import io.nearcast.router.zone.Zones;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.prometheus.client.CollectorRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Answers DNS on one address, over UDP and TCP. */
public final class DnsServer implements AutoCloseable {
  /** The most TCP connections at a time. */
  public static final int CONNECTIONS_MAX = 1_024;

  /** How long a TCP connection may be without a whole query (RFC 7766 section 6.2.3). */
  public static final Duration IDLE_MAX = Duration.ofSeconds(10);

  private static final int FRAME_BYTES_MAX = 65_535 + 2;
  private static final int BIND_ATTEMPTS_MAX = 20;

  private final List<Channel> channels;

  private DnsServer(List<Channel> channels) {
    this.channels = channels;
  }

  /**
   * Opens the sockets and answers.
   *
   * @param address port 0 for any that is free for both UDP and TCP
   * @param zones the newest names
   * @param id this router's id
   */
  public static DnsServer start(
      Loops loops,
      InetSocketAddress address,
      Directions directions,
      Supplier<Zones> zones,
      String id,
      CollectorRegistry registry) {
    Responder responder = new Responder(directions, zones, id, new DnsCounters(registry));
    ConnectionBound bound = new ConnectionBound("nearcast_dns_tcp", CONNECTIONS_MAX, registry);
    return new DnsServer(open(loops, address, responder, bound));
  }

  private static List<Channel> open(
      Loops loops, InetSocketAddress address, Responder responder, ConnectionBound bound) {
    var connections = connections(responder, bound);
    for (int attempt = 1; ; attempt++) {
      Channel stream = loops.stream("--dns", address, connections);
      try {
        InetSocketAddress actual = (InetSocketAddress) stream.localAddress();
        List<Channel> all = new ArrayList<>();
        all.add(stream);
        all.addAll(loops.datagrams("--dns", actual, new DatagramHandler(responder)));
        return all;
      } catch (StartFailure e) {
        stream.close().awaitUninterruptibly();
        // A port drawn for TCP may be taken for UDP: draw another.
        if (address.getPort() != 0 || attempt == BIND_ATTEMPTS_MAX) {
          throw e;
        }
      }
    }
  }

  private static ChannelInitializer<Channel> connections(
      Responder responder, ConnectionBound bound) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        if (bound.admit(channel)) {
          MessageDeadline deadline = new MessageDeadline(IDLE_MAX.toNanos());
          channel
              .pipeline()
              .addLast(
                  deadline,
                  new LengthFieldBasedFrameDecoder(FRAME_BYTES_MAX, 0, 2, 0, 2),
                  new StreamHandler(responder, deadline));
        }
      }
    };
  }

  /** Where it answers, both UDP and TCP. */
  public InetSocketAddress address() {
    return (InetSocketAddress) channels.getFirst().localAddress();
  }

  /** Closes the sockets; queries that were read are answered. */
  @Override
  public void close() {
    channels.forEach(channel -> channel.close().awaitUninterruptibly());
  }
}
