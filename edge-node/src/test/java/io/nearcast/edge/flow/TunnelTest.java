package io.nearcast.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.prometheus.client.CollectorRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a tunnel is over. */
final class TunnelTest {
  private final CollectorRegistry registry = new CollectorRegistry();
  private final Tunnels tunnels =
      new Tunnels(new FlowMetrics(registry), new TunnelLimits(1, Duration.ofSeconds(10)));

  /** Its client takes nothing: what is written stays on its way. */
  private final EmbeddedChannel client =
      new EmbeddedChannel(
          new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(
                ChannelHandlerContext context, Object message, ChannelPromise promise) {
              ReferenceCountUtil.release(message);
            }
          });

  private final EmbeddedChannel upstream = new EmbeddedChannel();

  private void open() {
    Tunnel tunnel = new Tunnel(tunnels, client.eventLoop());
    client.pipeline().addLast(tunnel.client());
    upstream.pipeline().addLast(tunnel.upstream());
    tunnel.begin();
  }

  private double count() {
    return registry.getSampleValue("nearcast_tunnels");
  }

  @AfterEach
  void close() {
    client.finishAndReleaseAll();
    upstream.finishAndReleaseAll();
  }

  @Test
  void aSideThatTakesNothingEndsByTheIdleTime() {
    open();
    upstream.writeInbound(Unpooled.wrappedBuffer(new byte[10]));
    var _ = upstream.close();
    client.runPendingTasks();
    assertThat(client.isOpen()).isTrue();
    assertThat(count()).as("it still has a connection").isEqualTo(1);
    assertThat(tunnels.admit()).isFalse();
    client.advanceTimeBy(11, TimeUnit.SECONDS);
    client.runPendingTasks();
    assertThat(client.isOpen()).isFalse();
    assertThat(count()).isZero();
    assertThat(tunnels.admit()).isTrue();
  }

  @Test
  void aQuietTunnelEndsByTheIdleTimeAfterItsLastByte() {
    open();
    client.advanceTimeBy(8, TimeUnit.SECONDS);
    client.runPendingTasks();
    client.writeInbound(Unpooled.wrappedBuffer(new byte[1]));
    client.advanceTimeBy(8, TimeUnit.SECONDS);
    client.runPendingTasks();
    assertThat(client.isOpen()).as("8 s after a byte").isTrue();
    client.advanceTimeBy(3, TimeUnit.SECONDS);
    client.runPendingTasks();
    assertThat(client.isOpen()).as("11 s after a byte").isFalse();
    assertThat(upstream.isOpen()).isFalse();
    assertThat(count()).isZero();
  }

  @Test
  void aSideThatTakesNothingEndsWithTheNode() {
    open();
    var _ = upstream.close();
    tunnels.close();
    client.runPendingTasks();
    assertThat(client.isOpen()).isFalse();
    assertThat(count()).isZero();
  }
}
