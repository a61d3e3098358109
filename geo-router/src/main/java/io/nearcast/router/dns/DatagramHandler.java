package io.nearcast.router.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers datagrams, as many as were read in one flush. */
@Sharable
final class DatagramHandler extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final Logger LOG = LoggerFactory.getLogger(DatagramHandler.class);

  private final Responder responder;

  DatagramHandler(Responder responder) {
    this.responder = responder;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    if (packet.sender().getPort() == 0) {
      return; // nobody can be answered there
    }
    ByteBuf out = context.alloc().buffer(ResponseWriter.UDP_BYTES_MAX);
    boolean answered = false;
    try {
      answered = responder.respond(packet.content(), packet.sender().getAddress(), false, out);
    } finally {
      if (!answered) {
        out.release();
      }
    }
    if (answered) {
      var _ = context.write(new DatagramPacket(out, packet.sender()), context.voidPromise());
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  /** One datagram that cannot be sent or is a bug must not end the service for all others. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("a datagram was not answered", cause);
  }
}
