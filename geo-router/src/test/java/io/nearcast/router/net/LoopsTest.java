package io.nearcast.router.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.router.net.ConnectionBound.MessageDeadline;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class LoopsTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @Sharable
  private static final class Echo extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      var _ = context.writeAndFlush(new DatagramPacket(packet.content().retain(), packet.sender()));
    }
  }

  private static final class StreamEcho extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      var _ = context.writeAndFlush(bytes.retain());
    }
  }

  static Stream<Supplier<Loops>> kinds() {
    return Stream.of(Loops::start, Loops::startPortable);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void datagramsAndStreamsWorkWithAndWithoutEpoll(Supplier<Loops> kind) throws IOException {
    try (Loops loops = kind.get()) {
      InetSocketAddress datagrams =
          (InetSocketAddress) loops.datagrams("--dns", ANY, new Echo()).getFirst().localAddress();
      InetSocketAddress stream =
          (InetSocketAddress)
              loops.stream(
                      "--listen",
                      ANY,
                      new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                          channel.pipeline().addLast(new StreamEcho());
                        }
                      })
                  .localAddress();
      byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
      byte[] back = new byte[5];

      try (DatagramSocket socket = new DatagramSocket()) {
        socket.setSoTimeout(5_000);
        socket.send(new java.net.DatagramPacket(hello, 5, datagrams));
        socket.receive(new java.net.DatagramPacket(back, 5));
        assertThat(back).isEqualTo(hello);
      }
      try (Socket socket = new Socket(stream.getAddress(), stream.getPort())) {
        socket.setSoTimeout(5_000);
        socket.getOutputStream().write(hello);
        assertThat(socket.getInputStream().readNBytes(5)).isEqualTo(hello);
      }
    }
  }

  private static ChannelInitializer<Channel> bounded(ConnectionBound bound, Duration deadline) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        if (bound.admit(channel)) {
          channel.pipeline().addLast(new MessageDeadline(deadline.toNanos()), new StreamEcho());
        }
      }
    };
  }

  private static Socket connect(InetSocketAddress address) throws IOException {
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  @Test
  void oneConnectionTooManyIsClosed() throws IOException {
    CollectorRegistry registry = new CollectorRegistry();
    ConnectionBound bound = new ConnectionBound("test", 2, registry);
    try (Loops loops = Loops.start()) {
      InetSocketAddress address =
          (InetSocketAddress)
              loops.stream("--listen", ANY, bounded(bound, Duration.ofSeconds(60))).localAddress();
      try (Socket first = connect(address);
          Socket second = connect(address)) {
        first.getOutputStream().write('1');
        second.getOutputStream().write('2');
        assertThat(first.getInputStream().read()).isEqualTo('1');
        assertThat(second.getInputStream().read()).isEqualTo('2');
        try (Socket third = connect(address)) {
          assertThat(third.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(registry.getSampleValue("test_connections")).isEqualTo(2);
        assertThat(registry.getSampleValue("test_connections_max")).isEqualTo(2);
      }
      await().until(() -> registry.getSampleValue("test_connections") == 0);
      try (Socket later = connect(address)) {
        later.getOutputStream().write('4');
        assertThat(later.getInputStream().read()).isEqualTo('4');
      }
    }
  }

  /** The echo counts no message as met, however many bytes come. */
  @Test
  void bytesThatAreNoMessageDoNotKeepAConnection() throws IOException {
    ConnectionBound bound = new ConnectionBound("test", 2, new CollectorRegistry());
    try (Loops loops = Loops.start()) {
      InetSocketAddress address =
          (InetSocketAddress)
              loops.stream("--listen", ANY, bounded(bound, Duration.ofMillis(300))).localAddress();
      try (Socket socket = connect(address)) {
        socket.getOutputStream().write('1');
        assertThat(socket.getInputStream().read()).isEqualTo('1');
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
    }
  }
}
