package io.nearcast.router.net;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.StartFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of the router: epoll, or the JDK's selectors where there is none.
 *
 * <p>{@link #close} ends what is open and the threads.
 */
public final class Loops implements AutoCloseable {
  private static final int DATAGRAM_BYTES = 4_096;
  private static final int BACKLOG = 1_024;
  private static final int THREADS_MAX = 16;
  private static final long CLOSE_SECONDS_MAX = 5;

  private final boolean epoll;
  private final int threads;
  private final EventLoopGroup group;

  private Loops(boolean epoll, int threads) {
    this.epoll = epoll;
    this.threads = threads;
    this.group =
        new MultiThreadIoEventLoopGroup(
            threads,
            new DefaultThreadFactory("router"),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /** As many loops as there are cores, at most 16. */
  public static Loops start() {
    return new Loops(
        Epoll.isAvailable(), Math.min(Runtime.getRuntime().availableProcessors(), THREADS_MAX));
  }

  /** Loops without epoll. */
  static Loops startPortable() {
    return new Loops(false, 1);
  }

  /**
   * Opens datagram sockets on one address, one for each loop where the system spreads datagrams
   * over them (SO_REUSEPORT).
   *
   * @param handler shared by all of them
   * @throws StartFailure if the address cannot be had
   */
  public List<Channel> datagrams(String option, InetSocketAddress address, ChannelHandler handler) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM_BYTES))
            .handler(handler);
    List<Channel> channels = new ArrayList<>();
    // The first one without SO_REUSEPORT finds out whether another process has the address.
    if (!epoll || threads == 1) {
      channels.add(bound(option, address, bootstrap.bind(address)));
      return channels;
    }
    Channel probe = bound(option, address, bootstrap.bind(address));
    InetSocketAddress actual = (InetSocketAddress) probe.localAddress();
    probe.close().syncUninterruptibly();
    bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
    for (int i = 0; i < threads; i++) {
      channels.add(bound(option, actual, bootstrap.bind(actual)));
    }
    return channels;
  }

  /**
   * Opens a server socket.
   *
   * @param handler sets each connection up
   * @throws StartFailure if the address cannot be had
   */
  public Channel stream(String option, InetSocketAddress address, ChannelHandler handler) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(handler);
    return bound(option, address, bootstrap.bind(address));
  }

  private static Channel bound(String option, InetSocketAddress address, ChannelFuture future) {
    future.awaitUninterruptibly();
    if (!future.isSuccess()) {
      throw StartFailure.listening(option, HostPort.of(address), future.cause());
    }
    return future.channel();
  }

  /** Ends the loops and closes all that is open on them. */
  @Override
  public void close() {
    group
        .shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
  }
}
