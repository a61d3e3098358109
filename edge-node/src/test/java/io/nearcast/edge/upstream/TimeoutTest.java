package io.nearcast.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each stage of an exchange ends in its time. */
final class TimeoutTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String START = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";

  private Client client;

  @BeforeAll
  static void watch() {
    Client.watchLeaks();
  }

  @AfterAll
  static void check() {
    Client.checkLeaks();
  }

  @BeforeEach
  void start() {
    client = Client.start(new UpstreamLimits(SHORT, SHORT, SHORT, SHORT.multipliedBy(10), 10));
  }

  @AfterEach
  void stop() {
    client.close();
  }

  @Test
  void connecting() throws Exception {
    // It accepts and says nothing, so the TLS handshake hangs.
    try (RawOrigin origin = RawOrigin.start(peer -> peer.awaitClose())) {
      Target target = new Target("o", false, true, "127.0.0.1", origin.port());
      Recorder recorder = client.send(client.plan(target), Client.get("/"));
      assertThat(recorder.outcome()).isEqualTo("timed out: CONNECT");
    }
  }

  @Test
  void theHead() throws Exception {
    try (RawOrigin origin =
        RawOrigin.start(peer -> {
          peer.readHead();
          peer.send("HTTP/1.1 200 OK\r\nContent");
          peer.awaitClose();
        })) {
      assertThat(client.send(client.plan(origin.target("o")), Client.get("/")).outcome())
          .isEqualTo("timed out: HEAD");
    }
  }

  @Test
  void anInterimAnswerBeginsTheWaitAnew() throws Exception {
    try (RawOrigin origin =
        RawOrigin.start(peer -> {
          peer.readHead();
          for (int i = 0; i < 4; i++) {
            idle(SHORT.dividedBy(2));
            peer.send("HTTP/1.1 103 Early\r\n\r\n");
          }
          peer.send(START + "hiho");
          peer.awaitClose();
        })) {
      Recorder recorder = client.send(client.plan(origin.target("o")), Client.get("/"));
      assertThat(recorder.outcome()).isEqualTo("200 hiho");
      assertThat(recorder.interims).hasSize(4);
    }
  }

  @Test
  void theBody() throws Exception {
    try (RawOrigin origin =
        RawOrigin.start(peer -> {
          peer.readHead();
          peer.send(START + "hi");
          peer.awaitClose();
        })) {
      Recorder recorder = client.send(client.plan(origin.target("o")), Client.get("/"));
      assertThat(recorder.outcome()).isEqualTo("timed out: BODY");
      assertThat(recorder.body()).isEqualTo("hi");
    }
  }

  @Test
  void aSlowBodyThatKeepsComingIsRead() throws Exception {
    try (RawOrigin origin =
        RawOrigin.start(peer -> {
          peer.readHead();
          peer.send(START);
          for (char c : "hiho".toCharArray()) {
            idle(SHORT.dividedBy(2));
            peer.send(String.valueOf(c));
          }
          peer.awaitClose();
        })) {
      assertThat(client.send(client.plan(origin.target("o")), Client.get("/")).outcome())
          .isEqualTo("200 hiho");
    }
  }

  @Test
  void aPauseOfTheReaderDoesNotCount() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (RawOrigin origin =
        RawOrigin.start(peer -> {
          peer.readHead();
          peer.send(START + "hi");
          ConnectionReuseTest.awaitUninterruptibly(go);
          peer.send("ho");
          peer.awaitClose();
        })) {
      Pauser pauser = new Pauser();
      pauser.exchange = client.send(client.plan(origin.target("o")), Client.get("/"), pauser);
      pauser.awaitHead();
      idle(SHORT.multipliedBy(3));
      assertThat(pauser.isOver()).isFalse();
      go.countDown();
      client.onLoop(() -> pauser.exchange.resume());
      assertThat(pauser.outcome()).isEqualTo("200 hiho");
    }
  }

  @Test
  void theRequest() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    try (RawOrigin origin =
        RawOrigin.start(peer -> ConnectionReuseTest.awaitUninterruptibly(done))) {
      long length = 64L << 20;
      UpstreamRequest request = new UpstreamRequest(Client.head("PUT", "/"), true, length);
      Recorder recorder = new Recorder();
      client.onLoop(() -> {
        UpstreamExchange exchange =
            client.upstreams.send(client.loop, client.plan(origin.target("o")), request, recorder);
        // More than fits into the kernel, and nobody reads.
        exchange.write(Unpooled.directBuffer(1 << 25).writeZero(1 << 25));
      });
      assertThat(recorder.outcome()).isEqualTo("timed out: REQUEST");
      done.countDown();
    }
  }

  @Test
  void aSlowClientIsNotTheUpstreamsFault() throws Exception {
    try (RawOrigin origin =
        RawOrigin.start(peer -> {
          peer.readHead();
          peer.readBytes(2);
          peer.send(START + "hiho");
          peer.awaitClose();
        })) {
      UpstreamRequest request = new UpstreamRequest(Client.head("PUT", "/"), true, 2);
      Recorder recorder = new Recorder();
      client.onLoop(() -> {
        UpstreamExchange exchange =
            client.upstreams.send(client.loop, client.plan(origin.target("o")), request, recorder);
        exchange.write(Unpooled.directBuffer(1).writeZero(1));
        var _ =
            client.loop.schedule(
                () -> {
                  exchange.write(Unpooled.directBuffer(1).writeZero(1));
                  exchange.endRequest();
                },
                SHORT.toMillis() * 3,
                TimeUnit.MILLISECONDS);
      });
      assertThat(recorder.outcome()).isEqualTo("200 hiho");
    }
  }

  @Test
  void anOriginThatDoesNotSayContinue() throws Exception {
    try (RawOrigin origin = RawOrigin.start(peer -> peer.awaitClose())) {
      UpstreamRequest request =
          new UpstreamRequest(Client.head("PUT", "/", "Expect", "100-continue"), true, 2);
      assertThat(client.send(client.plan(origin.target("o")), request).outcome())
          .isEqualTo("timed out: HEAD");
    }
  }

  /** Lets time pass on an origin's thread, which stands for a slow network. */
  private static void idle(Duration time) {
    try {
      assertThat(new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Pauses at the first piece. */
  private static final class Pauser extends Recorder {
    private volatile UpstreamExchange exchange;
    private boolean once;

    @Override
    public void data(ByteBuf piece) {
      super.data(piece);
      if (!once) {
        once = true;
        exchange.pause();
      }
    }
  }
}
