package io.nearcast.edge.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes one connection: resolves the name, tries the addresses in turn, and shakes hands where it
 * is TLS. For one event loop, on which the outcome is told.
 *
 * <p>The time allowed for all of it is watched by the caller, who cancels; each address but the
 * last gets an equal share of it.
 */
final class ConnectAttempt {
  /** Bytes that wait to be sent before a connection is said to be full, and not full any more. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private static final int CAUSES_MAX = 8;

  /** What a connection needs to be made. */
  record Wiring(EventLoop loop, Addresses addresses, TlsContext tls, UpstreamLimits limits)
      implements Connector {
    @Override
    public Runnable connect(TargetState target, Outcome outcome) {
      ConnectAttempt attempt = new ConnectAttempt(this, target, outcome);
      attempt.start();
      return attempt::cancel;
    }
  }

  /** Hears the outcome, once, unless the attempt is cancelled first. */
  interface Outcome {
    /**
     * The channel is connected; reading has not begun if a handler is added to its pipeline now.
     */
    void connected(Channel channel);

    /** No address could be connected to. */
    void notConnected(String detail);
  }

  private final Wiring wiring;
  private final TargetState target;
  private final Outcome outcome;
  private List<InetSocketAddress> addresses = List.of();
  private final StringBuilder failures = new StringBuilder(0);
  private int tried;
  private @Nullable Channel channel;
  private boolean over;

  ConnectAttempt(Wiring wiring, TargetState target, Outcome outcome) {
    this.wiring = wiring;
    this.target = target;
    this.outcome = outcome;
  }

  void start() {
    Future<List<InetSocketAddress>> resolved = wiring.addresses().resolve(wiring.loop(), target);
    resolved.addListener((Future<List<InetSocketAddress>> future) -> onResolved(future));
  }

  /** Stops; the outcome is not told any more. */
  void cancel() {
    over = true;
    closeChannel();
  }

  private void onResolved(Future<List<InetSocketAddress>> future) {
    if (over) {
      return;
    }
    List<InetSocketAddress> usable = Addresses.usable(target, future);
    if (usable.isEmpty()) {
      fail("cannot resolve " + target.target().host() + cause(future.cause()));
      return;
    }
    addresses = wiring.addresses().inTurn(target, usable);
    tryNext();
  }

  private void tryNext() {
    InetSocketAddress address = addresses.get(tried++);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(wiring.loop())
            .channelFactory(Channels.sockets(wiring.loop()))
            .disableResolver()
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, shareMillis())
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            // An answer may still be read from a server that has stopped to take the request.
            .option(ChannelOption.AUTO_CLOSE, false)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel opened) {
                    addTls(opened);
                  }
                });
    ChannelFuture connecting = bootstrap.connect(address);
    channel = connecting.channel();
    connecting.addListener((ChannelFuture future) -> onConnected(address, future));
  }

  /** The last address has what is left of the caller's time, so it needs no limit of its own. */
  private int shareMillis() {
    int left = addresses.size() - tried + 1;
    return left == 1
        ? 0
        : (int) Math.max(1, wiring.limits().connect().toMillis() / addresses.size());
  }

  private void addTls(SocketChannel opened) {
    if (target.target().secure()) {
      Target peer = target.target();
      SslContext context = wiring.tls().context();
      SslHandler handler = context.newHandler(opened.alloc(), peer.host(), peer.port());
      handler.setHandshakeTimeout(0, TimeUnit.MILLISECONDS);
      opened.pipeline().addLast(handler);
    }
  }

  private void onConnected(InetSocketAddress address, ChannelFuture future) {
    if (over) {
      var _ = future.channel().close();
      return;
    }
    if (!future.isSuccess()) {
      failed(address, future.cause());
      return;
    }
    SslHandler tls = future.channel().pipeline().get(SslHandler.class);
    if (tls == null) {
      succeed(future.channel());
      return;
    }
    tls.handshakeFuture().addListener((Future<Channel> shaken) -> onShaken(address, shaken));
  }

  private void onShaken(InetSocketAddress address, Future<Channel> shaken) {
    if (over) {
      return;
    }
    if (shaken.isSuccess()) {
      succeed(shaken.getNow());
    } else {
      failed(address, shaken.cause());
    }
  }

  private void succeed(Channel connected) {
    over = true;
    outcome.connected(connected);
  }

  private void failed(InetSocketAddress address, @Nullable Throwable cause) {
    closeChannel();
    failures
        .append(failures.isEmpty() ? "" : "; ")
        .append(NetUtil.toSocketAddressString(address))
        .append(cause(cause));
    if (tried < addresses.size()) {
      tryNext();
    } else {
      fail(failures.toString());
    }
  }

  private void fail(String detail) {
    over = true;
    outcome.notConnected(detail);
  }

  private void closeChannel() {
    Channel open = channel;
    if (open != null) {
      var _ = open.close();
      channel = null;
    }
  }

  /** The innermost reason: what wraps it says "General OpenSslEngine problem" and the like. */
  private static String cause(@Nullable Throwable cause) {
    if (cause == null) {
      return "";
    }
    Throwable innermost = cause;
    for (int depth = 0; depth < CAUSES_MAX && innermost.getCause() != null; depth++) {
      innermost = innermost.getCause();
    }
    String message = innermost.getMessage();
    return ": " + (message == null ? innermost.getClass().getSimpleName() : message);
  }
}
