package io.nearcast.edge.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nearcast.edge.testing.CountedBuffers;
import io.nearcast.edge.testing.StrictReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.prometheus.client.CollectorRegistry;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What the node makes of bytes from a client, asked of its parsers alone and of a whole connection
 * without a socket.
 */
public final class ClientBytes {
  private static final CollectorRegistry REGISTRY = new CollectorRegistry();
  private static final ServerMetrics METRICS = new ServerMetrics(REGISTRY);

  private ClientBytes() {}

  /**
   * One request that came whole.
   *
   * @param end the index of the byte behind it; -1 where that is not known
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Asked(Request request, byte[] body, int end) {
    /** All of it that two ways to read it must agree on. */
    public String text() {
      return request
          + " keepAlive="
          + request.keepAlive()
          + " body="
          + new String(body, ISO_8859_1);
    }
  }

  /**
   * All that came of the bytes.
   *
   * @param refusal the status that the rest was refused with; 0 for none
   * @param ended whether nothing that comes behind the bytes would be read
   */
  public record Seen(List<Asked> asked, int refusal, boolean ended) {
    /**
     * All of it that two ways to read it must agree on: of two mistakes in a head either may be the
     * one that is seen first.
     */
    public String text() {
      boolean refused = refusal != 0;
      return asked.stream().map(Asked::text).toList() + " refused=" + refused + " ended=" + ended;
    }
  }

  /** How bytes come, and when they are answered. */
  public enum Feeding {
    /** All at once, answered at once. */
    WHOLE,
    /** In random pieces, answered at once. */
    PIECES,
    /** In random pieces; bodies are paused, and answers wait, for random times. */
    RELUCTANT
  }

  /** What the parsers make of the bytes, all at once. */
  public static Seen parsed(byte[] bytes) {
    CountedBuffers buffers = new CountedBuffers();
    ByteBuf in = buffers.of(bytes, 0, bytes.length);
    List<Asked> asked = new ArrayList<>();
    RequestParser parser = new RequestParser("http", Limits.DEFAULT);
    try {
      for (Request request = parser.parse(in); request != null; request = parser.parse(in)) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (!read(decoder(request), in, body)) {
          return new Seen(asked, 0, false);
        }
        asked.add(new Asked(request, body.toByteArray(), in.readerIndex()));
        if (!request.keepAlive()) {
          return new Seen(asked, 0, true);
        }
      }
      return new Seen(asked, 0, false);
    } catch (BadRequest e) {
      return new Seen(asked, e.status(), true);
    } finally {
      in.release();
      buffers.checkAllReleased();
    }
  }

  private static BodyDecoder decoder(Request request) {
    return switch (request.framing()) {
      case NONE -> BodyDecoder.length(0);
      case LENGTH -> BodyDecoder.length(request.contentLength());
      case CHUNKED -> BodyDecoder.chunked();
    };
  }

  private static boolean read(BodyDecoder decoder, ByteBuf in, ByteArrayOutputStream body)
      throws BadRequest {
    for (ByteBuf piece = decoder.next(in); piece != null; piece = decoder.next(in)) {
      body.writeBytes(taken(piece));
    }
    return decoder.done();
  }

  private static byte[] taken(ByteBuf piece) {
    byte[] bytes = new byte[piece.readableBytes()];
    piece.readBytes(bytes).release();
    return bytes;
  }

  /**
   * What a connection makes of the bytes.
   *
   * @throws AssertionError if it breaks, leaks, keeps too much or answers with what is no response
   */
  public static Seen served(byte[] bytes, Feeding feeding, RandomGenerator random) {
    double bugs = bugs();
    CountedBuffers buffers = new CountedBuffers();
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(buffers.allocator());
    Answering handler = new Answering(feeding == Feeding.RELUCTANT ? random : null);
    Connections connections =
        new Connections(List.of(channel.eventLoop()), handler, Limits.DEFAULT, METRICS);
    channel.pipeline().addLast(new ServerConnection(connections)).fireChannelActive();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    feed(channel, buffers, handler, bytes, feeding == Feeding.WHOLE ? null : random, out);
    buffers.checkAtMost(8L * bytes.length + 64 * 1024);
    int refusal = refusal(out.toByteArray(), handler.asked.size());
    Seen seen = new Seen(List.copyOf(handler.asked), refusal, !channel.isOpen());
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    channel.finishAndReleaseAll();
    if (handler.asked.size() != seen.asked().size()) {
      throw new AssertionError("the end of the connection completed a request");
    }
    buffers.checkAllReleased();
    if (bugs() != bugs) {
      throw new AssertionError("an exception ended the connection");
    }
    return seen;
  }

  private static double bugs() {
    return REGISTRY.getSampleValue("nearcast_internal_errors_total");
  }

  private static void feed(
      EmbeddedChannel channel,
      CountedBuffers buffers,
      Answering handler,
      byte[] bytes,
      RandomGenerator random,
      ByteArrayOutputStream out) {
    int given = 0;
    while (given < bytes.length && channel.isOpen()) {
      handler.goOn(!channel.config().isAutoRead());
      if (channel.isOpen() && channel.config().isAutoRead()) {
        int most = random == null ? bytes.length : 1 + random.nextInt(1 << random.nextInt(9));
        int piece = Math.min(most, bytes.length - given);
        channel.writeInbound(buffers.of(bytes, given, piece));
        given += piece;
      }
      drain(channel, out);
    }
    while (handler.goOn(true)) {
      channel.runPendingTasks();
      drain(channel, out);
    }
    channel.runPendingTasks();
    drain(channel, out);
  }

  private static void drain(EmbeddedChannel channel, ByteArrayOutputStream out) {
    for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
      out.writeBytes(taken(piece));
    }
  }

  /** Reads the answers to so many requests, and the refusal behind them, if there is one. */
  private static int refusal(byte[] out, int answers) {
    int at = 0;
    int refusal = 0;
    for (int i = 0; at < out.length || i < answers; i++) {
      if (!(StrictReader.response(out, at, false, false) instanceof StrictReader.Read.Whole it)) {
        throw new AssertionError(
            "no response: " + new String(out, at, out.length - at, ISO_8859_1));
      }
      int status = Integer.parseInt(it.start().getLast());
      if (i < answers != (status == 200) || i > answers) {
        throw new AssertionError("answer " + i + " of " + answers + " is " + status);
      }
      refusal = i < answers ? 0 : status;
      at = it.end();
    }
    return refusal;
  }

  /** Answers each request with 200 when it is whole. */
  private static final class Answering implements RequestHandler {
    private final List<Asked> asked = new ArrayList<>();
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final RandomGenerator random;

    Answering(RandomGenerator random) {
      this.random = random;
    }

    /** Does what was put off, perhaps; returns whether there was anything. */
    boolean goOn(boolean must) {
      if (later.isEmpty() || (!must && random.nextBoolean())) {
        return false;
      }
      later.poll().run();
      return true;
    }

    @Override
    public Stream begin(Request request, ServerResponse response) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      return new Stream() {
        @Override
        public void data(ByteBuf piece) {
          body.writeBytes(taken(piece));
          if (random != null && random.nextBoolean()) {
            response.pauseBody();
            later.add(response::resumeBody);
          }
        }

        @Override
        public void end() {
          asked.add(new Asked(request, body.toByteArray(), -1));
          if (random != null && random.nextBoolean()) {
            later.add(() -> answer(response));
          } else {
            answer(response);
          }
        }

        @Override
        public void writable() {
          response.flush();
        }

        @Override
        public void gone() {
          later.clear();
        }
      };
    }

    private static void answer(ServerResponse response) {
      ByteBuf out = response.allocator().buffer();
      ResponseEncoder.statusLine(out, 200);
      ResponseEncoder.field(out, "Content-Length", "0");
      if (!response.persistent()) {
        ResponseEncoder.field(out, "Connection", "close");
      }
      ResponseEncoder.end(out);
      response.head(out, ServerResponse.Framing.LENGTH, 0);
      response.end();
      response.flush();
    }
  }
}
