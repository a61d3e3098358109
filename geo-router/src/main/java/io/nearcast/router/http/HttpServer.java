package io.nearcast.router.http;

import io.nearcast.router.net.ConnectionBound;
import io.nearcast.router.net.ConnectionBound.MessageDeadline;
import io.nearcast.router.net.Loops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A small HTTP/1.1 server on one address, with a bound for everything. */
final class HttpServer implements AutoCloseable {
  /** How long a connection may be without a whole request. */
  static final Duration IDLE_MAX = Duration.ofSeconds(30);

  private static final int LINE_BYTES_MAX = 16 * 1_024;
  private static final int HEADER_BYTES_MAX = 32 * 1_024;

  private final Channel channel;

  private HttpServer(Channel channel) {
    this.channel = channel;
  }

  /**
   * Opens the socket and answers.
   *
   * @param option the option that names the address, for messages
   */
  static HttpServer start(
      Loops loops, String option, InetSocketAddress address, ConnectionBound bound, Pages pages) {
    return new HttpServer(loops.stream(option, address, connections(bound, pages)));
  }

  private static ChannelInitializer<Channel> connections(ConnectionBound bound, Pages pages) {
    HttpDecoderConfig limits =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(LINE_BYTES_MAX)
            .setMaxHeaderSize(HEADER_BYTES_MAX);
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel connection) {
        if (bound.admit(connection)) {
          MessageDeadline deadline = new MessageDeadline(IDLE_MAX.toNanos());
          connection
              .pipeline()
              .addLast(deadline, new HttpServerCodec(limits), new ExchangeHandler(pages, deadline));
        }
      }
    };
  }

  /** Where it answers. */
  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
  }
}
