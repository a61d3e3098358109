package io.nearcast.edge.upstream;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.upstream.UpstreamFailure.CouldNotConnect;
import io.nearcast.edge.upstream.UpstreamFailure.NoCapacity;
import io.nearcast.edge.upstream.UpstreamFailure.Stage;
import io.nearcast.edge.upstream.UpstreamFailure.TimedOut;
import io.nearcast.edge.upstream.UpstreamFailure.Unstated;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelInboundHandler;
import org.jspecify.annotations.Nullable;

/**
 * One request to an upstream and its answer, over as many attempts as it takes. Made by {@link
 * Upstreams#send}. All methods are for its event loop.
 *
 * <p>It goes {@code ASKING -> ANSWERING -> OVER}: attempts are made while it is ASKING, by {@link
 * RetryRule} and within the service's {@link RetryBudget}; from ANSWERING on, which a final head
 * begins, there is no other. {@link #abort} leads from both to OVER.
 */
public final class UpstreamExchange {
  private enum Phase {
    ASKING,
    ANSWERING,
    OVER
  }

  /**
   * A request that cannot be repeated goes only onto a connection that was used within this time,
   * for a server may be about to close an older one.
   */
  private static final long UNUSED_NANOS_MAX_UNREPEATABLE = 1_000_000_000;

  private final UpstreamPool pool;
  private final UpstreamPlan plan;
  private final UpstreamRequest request;
  private final UpstreamListener listener;
  private final RequestBody body;
  private final boolean expectsContinue;

  private Phase phase = Phase.ASKING;
  private int targetIndex;
  private @Nullable ByteBuf encodedHead;
  private @Nullable UpstreamConnection connection;
  private boolean reused;
  private boolean paused;

  /**
   * @param encodedHead the request's head as the plan's first target gets it; owned by the exchange
   */
  UpstreamExchange(
      UpstreamPool pool,
      UpstreamPlan plan,
      UpstreamRequest request,
      UpstreamListener listener,
      ByteBuf encodedHead) {
    this.pool = pool;
    this.plan = plan;
    this.request = request;
    this.listener = listener;
    this.encodedHead = encodedHead;
    body = new RequestBody(request);
    expectsContinue = request.hasBody() && request.head().fields().has("Expect");
  }

  /**
   * Writes a piece of the request's body; takes ownership of it. Before a connection is there some
   * pieces are kept. When the exchange is over they are dropped, as fast as they come.
   *
   * @return whether more may be written now; if not, {@link UpstreamListener#writable} says when
   * @throws IllegalStateException if the body has ended, or is longer than announced
   */
  public boolean write(ByteBuf piece) {
    if (phase == Phase.OVER) {
      piece.release();
      return true;
    }
    return body.write(piece);
  }

  /**
   * Ends the request's body.
   *
   * @throws IllegalStateException if it has ended before, or is shorter than announced
   */
  public void endRequest() {
    if (phase != Phase.OVER) {
      body.end();
    }
  }

  /** Gives no more of the answer, and reads no more, until {@link #resume}. */
  public void pause() {
    if (!paused) {
      paused = true;
      if (connection != null && connection.isBusy()) {
        connection.pause();
      }
    }
  }

  /** Goes on with the answer; what is at hand is given before this returns. */
  public void resume() {
    if (paused) {
      paused = false;
      if (connection != null && connection.isBusy()) {
        connection.resume();
      }
    }
  }

  /**
   * Gives the request up. The listener hears nothing more. The connection is closed, unless the
   * answer was complete.
   */
  public void abort() {
    if (phase == Phase.OVER) {
      return;
    }
    UpstreamConnection last = connection;
    finish();
    if (last != null) {
      last.target().metrics().aborted();
      last.abandon();
    }
  }

  /** Makes the first attempt. */
  void start() {
    if (phase == Phase.ASKING) {
      plan.budget().request();
      attempt(request.idempotent() ? Long.MAX_VALUE : UNUSED_NANOS_MAX_UNREPEATABLE);
    }
  }

  /** The connection that this exchange asked for can be used. */
  void connected() {
    if (connection != null) {
      ask(connection);
    }
  }

  /** The connection can take more of the request. */
  void writable() {
    if (body.writerMayGoOn()) {
      listener.writable();
    }
  }

  void interim(ResponseHead head) {
    listener.interim(head);
  }

  void head(ResponseHead head, long contentLength) {
    TargetState from = target();
    if (isAway(from, head) && !body.consumed() && targetIndex + 1 < plan.size()) {
      from.metrics().away();
      leave();
      next();
      return;
    }
    if (!isStated(from, head)) {
      unstated(from);
      return;
    }
    phase = Phase.ANSWERING;
    from.answered();
    listener.head(from.target(), head, contentLength);
  }

  /** What the shield has answered may be of before a purge, so it is as good as no answer. */
  private void unstated(TargetState from) {
    UpstreamFailure failure = new Unstated(from.target());
    from.metrics().failed(failure);
    leave();
    afterMiss(failure, true, true);
  }

  /** The target goes on with the protocol that was asked for. */
  void switched(ResponseHead head) {
    TargetState from = target();
    UpstreamConnection last = connection;
    from.answered();
    from.metrics().completed();
    finish();
    if (last != null) {
      listener.switched(from.target(), head, new Handover(last));
    }
  }

