package io.nearcast.router.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Gauge;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections a server has, and how many it may have: one more is closed at once. Any
 * thread.
 */
public final class ConnectionBound {
  private final int max;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * @param name the gauges' name: {@code NAME_connections} and {@code NAME_connections_max}
   * @param max the most connections at a time
   */
  public ConnectionBound(String name, int max, CollectorRegistry registry) {
    this.max = max;
    Gauge.build(name + "_connections", "Open connections")
        .create()
        .setChild(
            new Gauge.Child() {
              @Override
              public double get() {
                return open.get();
              }
            })
        .register(registry);
    Gauge.build(name + "_connections_max", "The most connections at a time")
        .register(registry)
        .set(max);
  }

  /**
   * Counts a new connection, or closes it where there are too many.
   *
   * @return whether it may stay
   */
  public boolean admit(Channel channel) {
    if (open.incrementAndGet() > max) {
      open.decrementAndGet();
      var _ = channel.close();
      return false;
    }
    var _ = channel.closeFuture().addListener(_ -> open.decrementAndGet());
    return true;
  }

  /**
   * A handler that closes its connection where no whole message has come for a while. Bytes alone
   * do not count, so sending one now and then does not help a client.
   */
  public static final class MessageDeadline extends ChannelInboundHandlerAdapter {
    private final long nanosMax;
    private long lastNanos;

    /**
     * @param nanosMax how long the next message may take to come, in nanoseconds
     */
    public MessageDeadline(long nanosMax) {
      this.nanosMax = nanosMax;
    }

    /** Says that a message has come. On the channel's event loop. */
    public void met() {
      lastNanos = System.nanoTime();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      lastNanos = System.nanoTime();
      check(context, nanosMax);
    }

    private void check(ChannelHandlerContext context, long delayNanos) {
      var _ = context.executor().schedule(() -> expire(context), delayNanos, TimeUnit.NANOSECONDS);
    }

    private void expire(ChannelHandlerContext context) {
      long leftNanos = lastNanos + nanosMax - System.nanoTime();
      if (!context.channel().isOpen()) {
        return;
      }
      if (leftNanos <= 0) {
        var _ = context.close();
      } else {
        check(context, leftNanos);
      }
    }
  }
}
