package io.nearcast.edge.http;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.StartFailure;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Listens for clients and keeps their connections within the {@link Limits}.
 *
 * <p>Connections are confined to their event loops; each loop has the set of its own ({@link
 * Connections}), which it sweeps once a second for those that are idle, slow or stalled.
 */
public final class Server implements AutoCloseable {
  private final Limits limits;
  private final ServerMetrics metrics;
  private final Connections connections;
  private final List<ScheduledFuture<?>> sweeps = new ArrayList<>();
  private final AtomicInteger open = new AtomicInteger();
  private final Object empty = new Object();
  private final Channel listener;

  private Server(
      EventLoops loops,
      InetSocketAddress address,
      RequestHandler handler,
      Limits limits,
      ServerMetrics metrics) {
    this.limits = limits;
    this.metrics = metrics;
    this.connections = new Connections(loops.group(), handler, limits, metrics);
    this.listener = bind(loops, address);
    for (EventExecutor loop : loops.group()) {
      sweeps.add(loop.scheduleAtFixedRate(() -> connections.sweep(loop), 1, 1, TimeUnit.SECONDS));
    }
  }

  /**
   * Begins to listen.
   *
   * @param handler answers the requests
   * @throws StartFailure if the address cannot be had
   */
  public static Server start(
      EventLoops loops,
      InetSocketAddress address,
      RequestHandler handler,
      Limits limits,
      ServerMetrics metrics) {
    return new Server(loops, address, handler, limits, metrics);
  }

  private Channel bind(EventLoops loops, InetSocketAddress address) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group(), loops.group())
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, 4_096)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(128 * 1024, 256 * 1024))
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw StartFailure.listening("--listen", HostPort.of(address), bound.cause());
    }
    return bound.channel();
  }

  private void accept(Channel channel) {
    if (open.incrementAndGet() > limits.connections()) {
      open.decrementAndGet();
      metrics.connectionRefused();
      channel.unsafe().closeForcibly();
      return;
    }
    metrics.accepted();
    channel.pipeline().addLast(new ServerConnection(connections));
    channel.closeFuture().addListener(_ -> left());
  }

  private void left() {
    if (open.decrementAndGet() == 0 && draining()) {
      synchronized (empty) {
        empty.notifyAll();
      }
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** How many client connections are open. */
  public int connections() {
    return open.get();
  }

  /** Stops to accept, lets each connection end with its present answer, and waits for that. */
  public void drain(Duration patience) {
    connections.drain();
    listener.close().awaitUninterruptibly();
    long end = System.nanoTime() + patience.toNanos();
    for (EventExecutor loop : connections.loops()) {
      loop.execute(() -> connections.sweep(loop));
    }
    synchronized (empty) {
      try {
        for (long left = end - System.nanoTime(); open.get() > 0 && left > 0; ) {
          TimeUnit.NANOSECONDS.timedWait(empty, left);
          left = end - System.nanoTime();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Closes every connection. */
  @Override
  public void close() {
    connections.drain();
    listener.close().awaitUninterruptibly();
    sweeps.forEach(sweep -> sweep.cancel(false));
    for (EventExecutor loop : connections.loops()) {
      loop.submit(() -> connections.abort(loop)).awaitUninterruptibly();
    }
  }

  /** What a connection may use. */
  public Limits limits() {
    return limits;
  }

  /** Whether it has stopped to accept. */
  public boolean draining() {
    return connections.draining();
  }
}
