package io.nearcast.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConnectionReuseTest {
  private static final String HI = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

  @BeforeAll
  static void watch() {
    Client.watchLeaks();
  }

  @AfterAll
  static void check() {
    Client.checkLeaks();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HI,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        "HTTP/1.1 204 No\r\n\r\n",
        "HTTP/1.1 304 Not\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi"
      })
  void aWholeAnswerLeavesTheConnectionToTheNext(String answer) throws Exception {
    try (Client client = Client.start();
        RawOrigin origin = RawOrigin.answering(answer)) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      for (int i = 0; i < 5; i++) {
        assertThat(client.send(plan, Client.get("/")).outcome()).doesNotContain("closed");
      }
      assertThat(origin.accepted()).isEqualTo(1);
      assertThat(reuses(client, origin)).isEqualTo(4);
      assertThat(client.upstreams.idleConnections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\n"
      })
  void aDoubtfulAnswerIsTheLastOfItsConnection(String answer) throws Exception {
    try (Client client = Client.start();
        RawOrigin origin = RawOrigin.answering(answer)) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      assertThat(client.send(plan, Client.get("/1")).outcome()).isEqualTo("200 hi");
      assertThat(client.send(plan, Client.get("/2")).outcome()).isEqualTo("200 hi");
      assertThat(origin.accepted()).isEqualTo(2);
    }
  }

  @Test
  void bytesWhileIdleNeverBecomeAnAnswer() throws Exception {
    CountDownLatch stray = new CountDownLatch(1);
    try (Client client = Client.start();
        RawOrigin origin =
            RawOrigin.start(peer -> {
              peer.readHead();
              peer.send(HI);
              if (peer.number() == 1) {
                awaitUninterruptibly(stray);
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
              }
              peer.awaitClose();
            })) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      assertThat(client.upstreams.idleConnections()).isEqualTo(1);
      stray.countDown();
      await().until(() -> client.upstreams.idleConnections() == 0);
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      assertThat(origin.accepted()).isEqualTo(2);
    }
  }

  @Test
  void anIdleConnectionThatTheServerClosesIsForgotten() throws Exception {
    try (Client client = Client.start();
        RawOrigin origin =
            RawOrigin.start(peer -> {
              peer.readHead();
              peer.send(HI);
            })) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      await().until(() -> client.upstreams.idleConnections() == 0);
      assertThat(client.upstreams.state(origin.target("o")).connections()).isZero();
    }
  }

  @Test
  void anIdleConnectionEndsAfterItsTime() throws Exception {
    Duration idle = Duration.ofMillis(150);
    try (Client client = Client.start(limits(idle, 10));
        RawOrigin origin = RawOrigin.answering(HI)) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      await().until(() -> client.upstreams.state(origin.target("o")).connections() == 0);
    }
  }

  @Test
  void theServersKeepAliveShortensTheTime() throws Exception {
    String answer = HI.replace("Content", "Keep-Alive: timeout=1\r\nContent");
    try (Client client = Client.start();
        RawOrigin origin = RawOrigin.answering(answer)) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      await().atMost(Duration.ofSeconds(5)).until(() -> client.upstreams.idleConnections() == 0);
    }
  }

  @Test
  void anAnswerBeforeTheWholeRequestEndsItsConnection() throws Exception {
    try (Client client = Client.start();
        RawOrigin origin = RawOrigin.answering(HI)) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      UpstreamRequest request = new UpstreamRequest(Client.head("POST", "/"), true, 100);
      Recorder recorder = new Recorder();
      UpstreamExchange exchange = client.send(plan, request, recorder);
      assertThat(recorder.outcome()).isEqualTo("200 hi");
      assertThat(client.upstreams.state(origin.target("o")).connections()).isZero();
      // What the client still sends is dropped.
      client.onLoop(() -> {
        assertThat(exchange.write(Unpooled.buffer(10).writeZero(10))).isTrue();
        exchange.endRequest();
      });
    }
  }

  @Test
  void requestsAtTheSameTimeHaveTheirOwnConnections() throws Exception {
    CountDownLatch all = new CountDownLatch(20);
    try (Client client = Client.start();
        RawOrigin origin =
            RawOrigin.start(peer -> {
              while (peer.readHead() != null) {
                all.countDown();
                awaitUninterruptibly(all);
                peer.send(HI);
              }
            })) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      List<Recorder> recorders = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        recorders.add(client.send(plan, Client.get("/" + i)));
      }
      recorders.forEach(recorder -> assertThat(recorder.outcome()).isEqualTo("200 hi"));
      assertThat(origin.accepted()).isEqualTo(20);
      assertThat(client.upstreams.idleConnections()).isEqualTo(20);
      assertThat(client.send(plan, Client.get("/again")).outcome()).isEqualTo("200 hi");
      assertThat(origin.accepted()).isEqualTo(20);
    }
  }

  @Test
  void aTargetGetsNoMoreConnectionsThanAllowed() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (Client client = Client.start(limits(Duration.ofSeconds(30), 2));
        RawOrigin origin =
            RawOrigin.start(peer -> {
              peer.readHead();
              awaitUninterruptibly(go);
              peer.send(HI);
              peer.awaitClose();
            });
        RawOrigin other = RawOrigin.answering(HI.replace("hi", "yo"))) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      Recorder first = client.send(plan, Client.get("/"));
      Recorder second = client.send(plan, Client.get("/"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("no capacity");
      UpstreamPlan both = client.plan(origin.target("o"), other.target("p"));
      assertThat(client.send(both, Client.get("/")).outcome()).isEqualTo("200 yo");
      go.countDown();
      assertThat(first.outcome()).isEqualTo("200 hi");
      assertThat(second.outcome()).isEqualTo("200 hi");
    }
  }

  @Test
  void theConnectionIsKeptWhenTheReaderGoesAfterAWholeAnswer() throws Exception {
    try (Client client = Client.start();
        RawOrigin origin = RawOrigin.answering("HTTP/1.1 204 No\r\n\r\n")) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      Aborter aborter = new Aborter();
      aborter.exchange = client.send(plan, Client.get("/"), aborter);
      aborter.awaitHead();
      client.onLoop(() -> assertThat(client.upstreams.idleConnections()).isEqualTo(1));
      assertThat(aborter.isOver()).isFalse();
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("204 ");
      assertThat(origin.accepted()).isEqualTo(1);
    }
  }

  @Test
  void theConnectionIsClosedWhenTheReaderGoesWithinTheBody() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (Client client = Client.start();
        RawOrigin origin =
            RawOrigin.start(peer -> {
              peer.readHead();
              peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhi");
              peer.awaitClose();
              closed.countDown();
            })) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      Aborter aborter = new Aborter();
      aborter.exchange = client.send(plan, Client.get("/"), aborter);
      awaitUninterruptibly(closed);
      assertThat(aborter.bytes).hasValue(0);
      assertThat(aborter.isOver()).isFalse();
    }
  }

  @Test
  void aRequestIsGivenUpBeforeItIsSent() throws Exception {
    try (Client client = Client.start();
        RawOrigin origin = RawOrigin.answering(HI)) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      Recorder recorder = new Recorder();
      client.onLoop(() -> {
        UpstreamExchange exchange =
            client.upstreams.send(client.loop, plan, Client.get("/"), recorder);
        exchange.abort();
        exchange.abort();
      });
      client.onLoop(() -> assertThat(recorder.isOver()).isFalse());
      assertThat(origin.accepted()).isZero();
    }
  }

  @Test
  void requestsUnderWayFailWhenAllIsClosed() throws Exception {
    try (RawOrigin origin =
        RawOrigin.start(peer -> {
          peer.readHead();
          peer.awaitClose();
        })) {
      Recorder recorder;
      try (Client client = Client.start()) {
        recorder = client.send(client.plan(origin.target("o")), Client.get("/"));
        await().until(() -> origin.accepted() == 1);
      }
      assertThat(recorder.outcome()).isEqualTo("closed before the head");
    }
  }

  private static UpstreamLimits limits(Duration idle, int connections) {
    Duration long30 = Duration.ofSeconds(30);
    return new UpstreamLimits(Duration.ofSeconds(2), long30, long30, idle, connections);
  }

  private static double reuses(Client client, RawOrigin origin) {
    return client.metric(
        "nearcast_upstream_reuses_total", "target", "o", "address", "127.0.0.1:" + origin.port());
  }

  static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Gives up at the head. */
  private static final class Aborter extends Recorder {
    private volatile UpstreamExchange exchange;

    @Override
    public void head(Target target, io.nearcast.edge.rules.ResponseHead heard, long length) {
      super.head(target, heard, length);
      exchange.abort();
    }
  }
}
