package io.nearcast.edge.upstream;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.ResponseHead;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A listener that keeps what it hears, and can be waited for. */
class Recorder implements UpstreamListener {
  private static final long SECONDS_MAX = 20;

  final List<ResponseHead> interims = new CopyOnWriteArrayList<>();
  final CompletableFuture<ResponseHead> head = new CompletableFuture<>();
  final CompletableFuture<Fields> trailers = new CompletableFuture<>();
  final CompletableFuture<UpstreamFailure> failure = new CompletableFuture<>();
  final AtomicInteger writables = new AtomicInteger();
  final AtomicLong bytes = new AtomicLong();
  volatile Target from;
  volatile long contentLength;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  @Override
  public void interim(ResponseHead interim) {
    check(!head.isDone());
    interims.add(interim);
  }

  @Override
  public void head(Target target, ResponseHead heard, long length) {
    check(!head.isDone() && !over.isDone());
    from = target;
    contentLength = length;
    head.complete(heard);
  }

  @Override
  public void data(ByteBuf piece) {
    check(head.isDone() && !over.isDone() && piece.isReadable());
    bytes.addAndGet(piece.readableBytes());
    keep(piece);
    piece.release();
  }

  /** Keeps a piece of the body for {@link #body}. */
  void keep(ByteBuf piece) {
    byte[] copy = new byte[piece.readableBytes()];
    piece.readBytes(copy);
    body.writeBytes(copy);
  }

  @Override
  public void end(Fields heard) {
    check(head.isDone() && !over.isDone());
    trailers.complete(heard);
    over.complete(null);
  }

  @Override
  public void failed(UpstreamFailure heard) {
    check(!over.isDone());
    failure.complete(heard);
    over.complete(null);
  }

  @Override
  public void writable() {
    writables.incrementAndGet();
  }

  private void check(boolean inOrder) {
    if (!inOrder) {
      over.completeExceptionally(new AssertionError("a call out of order"));
    }
  }

  /** Waits for the end, whichever it is. */
  Recorder await() {
    try {
      over.get(SECONDS_MAX, TimeUnit.SECONDS);
      return this;
    } catch (Exception e) {
      throw new AssertionError("no end: head " + head + ", " + bytes + " bytes", e);
    }
  }

  Recorder awaitHead() {
    try {
      head.get(SECONDS_MAX, TimeUnit.SECONDS);
      return this;
    } catch (Exception e) {
      throw new AssertionError("no head", e);
    }
  }

  boolean isOver() {
    return over.isDone();
  }

  /** What became of it, as one word and the body: {@code 200 body}, or the failure. */
  String outcome() {
    await();
    if (!failure.isDone()) {
      return head.join().status() + " " + body();
    }
    return switch (failure.join()) {
      case UpstreamFailure.ClosedEarly early ->
          early.beforeHead() ? "closed before the head" : "closed in the body";
      case UpstreamFailure.Malformed bad -> "malformed: " + bad.detail();
      case UpstreamFailure.TimedOut late -> "timed out: " + late.stage();
      case UpstreamFailure.CouldNotConnect _ -> "could not connect";
      case UpstreamFailure.NoCapacity _ -> "no capacity";
      case UpstreamFailure.Unstated _ -> "unstated";
    };
  }

  String body() {
    return body.toString(StandardCharsets.ISO_8859_1);
  }
}
