package io.nearcast.router.dns;

import io.nearcast.router.net.ConnectionBound.MessageDeadline;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the messages of one connection in their order (RFC 7766 allows any), each as soon as it
 * is there. Where the client does not read, no more is read from it.
 */
final class StreamHandler extends SimpleChannelInboundHandler<ByteBuf> {
  private static final Logger LOG = LoggerFactory.getLogger(StreamHandler.class);
  private static final int RESPONSE_BYTES_USUAL = 512;

  private final Responder responder;
  private final MessageDeadline deadline;

  StreamHandler(Responder responder, MessageDeadline deadline) {
    this.responder = responder;
    this.deadline = deadline;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
    deadline.met();
    InetSocketAddress client = (InetSocketAddress) context.channel().remoteAddress();
    ByteBuf out = context.alloc().buffer(RESPONSE_BYTES_USUAL);
    boolean answered = false;
    try {
      out.writeShort(0);
      answered = responder.respond(message, client.getAddress(), true, out);
    } finally {
      if (!answered) {
        out.release();
      }
    }
    if (answered) {
      out.setShort(0, out.readableBytes() - 2);
      var _ = context.write(out, context.voidPromise());
    } else {
      var _ = context.close(); // whoever sends that speaks no DNS
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(context.channel().isWritable());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.debug("a connection failed", cause);
    }
    var _ = context.close();
  }
}
