package io.nearcast.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One client connection (HTTP/1.1 and 1.0): cuts its bytes into requests, has them answered one
 * after the other, and writes the answers.
 *
 * <p>Confined to its event loop. States, in order: <i>idle</i> (no byte of a request), <i>head</i>
 * (some), <i>answering</i> (a request was begun; its body may still come), back to idle, and at
 * last <i>closing</i> (nothing is read but what the client still sends, so that it sees the answer
 * before the connection ends). {@link #handOver} ends all of it. Pipelined requests wait in the
 * bytes that were read, at most {@link #READ_AHEAD_MAX}; beyond that the socket is not read. One
 * flush per read.
 */
final class ServerConnection extends ChannelInboundHandlerAdapter {
  private static final int READ_AHEAD_MAX = 64 * 1024;
  private static final long LINGER_BYTES_MAX = 1024 * 1024;
  private static final long LINGER_NANOS = 2_000_000_000L;

  private final Connections connections;
  private final RequestParser parser;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf bytes;

  private @Nullable ServerResponse response;
  private RequestHandler.@Nullable Stream stream;
  private @Nullable BodyDecoder body;
  private boolean bodyEnded = true;
  private boolean bodyPaused;

  private boolean processing;
  private boolean reading;
  private boolean lastRequest;
  private boolean inputEnded;
  private boolean closing;

  private long activeNanos = System.nanoTime();
  private long headNanos = activeNanos;
  private boolean wroteSinceSweep;
  private long pendingAtSweep;
  private long lingered;

  ServerConnection(Connections connections) {
    this.connections = connections;
    this.parser = new RequestParser("http", connections.limits());
  }

  // Netty's side

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    connections.opened(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf read = (ByteBuf) message;
    activeNanos = System.nanoTime();
    if (bytes == null && response == null) {
      headNanos = activeNanos;
    }
    reading = true;
    if (closing) {
      lingered += read.readableBytes();
      read.release();
      if (lingered > LINGER_BYTES_MAX) {
        var _ = ctx.close();
      }
      return;
    }
    bytes =
        bytes == null
            ? read
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), bytes, read);
    process();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    ctx.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!ctx.channel().isWritable()) {
      return;
    }
    if (stream != null) {
      stream.writable();
    } else {
      process();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    inputEnded = true;
    if (closing) {
      closeWhenWritten(ctx);
    } else {
      endAfterInput();
    }
  }

  /** The client sends no more, but what it has sent is still answered. */
  private void endAfterInput() {
    if (response == null) {
      // Pipelined requests may wait for the client to read earlier answers.
      if (bytes == null || writable()) {
        closeGently();
      }
    } else if (!bodyEnded && !bodyPaused) {
      // The rest of the request will never come: it must not look complete to anybody.
      var _ = context().close();
    }
  }

  private static void closeWhenWritten(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    connections.closed(this);
    closing = true;
    if (bytes != null) {
      bytes.release();
      bytes = null;
    }
    RequestHandler.Stream current = stream;
    if (response != null) {
      response.gone();
      response = null;
      stream = null;
      if (current != null) {
        current.gone();
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    connections.connectionFailed(cause);
    var _ = ctx.close();
  }

  // Requests

  private void process() {
    if (processing) {
      return;
    }
    processing = true;
    try {
      while (!closing && bytes != null) {
        boolean progress = response == null ? nextRequest() : nextBody();
        if (!progress) {
          break;
        }
      }
    } catch (BadRequest e) {
      refuse(e);
    } finally {
      processing = false;
    }
    releaseEmpty();
    if (inputEnded && !closing) {
      endAfterInput();
    }
    regulate();
  }

  private boolean nextRequest() throws BadRequest {
    // Pipelined requests wait while their client does not read the answers to earlier ones.
    if (lastRequest || bytes == null || !writable()) {
      return false;
    }
    Request request = parser.parse(bytes);
    if (request == null) {
      return false;
    }
    ServerResponse next = new ServerResponse(this, request);
    response = next;
    body =
        switch (request.framing()) {
          case NONE -> null;
          case LENGTH -> BodyDecoder.length(request.contentLength());
          case CHUNKED -> BodyDecoder.chunked();
        };
    bodyEnded = body == null;
    bodyPaused = false;
    RequestHandler.Stream begun = connections.handler().begin(request, next);
    if (response == next) {
      stream = begun;
      if (bodyEnded) {
        begun.end();
      }
    }
    return true;
  }

  private boolean nextBody() throws BadRequest {
    BodyDecoder decoder = body;
    if (bodyEnded || bodyPaused || decoder == null || bytes == null || stream == null) {
      return false;
    }
    ByteBuf piece = decoder.next(bytes);
    if (piece != null) {
      // This may end the response, and with it the connection's interest in the body.
      stream.data(piece);
    }
    if (decoder.done() && !bodyEnded) {
      bodyEnded = true;
      if (stream != null) {
        stream.end();
      }
      return true;
    }
    return piece != null;
  }

  private void refuse(BadRequest refusal) {
    RequestHandler.Stream current = stream;
    ServerResponse answering = response;
    boolean answered = answering != null && answering.headSent();
    if (answering != null) {
      answering.gone();
    }
    stream = null;
    response = null;
    if (current != null) {
      current.gone();
    }
    connections.refused(refusal.status(), refusal.detail());
    if (answered) {
      abort();
      return;
    }
    ByteBuf head = ResponseEncoder.refusal(allocator(), refusal.status(), refusal.detail());
    write(head);
    closeGently();
  }

  private void releaseEmpty() {
    if (bytes != null && !bytes.isReadable()) {
      bytes.release();
      bytes = null;
    }
  }

  /** Reads from the socket only while what was read and not yet used is within its bound. */
  private void regulate() {
    if (context != null && !closing) {
      boolean full = bytes != null && bytes.readableBytes() >= READ_AHEAD_MAX;
      context.channel().config().setAutoRead(!(bodyPaused || full));
    }
  }

  // The response's side

  EventLoop loop() {
    return context().channel().eventLoop();
  }

  ByteBufAllocator allocator() {
    return context().alloc();
  }

  InetSocketAddress client() {
    return (InetSocketAddress) context().channel().remoteAddress();
  }

  private ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("the connection is not open yet");
    }
    return context;
  }

  boolean writable() {
    return context().channel().isWritable();
  }

  /** Whether another request may follow; once this was denied none does. */
  boolean persistent(Request request) {
    lastRequest |= !request.keepAlive() || !bodyEnded || connections.draining();
    return !lastRequest;
  }

  void lastRequest() {
    lastRequest = true;
  }

  void write(ByteBuf piece) {
    wroteSinceSweep = true;
    var _ = context().write(piece, context().voidPromise());
  }

  void flush() {
    if (!reading) {
      context().flush();
    }
  }

  /** Gives the connection away, with what has been read of it and not been used. */
  void handOver(ChannelInboundHandler to) {
    ChannelHandlerContext ctx = context();
    connections.closed(this);
    closing = true;
    response = null;
    stream = null;
    ByteBuf early = bytes;
    bytes = null;
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.replace(this, null, to);
    pipeline.flush();
    ctx.channel().config().setAutoRead(true);
    if (early != null) {
      pipeline.fireChannelRead(early).fireChannelReadComplete();
    }
    if (inputEnded) {
      pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  void pauseBody() {
    bodyPaused = true;
    regulate();
  }

  void resumeBody() {
    if (bodyPaused) {
      bodyPaused = false;
      process();
    }
  }

  void responseEnded() {
    boolean whole = bodyEnded;
    response = null;
    stream = null;
    body = null;
    activeNanos = System.nanoTime();
    headNanos = activeNanos;
    if (lastRequest || !whole) {
      closeGently();
      return;
    }
    flush();
    process();
  }

  /** Cuts the connection off. */
  void abort() {
    closing = true;
    var _ = context().close();
  }

  /** Ends the sending side, then reads what still comes for a while (RFC 9112 section 9.6). */
  private void closeGently() {
    closing = true;
    lingered = 0;
    activeNanos = System.nanoTime();
    ChannelHandlerContext ctx = context();
    ctx.channel().config().setAutoRead(true);
    boolean nothingMore = inputEnded || (bodyEnded && bytes == null);
    if (nothingMore || !(ctx.channel() instanceof DuplexChannel duplex)) {
      closeWhenWritten(ctx);
      return;
    }
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(_ -> {
          var _ = duplex.shutdownOutput();
        });
  }

  // Time

  /** Called once a second: closes what has been idle, slow or stalled for too long. */
  void sweep(long nowNanos, boolean draining) {
    Limits limits = connections.limits();
    long pending = pendingWrites();
    if (wroteSinceSweep || pending != pendingAtSweep) {
      activeNanos = nowNanos;
    }
    wroteSinceSweep = false;
    pendingAtSweep = pending;
    long quietNanos = nowNanos - activeNanos;
    if (closing) {
      if (pending == 0 && quietNanos > LINGER_NANOS) {
        var _ = context().close();
      } else {
        cutOffIfStalled(quietNanos, limits);
      }
    } else if (pending > 0 || (!bodyEnded && !bodyPaused)) {
      cutOffIfStalled(quietNanos, limits);
    } else if (response != null) {
      // It is the upstream that is waited for, by others.
      activeNanos = nowNanos;
    } else if (bytes != null) {
      if (nowNanos - headNanos > limits.headTimeout().toNanos()) {
        refuse(new BadRequest(408, "the request head took too long"));
      }
    } else if (draining || quietNanos > limits.idleTimeout().toNanos()) {
      var _ = context().close();
    }
  }

  private void cutOffIfStalled(long quietNanos, Limits limits) {
    if (quietNanos > limits.stallTimeout().toNanos()) {
      connections.stalled();
      var _ = context().close();
    }
  }

  private long pendingWrites() {
    var outbound = context().channel().unsafe().outboundBuffer();
    return outbound == null ? 0 : outbound.totalPendingWriteBytes();
  }
}
