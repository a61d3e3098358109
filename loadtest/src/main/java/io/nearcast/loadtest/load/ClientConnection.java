package io.nearcast.loadtest.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One connection with at most one request under way. Each byte of each answer is compared with what
 * the object's name says. Lives on its driver's event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
  private final Driver driver;
  private @Nullable ChannelHandlerContext context;

  /** What is asked for, or null between requests. */
  private @Nullable LoadObject object;

  private long intendedNanos;
  private long sentNanos;
  private long received;
  private boolean informational;
  private boolean keepAlive = true;
  private boolean answeredOnce;
  private @Nullable ErrorKind error;
  private ServedBy servedBy = ServedBy.UNKNOWN;

  ClientConnection(Driver driver) {
    this.driver = driver;
  }

  /** Whether a request waits for its answer. */
  boolean busy() {
    return object != null;
  }

  /** Sends a request; the connection must be open and not {@link #busy}. */
  void send(int index, LoadObject wanted, long wantedNanos) {
    ChannelHandlerContext open = context;
    if (open == null) {
      throw new IllegalStateException("not open");
    }
    object = wanted;
    intendedNanos = wantedNanos;
    sentNanos = System.nanoTime();
    received = 0;
    error = null;
    var _ = open.writeAndFlush(driver.request(open.alloc(), index), open.voidPromise());
  }

  /** Gives up a request that was sent before a time of {@link System#nanoTime}. */
  void endIfSentBefore(long nanos) {
    if (object != null && context != null && sentNanos - nanos < 0) {
      endBroken(context, ErrorKind.TIMEOUT);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext opened) {
    context = opened;
    driver.free(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext open, Object message) {
    try {
      HttpObject part = (HttpObject) message;
      if (part.decoderResult().isFailure()) {
        endBroken(open, ErrorKind.PROTOCOL);
      } else if (object == null) {
        // Nothing was asked for: what follows cannot be told apart from the next answer.
        endBroken(open, ErrorKind.PROTOCOL);
      } else {
        read(open, object, part);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(ChannelHandlerContext open, LoadObject wanted, HttpObject part) {
    if (part instanceof HttpResponse head) {
      readHead(head);
    }
    if (part instanceof HttpContent content && !informational) {
      readBody(wanted, content.content());
      if (content instanceof LastHttpContent) {
        complete(open, wanted);
      }
    }
  }

  private void readHead(HttpResponse head) {
    informational = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    if (informational) {
      return;
    }
    keepAlive = HttpUtil.isKeepAlive(head);
    servedBy = ServedBy.of(head.headers().getAll("Cache-Status"));
    if (head.status().code() != 200) {
      error = ErrorKind.STATUS;
    }
  }

  private void readBody(LoadObject wanted, ByteBuf part) {
    if (error == null && !wanted.matches(part, received)) {
      error = received + part.readableBytes() > wanted.bytes() ? ErrorKind.LENGTH : ErrorKind.BODY;
    }
    received += part.readableBytes();
  }

  private void complete(ChannelHandlerContext open, LoadObject wanted) {
    object = null;
    answeredOnce = true;
    if (error == null && received != wanted.bytes()) {
      error = ErrorKind.LENGTH;
    }
    if (error != null) {
      driver.tally().failed(error);
    } else {
      driver.tally().answered(servedBy, received, System.nanoTime() - intendedNanos);
    }
    if (keepAlive) {
      driver.free(this);
    } else {
      var _ = open.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext closed) {
    if (object != null) {
      object = null;
      driver.tally().failed(ErrorKind.CLOSED);
    }
    context = null;
    driver.lost(this, answeredOnce);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext open, Throwable cause) {
    // The connection was reset; channelInactive follows and counts it.
    var _ = open.close();
  }

  private void endBroken(ChannelHandlerContext open, ErrorKind kind) {
    object = null;
    driver.tally().failed(kind);
    var _ = open.close();
  }
}
