package io.nearcast.edge.upstream;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.upstream.UpstreamFailure.ClosedEarly;
import io.nearcast.edge.upstream.UpstreamFailure.CouldNotConnect;
import io.nearcast.edge.upstream.UpstreamFailure.Malformed;
import io.nearcast.edge.upstream.UpstreamFailure.Stage;
import io.nearcast.edge.upstream.UpstreamFailure.TimedOut;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInboundInvoker;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a target, which carries one request at a time.
 *
 * <p>Its states go {@code NEW -> CONNECTING -> BUSY <-> IDLE}, and from each of them to {@code
 * GONE}, which {@link #release} alone sets, called by the pool. A connection is idle only after a
 * whole answer to a whole request; a byte that comes while it is idle, or behind an answer, ends
 * it, for it could pass for the answer to somebody else's request. For one event loop.
 */
final class UpstreamConnection extends ChannelInboundHandlerAdapter
    implements ConnectAttempt.Outcome {
  private enum State {
    NEW,
    CONNECTING,
    BUSY,
    IDLE,
    GONE
  }

  private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnection.class);

  /** Taken off the time that a server says it keeps an idle connection, to be gone before it is. */
  private static final long KEEP_ALIVE_MARGIN_NANOS = 500_000_000;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final UpstreamPool pool;
  private final Connector connector;
  private final TargetState target;
  private final ResponseParser parser;
  private final ResponseBytes bytes = new ResponseBytes();
  private final LazyDeadline deadline;

  private State state = State.NEW;
  private @Nullable Runnable connecting;
  private @Nullable Channel channel;
  private @Nullable UpstreamExchange exchange;
  private Stage stage = Stage.CONNECT;

  private boolean requestEnded;
  private boolean expectsContinue;
  private boolean bodyBegun;
  private @Nullable ChannelFuture headWrite;
  private @Nullable ChannelFuture lastWrite;
  private boolean flushPending;

  private boolean answerBegun;
  private boolean headGiven;
  private boolean paused;
  private boolean reading;
  private boolean ended;
  private @Nullable String brokenBy;
  private long unusedSinceNanos;

  UpstreamConnection(UpstreamPool pool, Connector connector, TargetState target) {
    this.pool = pool;
    this.connector = connector;
    this.target = target;
    this.parser = new ResponseParser(target.target().shield());
    this.deadline = new LazyDeadline(connector.loop(), this::expired);
  }

  TargetState target() {
    return target;
  }

  /** Whether it is connected already. */
  boolean isOpen() {
    return state == State.IDLE;
  }

  /** Whether a request is under way on it. */
  boolean isBusy() {
    return state == State.BUSY;
  }

  /** Whether it can be given to a request. */
  boolean isUsable() {
    return state == State.NEW
        || (state == State.IDLE && !ended && channel != null && channel.isActive());
  }

  /** How long ago its last answer ended. */
  long unusedNanos() {
    return System.nanoTime() - unusedSinceNanos;
  }

  /** Whether a byte of an answer to the request has come. */
  boolean answerBegun() {
    return answerBegun;
  }

  /** Whether the whole head of the request was taken by the kernel. */
  boolean headSent() {
    return headWrite != null && headWrite.isSuccess();
  }

  /** Whether more of the request may be written now. */
  boolean isWritable() {
    return channel != null && channel.isWritable();
  }

  /** Connects; the exchange hears {@link UpstreamExchange#connected} or {@code lost}. */
  void connect(UpstreamExchange forExchange) {
    state = State.CONNECTING;
    exchange = forExchange;
    stage = Stage.CONNECT;
    deadline.after(connector.limits().connect().toNanos());
    Runnable cancel = connector.connect(target, this);
    if (state == State.CONNECTING) {
      connecting = cancel;
    }
  }

  @Override
  public void connected(Channel connected) {
    connecting = null;
    channel = connected;
    connected.pipeline().addLast(this);
    deadline.clear();
    target.connected();
    owner().connected();
  }

  @Override
  public void notConnected(String detail) {
    connecting = null;
    lose(new CouldNotConnect(target.target(), detail));
  }

  /**
   * Begins a request; takes ownership of its encoded head. {@link #write} and {@link #requestEnded}
   * follow.
   *
   * @param request what the head was made of
   * @param expectsContinue whether the client waits for an interim answer before it sends the body
   */
  void begin(UpstreamExchange by, ByteBuf head, UpstreamRequest request, boolean expectsContinue) {
    state = State.BUSY;
    exchange = by;
    requestEnded = false;
    bodyBegun = false;
    answerBegun = false;
    headGiven = false;
    paused = false;
    this.expectsContinue = expectsContinue;
    parser.expect(request.head().method().equals("HEAD"), request.upgrade());
    ChannelFuture written = required(channel).write(head);
    headWrite = written;
    lastWrite = written;
    watch();
  }

  /** Takes ownership of a piece of the request's body. {@link #flushSoon} is to follow. */
  void write(ByteBuf piece) {
    boolean first = !bodyBegun;
    bodyBegun = true;
    lastWrite = required(channel).write(piece);
    if (first && expectsContinue) {
      watch();
    }
  }

  /** The request was written as a whole. */
  void requestEnded() {
    requestEnded = true;
    flush();
    watch();
  }

  /**
   * Sends what was written after what is at hand on the loop, so that several pieces go at once.
   */
  void flushSoon() {
    if (!isWritable()) {
      flush();
    } else if (!flushPending) {
      flushPending = true;
      connector.loop().execute(this::flush);
    }
  }

  private void flush() {
    flushPending = false;
    if (channel != null) {
      channel.flush();
    }
  }

  /** Stops the answer: nothing more is given or read until {@link #resume}. */
  void pause() {
    paused = true;
    required(channel).config().setAutoRead(false);
    watch();
  }

  /** Goes on with the answer. */
  void resume() {
    paused = false;
    if (!ended) {
      required(channel).config().setAutoRead(true);
    }
    watch();
    give();
  }

  /**
   * The exchange wants to hear no more. Where its answer is complete already, but for being told,
   * the connection is kept.
   */
  void abandon() {
    exchange = null;
    if (state == State.BUSY && headGiven && parser.bodyComplete() && bytes.isEmpty()) {
      settle();
    } else if (state != State.GONE) {
      pool.discard(this);
    }
  }

  /**
   * Gives the channel away, after a 101: from now on its bytes, also those that have come already,
   * go to the handler. It never comes back.
   */
  void handOver(ChannelInboundHandler to) {
    Channel switched = required(channel);
    ByteBuf early = bytes.unread().retain();
    exchange = null;
    channel = null;
    pool.discard(this);
    switched.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    switched.pipeline().replace(this, null, to);
    switched.config().setAutoRead(true);
    if (early.isReadable()) {
      // From behind TLS, if there is any: these bytes have been through it.
      ChannelHandlerContext tls = switched.pipeline().context(SslHandler.class);
      ChannelInboundInvoker from = tls == null ? switched.pipeline() : tls;
      from.fireChannelRead(early).fireChannelReadComplete();
    } else {
      early.release();
    }
  }

  /** Ends the connection because the pool is closed. */
  void shutDown() {
    lose(new ClosedEarly(target.target(), !headGiven, "this node is shutting down"));
  }

  /** Frees all that it has. Called by the pool, once. */
  void release() {
    state = State.GONE;
    deadline.cancel();
    bytes.release();
    if (connecting != null) {
      connecting.run();
      connecting = null;
    }
    if (channel != null) {
      var _ = channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf read = (ByteBuf) message;
    if (state != State.BUSY) {
      read.release();
      lose(new Malformed(target.target(), "bytes without a request"));
      return;
    }
    answerBegun = true;
    bytes.add(context.alloc(), read);
    give();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (state == State.BUSY && headGiven && !paused) {
      watch();
      owner().batchEnd();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (state == State.BUSY && exchange != null) {
      watch();
      if (context.channel().isWritable()) {
        exchange.writable();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended = true;
    if (state == State.BUSY && exchange != null) {
      give();
    } else if (state != State.GONE) {
      pool.discard(this);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException || cause instanceof DecoderException)) {
      LOG.warn("closing a connection to {} after a bug", target.target().name(), cause);
    }
    brokenBy = String.valueOf(cause.getMessage());
    var _ = context.close();
  }

  /** A TLS peer that goes without saying so may have been cut off (RFC 9112 section 9.8). */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslCloseCompletionEvent closing) {
      if (!closing.isSuccess()) {
        brokenBy = "TLS ended without a close notification";
      }
      var _ = context.close();
    } else if (event instanceof ChannelOutputShutdownEvent && state == State.BUSY) {
      // The server takes no more of the request; its answer may still come.
      watch();
    }
  }

  /** Gives what has come to the exchange, until there is no more or it pauses. */
  private void give() {
    if (reading) {
      return;
    }
    reading = true;
    try {
      boolean more = true;
      while (more && exchange != null && !paused) {
        more = giveNext(exchange);
      }
    } catch (MalformedResponse e) {
      lose(new Malformed(target.target(), e.detail()));
    } finally {
      reading = false;
    }
  }

  /** Gives one event; returns whether there may be another. */
  private boolean giveNext(UpstreamExchange to) throws MalformedResponse {
    ByteBuf unread = bytes.unread();
    switch (parser.next(unread)) {
      case INTERIM -> {
        watch();
        to.interim(parser.head());
      }
      case HEAD -> {
        headGiven = true;
        watch();
        to.head(parser.head(), parser.framing().length());
      }
      case SWITCHED -> {
        to.switched(parser.head());
        return false;
      }
      case DATA -> to.data(parser.takeData(unread));
      case END -> {
        end(to);
        return false;
      }
      case MORE -> {
        bytes.trim();
        if (ended) {
          endAtClose(to);
        }
        return false;
      }
    }
    return true;
  }

  private void end(UpstreamExchange to) {
    Fields trailers = parser.trailers();
    exchange = null;
    // Before the exchange is told, so that what it does next finds the connection.
    settle();
    to.end(trailers);
  }

  /** The server has closed: the end of an answer that says no other, else the loss of one. */
  private void endAtClose(UpstreamExchange to) {
    if (brokenBy == null && parser.endsAtClose()) {
      end(to);
      return;
    }
    String detail = brokenBy == null ? "the connection was closed" : brokenBy;
    lose(new ClosedEarly(target.target(), !headGiven, detail));
  }

  /** After a whole answer: back to the pool, or gone. */
  private void settle() {
    long idleNanos = idleNanos();
    boolean whole = requestEnded && lastWrite != null && lastWrite.isSuccess() && bytes.isEmpty();
    if (!whole || idleNanos <= 0 || ended || !required(channel).isActive()) {
      pool.discard(this);
      return;
    }
    state = State.IDLE;
    unusedSinceNanos = System.nanoTime();
    if (paused) {
      paused = false;
      required(channel).config().setAutoRead(true);
    }
    deadline.after(idleNanos);
    pool.giveBack(this);
  }

  /** How long the connection may stay unused; 0 where it may not be used again. */
  private long idleNanos() {
    Framing framing = parser.framing();
    if (!framing.persistent()) {
      return 0;
    }
    long ours = connector.limits().idle().toNanos();
    if (framing.keepAliveSeconds() < 0) {
      return ours;
    }
    return Math.min(ours, framing.keepAliveSeconds() * NANOS_PER_SECOND - KEEP_ALIVE_MARGIN_NANOS);
  }

  /** Sets the deadline for what is waited for now, if anything is. */
  private void watch() {
    UpstreamLimits limits = connector.limits();
    if (!requestEnded) {
      if (!isWritable()) {
        waitFor(Stage.REQUEST, limits.betweenBytes().toNanos());
      } else if (expectsContinue && !bodyBegun && !headGiven) {
        waitFor(Stage.HEAD, limits.firstByte().toNanos());
      } else {
        // It is the client that is waited for, by others.
        deadline.clear();
      }
    } else if (!headGiven) {
      waitFor(Stage.HEAD, limits.firstByte().toNanos());
    } else if (paused) {
      deadline.clear();
    } else {
      waitFor(Stage.BODY, limits.betweenBytes().toNanos());
    }
  }

  private void waitFor(Stage next, long nanos) {
    stage = next;
    deadline.after(nanos);
  }

  private void expired() {
    if (state == State.IDLE) {
      pool.discard(this);
    } else {
      lose(new TimedOut(target.target(), stage));
    }
  }

  /** Ends the connection and, where there is one, its exchange. */
  private void lose(UpstreamFailure failure) {
    UpstreamExchange loser = exchange;
    exchange = null;
    if (state != State.GONE) {
      pool.discard(this);
    }
    if (loser != null) {
      loser.lost(failure);
    }
  }

  private UpstreamExchange owner() {
    return required(exchange);
  }

  private static <T> T required(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("not in this state of the connection");
    }
    return value;
  }
}
