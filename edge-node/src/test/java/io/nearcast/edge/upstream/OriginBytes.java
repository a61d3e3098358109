package io.nearcast.edge.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.testing.CountedBuffers;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.prometheus.client.CollectorRegistry;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What the node makes of bytes from an origin, asked of its parser alone and of a whole connection
 * without a socket; and the bytes that it sends there.
 */
public final class OriginBytes {
  private static final UpstreamMetrics METRICS =
      new UpstreamMetrics(new CollectorRegistry(), () -> 0);

  private OriginBytes() {}

  /**
   * What came of the bytes and the end of the connection behind them.
   *
   * @param status of the final head; 0 where none came
   * @param body as far as it was given
   * @param complete whether it was said to be complete
   * @param end the index of the byte behind the answer; -1 where that is not known
   */
  public record Answered(int interims, int status, String body, boolean complete, int end) {
    /**
     * All of it that two ways to read it must agree on: of what is not complete how much came does
     * not count.
     */
    public String text() {
      return interims + " interim, " + status + (complete ? ", complete: " + body : ", broken");
    }
  }

  /** What the parser makes of the bytes, all at once. */
  public static Answered parsed(byte[] bytes, boolean toHead) {
    CountedBuffers buffers = new CountedBuffers();
    ByteBuf in = buffers.of(bytes, 0, bytes.length);
    ResponseParser parser = new ResponseParser(false);
    parser.expect(toHead);
    Collector to = new Collector(null);
    int end = -1;
    try {
      while (end < 0) {
        switch (parser.next(in)) {
          case INTERIM -> to.interim(parser.head());
          case HEAD -> to.head(null, parser.head(), parser.framing().length());
          case SWITCHED -> throw new AssertionError("nobody asked for another protocol");
          case DATA -> to.data(parser.takeData(in));
          case END -> {
            to.end(parser.trailers());
            end = in.readerIndex();
          }
          case MORE -> {
            end = in.readerIndex();
            if (parser.endsAtClose()) {
              to.end(Fields.EMPTY);
            }
          }
        }
      }
    } catch (MalformedResponse e) {
      to.broken = e.detail();
    } finally {
      in.release();
      buffers.checkAllReleased();
    }
    return to.answered(end);
  }

  /**
   * What a connection makes of the bytes, which come in random pieces to a reader that pauses for
   * random times, and of its end.
   *
   * @param random null for all at once and a reader that does not pause
   * @throws AssertionError if it breaks, leaks, keeps too much, or would be used again although
   *     bytes came behind the answer
   */
  public static Answered received(byte[] bytes, String method, RandomGenerator random) {
    CountedBuffers buffers = new CountedBuffers();
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(buffers.allocator());
    UpstreamPool pool = new UpstreamPool(new Connected(channel));
    Collector to = new Collector(random);
    RequestHead head = RequestHead.of(method, "http", "a", "/", Fields.EMPTY);
    to.exchange = exchange(pool, UpstreamRequest.of(head), to, buffers);
    to.exchange.start();
    // What was sent does not matter here.
    channel.releaseOutbound();
    int given = 0;
    while (given < bytes.length && channel.isOpen()) {
      if (channel.config().isAutoRead()) {
        int most = random == null ? bytes.length : 1 + random.nextInt(1 << random.nextInt(9));
        int piece = Math.min(most, bytes.length - given);
        channel.writeInbound(buffers.of(bytes, given, piece));
        given += piece;
      } else {
        to.goOn();
      }
    }
    buffers.checkAtMost(8L * bytes.length + 64 * 1024);
    boolean kept = pool.idle() > 0;
    var _ = channel.close();
    while (to.goOn()) {
      channel.runPendingTasks();
    }
    pool.close();
    channel.finishAndReleaseAll();
    buffers.checkAllReleased();
    if (!to.over()) {
      throw new AssertionError("the listener was told no end");
    }
    Answered expected = parsed(bytes, method.equals("HEAD"));
    if (kept && (!to.complete || expected.end() < bytes.length)) {
      throw new AssertionError("the connection was kept with bytes behind the answer");
    }
    return to.answered(expected.end());
  }

