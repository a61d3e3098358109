package io.nearcast.edge.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nearcast.edge.rules.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are larger than what fits anywhere, both ways. */
final class StreamingTest {
  private static final int MEGABYTE = 1 << 20;

  /** More than the kernel keeps for a connection on loopback, on both sides. */
  private static final long LARGE = 64L * MEGABYTE;

  enum Kind {
    EPOLL,
    PORTABLE;

    Client start() {
      return this == EPOLL ? Client.start() : Client.portable();
    }
  }

  @BeforeAll
  static void watch() {
    Client.watchLeaks();
  }

  @AfterAll
  static void check() {
    Client.checkLeaks();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aPausedReaderHoldsBoundedMemory(Kind kind) throws Exception {
    AtomicLong sent = new AtomicLong();
    try (Client client = kind.start();
        RawOrigin origin =
            RawOrigin.start(peer -> {
              peer.readHead();
              peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
              pour(peer.out(), LARGE, sent);
              peer.awaitClose();
            })) {
      PausingReader reader = new PausingReader(1);
      reader.exchange = client.send(client.plan(origin.target("o")), Client.get("/"), reader);
      ConnectionReuseTest.awaitUninterruptibly(reader.paused);
      long given = reader.bytes.get();
      // The origin can go on only until the kernel's buffers are full.
      awaitStandstill(sent);
      assertThat(reader.bytes).hasValue(given);
      assertThat(sent.get()).isLessThan(LARGE);
      client.onLoop(() -> reader.exchange.resume());
      reader.await();
      assertThat(reader.trailers).isCompleted();
      assertThat(reader.bytes).hasValue(LARGE);
      assertThat(client.upstreams.idleConnections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void nothingIsLostWhenTheServerClosesBehindAPausedReader(Kind kind) throws Exception {
    int length = 2 * MEGABYTE;
    CountDownLatch closed = new CountDownLatch(1);
    try (Client client = kind.start();
        RawOrigin origin =
            RawOrigin.start(peer -> {
              peer.readHead();
              peer.send("HTTP/1.1 200 OK\r\n\r\n");
              pour(peer.out(), length, new AtomicLong());
              closed.countDown();
            })) {
      PausingReader reader = new PausingReader(1);
      reader.exchange = client.send(client.plan(origin.target("o")), Client.get("/"), reader);
      ConnectionReuseTest.awaitUninterruptibly(reader.paused);
      ConnectionReuseTest.awaitUninterruptibly(closed);
      client.onLoop(() -> assertThat(reader.isOver()).isFalse());
      client.onLoop(() -> reader.exchange.resume());
      reader.await();
      assertThat(reader.trailers).isCompleted();
      assertThat(reader.bytes).hasValue(length);
    }
  }

  @Test
  void aReaderMayPauseAtEveryPiece() throws Exception {
    int length = MEGABYTE;
    try (Client client = Client.start();
        RawOrigin origin =
            RawOrigin.start(peer -> {
              peer.readHead();
              peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
              for (int i = 0; i < length / 1024; i++) {
                peer.send("400\r\n" + "x".repeat(1024) + "\r\n");
              }
              peer.send("0\r\n\r\n");
              peer.awaitClose();
            })) {
      StammeringReader reader = new StammeringReader(client);
      reader.exchange = client.send(client.plan(origin.target("o")), Client.get("/"), reader);
      reader.await();
      assertThat(reader.bytes).hasValue(length);
      assertThat(client.upstreams.idleConnections()).isEqualTo(1);
    }
  }

  @Test
  void aPauseBeforeTheConnectionIsThereHolds() throws Exception {
    try (Client client = Client.start();
        RawOrigin origin = RawOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")) {
      Recorder recorder = new Recorder();
      UpstreamPlan plan = client.plan(origin.target("o"));
      UpstreamExchange exchange =
          client.onLoop(() -> {
            UpstreamExchange sent =
                client.upstreams.send(client.loop, plan, Client.get("/"), recorder);
            sent.pause();
            return sent;
          });
      await().until(() -> origin.accepted() == 1);
      assertThat(recorder.head).isNotDone();
      client.onLoop(exchange::resume);
      assertThat(recorder.outcome()).isEqualTo("200 hi");
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      assertThat(origin.accepted()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLargeRequestBodyWaitsForTheOrigin(boolean chunked) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicLong received = new AtomicLong();
    AtomicReference<String> head = new AtomicReference<>();
    try (Client client = Client.start();
        RawOrigin origin =
            RawOrigin.start(peer -> {
              head.set(peer.readHead());
              ConnectionReuseTest.awaitUninterruptibly(go);
              received.set(chunked ? drainChunks(peer) : drain(peer, LARGE));
              peer.send("HTTP/1.1 204 No\r\n\r\n");
              peer.awaitClose();
            })) {
      UpstreamRequest request =
          new UpstreamRequest(Client.head("POST", "/"), true, chunked ? -1 : LARGE);
      Writer writer = new Writer(LARGE);
      client.onLoop(() -> {
        writer.exchange =
            client.upstreams.send(client.loop, client.plan(origin.target("o")), request, writer);
        writer.writable();
      });
      // The origin does not read, so the writer is stopped by the buffers of kernel and connection.
      awaitStandstill(writer.written);
      assertThat(writer.written.get()).isLessThan(LARGE);
      go.countDown();
      assertThat(writer.outcome()).isEqualTo("204 ");
      assertThat(received).hasValue(LARGE);
      assertThat(head.get())
          .contains(chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + LARGE);
      assertThat(client.upstreams.idleConnections()).isEqualTo(1);
    }
  }

  @Test
  void theClientWaitsForContinue() throws Exception {
    AtomicReference<String> body = new AtomicReference<>();
    try (Client client = Client.start();
        RawOrigin origin =
            RawOrigin.start(peer -> {
              assertThat(peer.readHead()).contains("Expect: 100-continue\r\n");
              peer.send("HTTP/1.1 100 Continue\r\n\r\n");
              body.set(new String(peer.readBytes(5), US_ASCII));
              peer.send("HTTP/1.1 204 No\r\n\r\n");
              peer.awaitClose();
            })) {
      UpstreamRequest request =
          new UpstreamRequest(Client.head("PUT", "/", "Expect", "100-continue"), true, 5);
      AtomicReference<UpstreamExchange> exchange = new AtomicReference<>();
      Recorder recorder =
          new Recorder() {
            @Override
            public void interim(ResponseHead head) {
              super.interim(head);
              exchange.get().write(Unpooled.copiedBuffer("hello", US_ASCII));
              exchange.get().endRequest();
            }
          };
      client.onLoop(() ->
          exchange.set(
              client.upstreams.send(
                  client.loop, client.plan(origin.target("o")), request, recorder)));
      assertThat(recorder.outcome()).isEqualTo("204 ");
      assertThat(recorder.interims).extracting(ResponseHead::status).containsExactly(100);
      assertThat(body).hasValue("hello");
      assertThat(client.upstreams.idleConnections()).isEqualTo(1);
    }
  }

  @Test
  void theOriginRefusesInsteadOfContinuing() throws Exception {
    try (Client client = Client.start();
        RawOrigin origin = RawOrigin.answering("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n")) {
      UpstreamRequest request =
          new UpstreamRequest(Client.head("PUT", "/", "Expect", "100-continue"), true, 5);
      Recorder recorder = client.send(client.plan(origin.target("o")), request);
      assertThat(recorder.outcome()).isEqualTo("417 ");
      // The origin may still expect the body, so the connection is not used again.
      assertThat(client.upstreams.idleConnections()).isZero();
    }
  }

  @Test
  void anEarlyAnswerIsHeardAlthoughTheOriginStopsReading() throws Exception {
    try (Client client = Client.start();
        RawOrigin origin =
            RawOrigin.start(peer -> {
              peer.readHead();
              peer.send("HTTP/1.1 413 Large\r\nContent-Length: 4\r\n\r\nmuch");
            })) {
      UpstreamRequest request = new UpstreamRequest(Client.head("POST", "/"), true, LARGE);
      Writer writer = new Writer(LARGE);
      client.onLoop(() -> {
        writer.exchange =
            client.upstreams.send(client.loop, client.plan(origin.target("o")), request, writer);
        writer.writable();
      });
      assertThat(writer.outcome()).isEqualTo("413 much");
    }
  }

  @Test
  void aBodyThatIsNotAsAnnouncedIsAFaultOfTheCaller() throws Exception {
    try (Client client = Client.start();
        RawOrigin origin = RawOrigin.start(peer -> peer.awaitClose())) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      UpstreamRequest request = new UpstreamRequest(Client.head("POST", "/"), true, 5);
      client.onLoop(() -> {
        UpstreamExchange exchange =
            client.upstreams.send(client.loop, plan, request, new Recorder());
        assertThatThrownBy(exchange::endRequest).hasMessageContaining("lacks 5 bytes");
        assertThatThrownBy(() -> exchange.write(Unpooled.buffer(6).writeZero(6)))
            .isInstanceOf(IllegalStateException.class);
        exchange.write(Unpooled.buffer(5).writeZero(5));
        exchange.endRequest();
        assertThatThrownBy(exchange::endRequest).hasMessageContaining("has ended");
        exchange.abort();
      });
    }
  }

  private static void pour(OutputStream out, long count, AtomicLong sent) throws IOException {
    byte[] block = new byte[64 * 1024];
    for (long left = count; left > 0; left -= block.length) {
      out.write(block);
      sent.addAndGet(block.length);
    }
  }

  private static long drain(RawOrigin.Peer peer, long count) throws IOException {
    long left = count;
    while (left > 0) {
      left -= peer.readBytes((int) Math.min(left, 64 * 1024)).length;
    }
    return count;
  }

  private static long drainChunks(RawOrigin.Peer peer) throws IOException {
    long total = 0;
    while (true) {
      StringBuilder line = new StringBuilder();
      while (line.indexOf("\r\n") < 0) {
        line.append((char) peer.readBytes(1)[0]);
      }
      int size = Integer.parseInt(line.substring(0, line.length() - 2), 16);
      peer.readBytes(size + 2);
      if (size == 0) {
        return total;
      }
      total += size;
    }
  }

  /** Waits until a count has not grown for a while. */
  private static void awaitStandstill(AtomicLong count) {
    AtomicLong last = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(200))
        .until(() -> count.get() > 0 && last.getAndSet(count.get()) == count.get());
  }

  /** Pauses once so many bytes have come. */
  private static final class PausingReader extends Recorder {
    private final CountDownLatch paused = new CountDownLatch(1);
    private final long after;
    private volatile UpstreamExchange exchange;

    PausingReader(long after) {
      this.after = after;
    }

    @Override
    void keep(ByteBuf piece) {}

    @Override
    public void data(ByteBuf piece) {
      super.data(piece);
      if (paused.getCount() > 0 && bytes.get() >= after) {
        exchange.pause();
        paused.countDown();
      }
    }
  }

  /** Pauses at every piece, and goes on a little later. */
  private static final class StammeringReader extends Recorder {
    private final Client client;
    private volatile UpstreamExchange exchange;

    StammeringReader(Client client) {
      this.client = client;
    }

    @Override
    public void data(ByteBuf piece) {
      super.data(piece);
      exchange.pause();
      client.loop.execute(exchange::resume);
    }
  }

  /** Writes a body of so many bytes as fast as it may. */
  private static final class Writer extends Recorder {
    private static final int PIECE = 16 * 1024;

    private final AtomicLong written = new AtomicLong();
    private final long length;
    private UpstreamExchange exchange;

    Writer(long length) {
      this.length = length;
    }

    @Override
    public void writable() {
      boolean more = true;
      while (more && written.get() < length) {
        ByteBuf piece = ByteBufAllocator.DEFAULT.directBuffer(PIECE).writeZero(PIECE);
        written.addAndGet(PIECE);
        more = exchange.write(piece);
      }
      if (written.get() == length && !isOver()) {
        exchange.endRequest();
      }
    }
  }
}
