package io.nearcast.loadtest.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One thread's share of a load: its connections, its share of the rate, its counts.
 *
 * <p>Everything here runs on the one event loop; {@link LoadRun} submits its calls to it.
 *
 * <h2>Open loop</h2>
 *
 * Request {@code k} is due at {@code start + k / rate}, whatever happened before. Where all
 * connections are busy it waits, and its latency counts from when it was due: a server that stalls
 * is charged for all that it made wait, not only for what was under way ("coordinated omission").
 */
final class Driver {
  /** How long an answer may take in all. */
  static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static final int CONNECT_MILLIS_MAX = 5_000;
  private static final int RECONNECT_MILLIS = 100;

  /** Due requests are looked for so often: a finer clock costs more than it says. */
  private static final long TICK_NANOS = 100_000;

  private final EventLoop loop;
  private final Catalogue catalogue;
  private final Target target;
  private final SplittableRandom random;
  private final int connectionCount;
  private final double intervalNanos;
  private final byte[] requestEnd;
  private final Bootstrap bootstrap;

  private final List<ClientConnection> connections = new ArrayList<>();
  private final ArrayDeque<ClientConnection> idle = new ArrayDeque<>();
  private Tally tally = new Tally();
  private long startNanos;
  private long started;
  private boolean stopping;

  /**
   * Prepares; nothing is sent before {@link #start}.
   *
   * @param connectionCount how many connections this thread has
   * @param ratePerSecond how many requests it starts a second, or 0 for a closed loop
   */
  Driver(
      EventLoop loop,
      Catalogue catalogue,
      Target target,
      SplittableRandom random,
      int connectionCount,
      double ratePerSecond) {
    this.loop = loop;
    this.catalogue = catalogue;
    this.target = target;
    this.random = random;
    this.connectionCount = connectionCount;
    this.intervalNanos = ratePerSecond == 0 ? 0 : 1e9 / ratePerSecond;
    this.requestEnd =
        (" HTTP/1.1\r\nHost: "
                + target.host()
                + "\r\nUser-Agent: nearcast-load\r\nAccept: */*\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(EventLoops.clientChannel())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX);
  }

  /** Opens the connections; requests begin with the first that is open. */
  void start() {
    startNanos = System.nanoTime();
    for (int i = 0; i < connectionCount; i++) {
      connect();
    }
    if (openLoop()) {
      var _ = loop.schedule(this::tick, TICK_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  /** What was counted since the last call; the caller owns it. Ends requests that take too long. */
  Tally take() {
    long now = System.nanoTime();
    for (ClientConnection connection : List.copyOf(connections)) {
      connection.endIfSentBefore(now - TIMEOUT.toNanos());
    }
    Tally taken = tally;
    tally = new Tally();
    return taken;
  }

  /** Starts no more requests; those under way go on. Returns how many were due and not sent. */
  long stop() {
    stopping = true;
    long due = openLoop() ? (long) ((System.nanoTime() - startNanos) / intervalNanos) + 1 : started;
    return Math.max(0, due - started);
  }

  /** How many requests have no answer yet. */
  long underWay() {
    return connections.stream().filter(ClientConnection::busy).count();
  }

  boolean openLoop() {
    return intervalNanos > 0;
  }

  // Called by the connections.

  Tally tally() {
    return tally;
  }

  /** A connection is open, or its answer is complete: it may have the next request. */
  void free(ClientConnection connection) {
    if (stopping) {
      return;
    }
    if (!openLoop()) {
      send(connection, System.nanoTime());
    } else if (System.nanoTime() >= dueNanos()) {
      send(connection, dueNanos());
    } else {
      idle.push(connection);
    }
  }

  /** A connection has ended: another takes its place. */
  void lost(ClientConnection connection, boolean usable) {
    connections.remove(connection);
    idle.remove(connection);
    if (!stopping && usable) {
      connect();
    } else if (!stopping) {
      var _ = loop.schedule(this::connect, RECONNECT_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** A request's bytes; the caller owns them. */
  ByteBuf request(ByteBufAllocator allocator, int index) {
    byte[] path = catalogue.path(index);
    return allocator
        .directBuffer(4 + path.length + requestEnd.length)
        .writeInt(('G' << 24) | ('E' << 16) | ('T' << 8) | ' ')
        .writeBytes(path)
        .writeBytes(requestEnd);
  }

  private long dueNanos() {
    return startNanos + (long) (started * intervalNanos);
  }

  private void send(ClientConnection connection, long intendedNanos) {
    started++;
    int index = catalogue.draw(random);
    connection.send(index, catalogue.object(index), intendedNanos);
  }

  private void tick() {
    if (stopping) {
      return;
    }
    long now = System.nanoTime();
    while (!idle.isEmpty() && now >= dueNanos()) {
      send(idle.pop(), dueNanos());
    }
    var _ = loop.schedule(this::tick, TICK_NANOS, TimeUnit.NANOSECONDS);
  }

  private void connect() {
    if (stopping) {
      return;
    }
    ClientConnection connection = new ClientConnection(this);
    ChannelFuture connected =
        bootstrap
            .clone()
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new HttpResponseDecoder(), connection);
                  }
                })
            .connect(target.address());
    connections.add(connection);
    var _ =
        connected.addListener(future -> {
          if (!future.isSuccess()) {
            tally.failed(ErrorKind.CONNECT);
            lost(connection, false);
          }
        });
  }
}