  /** The bytes that are sent to an origin for a request with a body that comes in pieces. */
  public static byte[] sent(RequestHead head, boolean chunked, byte[] body, int pieceBytesMax) {
    CountedBuffers buffers = new CountedBuffers();
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(buffers.allocator());
    UpstreamPool pool = new UpstreamPool(new Connected(channel));
    boolean hasBody = chunked || body.length > 0;
    UpstreamRequest request =
        new UpstreamRequest(head, hasBody, chunked || !hasBody ? -1 : body.length);
    UpstreamExchange exchange = exchange(pool, request, new Collector(null), buffers);
    exchange.start();
    for (int at = 0; at < body.length; at += pieceBytesMax) {
      int piece = Math.min(pieceBytesMax, body.length - at);
      exchange.write(buffers.of(body, at, piece));
    }
    if (hasBody) {
      exchange.endRequest();
    }
    channel.runPendingTasks();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
      byte[] bytes = new byte[piece.readableBytes()];
      piece.readBytes(bytes).release();
      out.writeBytes(bytes);
    }
    exchange.abort();
    pool.close();
    channel.finishAndReleaseAll();
    buffers.checkAllReleased();
    return out.toByteArray();
  }

  private static UpstreamExchange exchange(
      UpstreamPool pool, UpstreamRequest request, Collector to, CountedBuffers buffers) {
    Target target = new Target("origin", false, false, "127.0.0.1", 1);
    TargetState state = new TargetState(target, METRICS.of(target));
    UpstreamPlan plan = new UpstreamPlan(List.of(state), new RetryBudget(System::nanoTime));
    ByteBuf head = RequestEncoder.head(buffers.allocator(), request, false);
    return new UpstreamExchange(pool, plan, request, to, head);
  }

  /** Connects to one channel, once. */
  private record Connected(EmbeddedChannel channel) implements Connector {
    @Override
    public EventLoop loop() {
      return channel.eventLoop();
    }

    @Override
    public UpstreamLimits limits() {
      return UpstreamLimits.STANDARD;
    }

    @Override
    public Runnable connect(TargetState target, ConnectAttempt.Outcome outcome) {
      if (channel.pipeline().get(UpstreamConnection.class) != null) {
        throw new AssertionError("tried again after an answer has begun");
      }
      outcome.connected(channel);
      return () -> {};
    }
  }

  /** Keeps what it hears and checks the order. */
  private static final class Collector implements UpstreamListener {
    private final RandomGenerator random;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private UpstreamExchange exchange;
    private int interims;
    private int status;
    private boolean complete;
    private boolean paused;
    private String broken;

    Collector(RandomGenerator random) {
      this.random = random;
    }

    boolean over() {
      return complete || broken != null;
    }

    /** Goes on reading; returns whether it had paused. */
    boolean goOn() {
      boolean had = paused;
      if (had) {
        paused = false;
        exchange.resume();
      }
      return had;
    }

    Answered answered(int end) {
      return new Answered(interims, status, body.toString(ISO_8859_1), complete, end);
    }

    private void check(boolean inOrder) {
      if (!inOrder || over()) {
        throw new AssertionError("a call out of order");
      }
    }

    private void pausePerhaps() {
      if (random != null && random.nextInt(4) == 0) {
        paused = true;
        exchange.pause();
      }
    }

    @Override
    public void interim(ResponseHead head) {
      check(status == 0);
      interims++;
    }

    @Override
    public void head(Target from, ResponseHead head, long contentLength) {
      check(status == 0);
      status = head.status();
      pausePerhaps();
    }

    @Override
    public void data(ByteBuf piece) {
      check(status != 0 && piece.isReadable());
      byte[] bytes = new byte[piece.readableBytes()];
      piece.readBytes(bytes).release();
      body.writeBytes(bytes);
      pausePerhaps();
    }

    @Override
    public void end(Fields trailers) {
      check(status != 0);
      complete = true;
    }

    @Override
    public void failed(UpstreamFailure failure) {
      check(true);
      broken = failure.detail();
    }

    @Override
    public void writable() {
      check(true);
    }
  }
}