  void data(ByteBuf piece) {
    listener.data(piece);
  }

  void batchEnd() {
    listener.batchEnd();
  }

  /** The answer is complete; the connection has been seen to. */
  void end(Fields trailers) {
    target().metrics().completed();
    connection = null;
    finish();
    listener.end(trailers);
  }

  /** The connection, or the attempt to make it, has failed and is gone. */
  void lost(UpstreamFailure failure) {
    UpstreamConnection last = connection;
    connection = null;
    count(failure);
    if (phase == Phase.OVER) {
      return;
    }
    if (phase == Phase.ANSWERING) {
      finish();
      listener.failed(failure);
      return;
    }
    body.detach();
    boolean begun = last != null && last.answerBegun();
    boolean sent = last != null && last.headSent();
    afterMiss(failure, begun, sent);
  }

  private void attempt(long unusedNanosMax) {
    TargetState target = target();
    UpstreamConnection borrowed = pool.borrow(target, unusedNanosMax);
    if (borrowed == null) {
      NoCapacity failure = new NoCapacity(target.target());
      target.metrics().failed(failure);
      afterMiss(failure, false, false);
      return;
    }
    connection = borrowed;
    reused = borrowed.isOpen();
    if (reused) {
      target.metrics().reused();
      ask(borrowed);
    } else {
      borrowed.connect(this);
    }
  }

  private void ask(UpstreamConnection to) {
    to.begin(this, takeEncodedHead(), request, expectsContinue);
    if (paused) {
      to.pause();
    }
    body.attach(to);
    if (body.writerMayGoOn()) {
      listener.writable();
    }
  }

  private ByteBuf takeEncodedHead() {
    ByteBuf first = encodedHead;
    encodedHead = null;
    boolean toShield = target().target().shield();
    if (first != null && toShield == plan.state(0).target().shield()) {
      return first;
    }
    if (first != null) {
      first.release();
    }
    return RequestEncoder.head(ByteBufAllocator.DEFAULT, request, toShield);
  }

  private void afterMiss(UpstreamFailure failure, boolean answerBegun, boolean headSent) {
    RetryRule.Attempt attempt =
        new RetryRule.Attempt(
            reused,
            answerBegun,
            headSent,
            body.consumed(),
            !request.hasBody(),
            request.idempotent(),
            targetIndex + 1 < plan.size());
    switch (RetryRule.after(failure, attempt)) {
      case NEXT -> next();
      case NEXT_CHARGED -> {
        if (mayRetry()) {
          next();
        } else {
          fail(failure);
        }
      }
      case AGAIN_CHARGED -> {
        if (mayRetry()) {
          attempt(UpstreamPool.NEW_ONLY);
        } else {
          fail(failure);
        }
      }
      case GIVE_UP -> fail(failure);
    }
  }

  private boolean mayRetry() {
    boolean may = plan.budget().tryRetry();
    if (may) {
      target().metrics().retried();
    } else {
      target().metrics().retryRefused();
    }
    return may;
  }

  private void next() {
    targetIndex++;
    attempt(request.idempotent() ? Long.MAX_VALUE : UNUSED_NANOS_MAX_UNREPEATABLE);
  }

  private void fail(UpstreamFailure failure) {
    finish();
    listener.failed(failure);
  }

  /** Lets go of the connection although it is still answering. */
  private void leave() {
    UpstreamConnection last = connection;
    connection = null;
    body.detach();
    if (last != null) {
      last.abandon();
    }
  }

  private void finish() {
    phase = Phase.OVER;
    body.release();
    connection = null;
    if (encodedHead != null) {
      encodedHead.release();
      encodedHead = null;
    }
  }

  private void count(UpstreamFailure failure) {
    TargetState target = target();
    boolean connecting =
        failure instanceof CouldNotConnect
            || (failure instanceof TimedOut late && late.stage() == Stage.CONNECT);
    if (connecting) {
      target.connectFailed(System.nanoTime());
    }
    target.metrics().failed(failure);
  }

  /** Whether a shield says that it did not pass the request on, and that others should be asked. */
  private static boolean isAway(TargetState from, ResponseHead head) {
    return from.target().shield()
        && (head.status() == 502 || head.status() == 503 || head.status() == 504)
        && head.fields().has(Upstreams.AWAY_FIELD);
  }

  /**
   * Whether it is said what the answer is as of, where that matters: what is not asked for by GET
   * or HEAD comes from no cache. A shield that is away has looked into none.
   */
  private boolean isStated(TargetState from, ResponseHead head) {
    String method = request.head().method();
    if (!from.target().shield() || !(method.equals("GET") || method.equals("HEAD"))) {
      return true;
    }
    boolean stated = head.fields().has(Upstreams.AS_OF_FIELD) || isAway(from, head);
    from.stated(stated);
    return stated;
  }

  private TargetState target() {
    return plan.state(targetIndex);
  }

  /** A connection that speaks another protocol now. */
  private record Handover(UpstreamConnection connection) implements UpstreamListener.Switched {
    @Override
    public void to(ChannelInboundHandler handler) {
      connection.handOver(handler);
    }

    @Override
    public void refuse() {
      connection.abandon();
    }
  }
}
