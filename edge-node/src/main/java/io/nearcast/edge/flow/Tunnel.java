package io.nearcast.edge.flow;

import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.upstream.UpstreamListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two connections that have left HTTP behind, each of whose bytes go to the other as they come.
 *
 * <p>One is read only while the other takes what comes; a side that ends its output ends that of
 * the other; one that is gone takes the other with it, after what is on its way. A tunnel that
 * carries nothing for a while ends, also where one side is gone and the other does not take what is
 * on its way: it is open as long as either is. Neither connection is used for anything afterwards.
 *
 * <p>Confined to the event loop on which both live, but for {@link #close}.
 */
final class Tunnel {
  private final Tunnels tunnels;
  private final EventLoop loop;
  private final long idleNanosMax;
  private final Side client = new Side();
  private final Side upstream = new Side();
  private long activeNanos;
  private boolean begun;
  private boolean over;

  Tunnel(Tunnels tunnels, EventLoop loop) {
    this.tunnels = tunnels;
    this.loop = loop;
    this.idleNanosMax = tunnels.idle().toNanos();
  }

  /**
   * Makes a tunnel of a client's connection and of one that has switched; without the client the
   * other is given up.
   *
   * @param head the 101
   */
  static void open(
      Tunnels tunnels,
      EventLoop loop,
      Responder responder,
      ResponseHead head,
      UpstreamListener.Switched connection) {
    Tunnel tunnel = new Tunnel(tunnels, loop);
    if (responder.switched(head, tunnel.client())) {
      connection.to(tunnel.upstream());
      tunnel.begin();
    } else {
      connection.refuse();
    }
  }

  /** Takes what the client sends. */
  ChannelInboundHandler client() {
    return client;
  }

  /** Takes what the upstream sends; may be there before the client's side is. */
  ChannelInboundHandler upstream() {
    return upstream;
  }

  /** Both sides are there. */
  void begin() {
    tunnels.opened(this);
    activeNanos = loop.ticker().nanoTime();
    begun = true;
    watch(idleNanosMax);
    endIfBothAreGone();
  }

  /** Ends both connections. For any thread. */
  void close() {
    loop.execute(this::closeBoth);
  }

  private void closeBoth() {
    client.close();
    upstream.close();
    endIfBothAreGone();
  }

  private void watch(long nanos) {
    var _ = loop.schedule(this::lookWhetherIdle, nanos, TimeUnit.NANOSECONDS);
  }

  private void lookWhetherIdle() {
    if (over) {
      return;
    }
    long left = activeNanos + idleNanosMax - loop.ticker().nanoTime();
    if (left > 0) {
      watch(left);
    } else {
      closeBoth();
    }
  }

  private void endIfBothAreGone() {
    if (begun && !over && client.gone && upstream.gone) {
      over = true;
      tunnels.over(this);
    }
  }

  /** One of the two connections. */
  private final class Side extends ChannelInboundHandlerAdapter {
    private @Nullable Channel channel;

    /** What is to be written before there is a channel. */
    private final Queue<ByteBuf> early = new ArrayDeque<>(0);

    private boolean inputEnded;
    private boolean outputEnds;

    /** It is to be closed after what has been written. */
    private boolean closes;

    private boolean gone;

    private Side peer() {
      return this == client ? upstream : client;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      Channel own = context.channel();
      channel = own;
      if (gone) {
        // The tunnel was closed before there was a channel.
        var _ = own.close();
        return;
      }
      for (ByteBuf piece = early.poll(); piece != null; piece = early.poll()) {
        var _ = context.writeAndFlush(piece);
      }
      if (outputEnds) {
        endOutput();
      }
      if (!own.isActive()) {
        channelInactive(context);
      } else if (closes) {
        closeWhenWritten();
      }
      channelWritabilityChanged(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      activeNanos = loop.ticker().nanoTime();
      Side peer = peer();
      peer.write((ByteBuf) message);
      context.channel().config().setAutoRead(peer.takesMore());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      Channel to = peer().channel;
      if (to != null) {
        to.flush();
      }
    }

    private void write(ByteBuf piece) {
      Channel to = channel;
      if (gone) {
        piece.release();
      } else if (to == null) {
        early.add(piece);
      } else {
        var _ = to.write(piece);
      }
    }

    private boolean takesMore() {
      return channel != null && channel.isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      Channel from = peer().channel;
      if (from != null) {
        from.config().setAutoRead(context.channel().isWritable());
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        inputEnded = true;
        peer().endOutput();
      }
    }

    /** No more is written, after what has been. */
    private void endOutput() {
      outputEnds = true;
      Channel to = channel;
      if (to == null) {
        return;
      }
      boolean both = inputEnded || !(to instanceof DuplexChannel);
      to.writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(
              both
                  ? ChannelFutureListener.CLOSE
                  : _ -> {
                    var _ = ((DuplexChannel) to).shutdownOutput();
                  });
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      gone = true;
      peer().closeWhenWritten();
      endIfBothAreGone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // The peer has gone without a word; what it had sent before is still passed on.
      close();
    }

    private void closeWhenWritten() {
      closes = true;
      Channel to = channel;
      if (to != null && to.isActive()) {
        to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      }
    }

    private void close() {
      early.forEach(ByteBuf::release);
      early.clear();
      Channel open = channel;
      if (open == null || !open.isActive()) {
        gone = true;
      } else {
        var _ = open.close();
      }
    }
  }
}
