package io.nearcast.edge.store.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are written, read and released by several threads at once. */
class SlabBodyConcurrencyTest {
  private static final int THREADS = 4;

  /** The byte that belongs at a position of the body of that seed. */
  private static byte byteAt(long seed, long position) {
    long mixed = (seed * 0x9E3779B97F4A7C15L) ^ (position * 0xC2B2AE3D27D4EB4FL);
    return (byte) (mixed >>> 56);
  }

  private static ByteBuf bytes(long seed, long from, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = byteAt(seed, from + i);
    }
    return Unpooled.wrappedBuffer(bytes);
  }

  private static void check(ByteBuf slice, long seed, long from) {
    // In one go: paranoid leak detection notes every access to a buffer.
    byte[] bytes = new byte[slice.readableBytes()];
    slice.getBytes(slice.readerIndex(), bytes);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != byteAt(seed, from + i)) {
        throw new AssertionError("seed " + seed + ": wrong byte at " + (from + i));
      }
    }
  }

  private record Lent(ByteBuf slice, long seed, long from) {
    void giveBack() {
      check(slice, seed, from);
      slice.release();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void readersOfGrowingBodiesSeeOnlyBytesThatWereWritten(long seed) throws Exception {
    // Little memory and late releases, so that pieces go from body to body all the time.
    Slabs slabs = new Slabs(3 << 20);
    LinkedBlockingQueue<Lent> lent = new LinkedBlockingQueue<>(64);
    try (ExecutorService executor = Executors.newFixedThreadPool(THREADS + 2)) {
      List<Future<Long>> writers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        writers.add(executor.submit(writer(slabs, executor, lent, seed * 100 + i)));
      }
      long read = 0;
      for (Future<Long> writer : writers) {
        read += writer.get(60, TimeUnit.SECONDS);
      }
      assertThat(read).isGreaterThan(10_000_000);
    }
    lent.forEach(Lent::giveBack);
    assertThat(slabs.usage().used()).isZero();
    assertThat(slabs.usage().wasted()).isZero();
    slabs.close();
  }

  private static Callable<Long> writer(
      Slabs slabs, ExecutorService executor, LinkedBlockingQueue<Lent> lent, long firstSeed) {
    return () -> {
      long read = 0;
      Random random = new Random(firstSeed);
      for (int round = 0; round < 1000; round++) {
        long seed = firstSeed * 1000 + round;
        int total = random.nextInt(1 << (8 + random.nextInt(12)));
        SlabBody body = new SlabBody(slabs, random.nextBoolean() ? total : -1);
        List<Future<Long>> readers = new ArrayList<>();
        Semaphore[] signals = {new Semaphore(0), new Semaphore(0)};
        for (Semaphore signal : signals) {
          body.retain();
          readers.add(executor.submit(() -> read(body, signal, lent, seed)));
        }
        write(body, signals, random, seed, total);
        body.release();
        for (Future<Long> reader : readers) {
          read += reader.get(60, TimeUnit.SECONDS);
        }
      }
      return read;
    };
  }

  private static void write(
      SlabBody body, Semaphore[] signals, Random random, long seed, int total) {
    int written = 0;
    while (written < total) {
      int count = Math.min(total - written, 1 + random.nextInt(30_000));
      if (!body.append(bytes(seed, written, count))) {
        body.fail();
        signal(signals);
        return;
      }
      written += count;
      signal(signals);
    }
    body.finish();
    signal(signals);
  }

  private static void signal(Semaphore[] signals) {
    for (Semaphore signal : signals) {
      signal.release();
    }
  }

  private static long read(
      SlabBody body, Semaphore signal, LinkedBlockingQueue<Lent> lent, long seed)
      throws InterruptedException {
    Random random = new Random(seed);
    long read = 0;
    boolean ended = false;
    while (!ended) {
      signal.acquire();
      ended = body.complete() || body.broken();
      while (read < body.length()) {
        ByteBuf slice = body.slice(read, 1 + random.nextInt(100_000));
        Lent loan = new Lent(slice, seed, read);
        read += slice.readableBytes();
        if (!lent.offer(loan)) {
          Lent oldest = lent.poll();
          if (oldest != null) {
            oldest.giveBack();
          }
          loan.giveBack();
        }
      }
    }
    body.release();
    return read;
  }

  @Test
  void manyThreadsAllocateAndFreeWithoutOverlap() throws Exception {
    Slabs slabs = new Slabs(4 << 20);
    try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        long seed = i;
        futures.add(executor.submit(() -> churn(slabs, seed)));
      }
      for (Future<?> future : futures) {
        future.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(slabs.usage().used()).isZero();
    slabs.close();
  }

  private static void churn(Slabs slabs, long firstSeed) {
    Random random = new Random(firstSeed);
    SlabBody[] held = new SlabBody[40];
    long[] seeds = new long[held.length];
    for (int step = 0; step < 3000; step++) {
      int slot = random.nextInt(held.length);
      if (held[slot] != null) {
        ByteBuf slice = held[slot].slice(0, Integer.MAX_VALUE);
        check(slice, seeds[slot], 0);
        slice.release();
        held[slot].release();
        held[slot] = null;
      }
      SlabBody body = new SlabBody(slabs, -1);
      long seed = firstSeed << 32 | step;
      if (body.append(bytes(seed, 0, 1 + random.nextInt(1 << (4 + random.nextInt(13)))))) {
        body.finish();
        held[slot] = body;
        seeds[slot] = seed;
      } else {
        body.release();
      }
    }
    for (SlabBody body : held) {
      if (body != null) {
        body.release();
      }
    }
  }

  enum Transport {
    EPOLL,
    NIO;

    EventLoopGroup group() {
      IoHandlerFactory factory =
          this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
      return new MultiThreadIoEventLoopGroup(1, factory);
    }

    Class<? extends ServerChannel> server() {
      return this == EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends Channel> client() {
      return this == EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void slicesThatWaitInAChannelArriveRightAndAreReleased(Transport transport) throws Exception {
    int total = 6_000_000;
    Slabs slabs = new Slabs(16 << 20);
    SlabBody body = new SlabBody(slabs, -1);
    for (int written = 0; written < total; written += 60_000) {
      assertThat(body.append(bytes(7, written, 60_000))).isTrue();
    }
    body.finish();
    CompletableFuture<Long> received = new CompletableFuture<>();
    try (EventLoopGroup group = transport.group()) {
      Channel server =
          new ServerBootstrap()
              .group(group)
              .channel(transport.server())
              .childHandler(new Sender(body))
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .sync()
              .channel();
      new Bootstrap()
          .group(group)
          .channel(transport.client())
          .handler(new Checker(received))
          .connect(server.localAddress())
          .sync();
      assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo(total);
      server.close().sync();
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
    assertThat(slabs.usage().used()).isZero();
    slabs.close();
  }

  /** Writes the whole body in slices, gives its reference away at once, and closes. */
  private static final class Sender extends ChannelInboundHandlerAdapter {
    private final SlabBody body;

    Sender(SlabBody body) {
      this.body = body;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      for (long position = 0; position < body.length(); ) {
        ByteBuf slice = body.slice(position, 100_000);
        position += slice.readableBytes();
        ChannelFuture _ = context.write(slice);
      }
      ChannelFuture _ =
          context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      body.release();
    }
  }

  private static final class Checker extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<Long> received;
    private long position;

    Checker(CompletableFuture<Long> received) {
      this.received = received;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf buffer = (ByteBuf) message;
      try {
        check(buffer, 7, position);
        position += buffer.readableBytes();
      } finally {
        buffer.release();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      received.complete(position);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      received.completeExceptionally(cause);
      ChannelFuture _ = context.close();
    }
  }
}
