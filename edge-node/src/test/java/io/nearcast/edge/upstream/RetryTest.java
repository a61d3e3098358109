package io.nearcast.edge.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.upstream.RawOrigin.Script;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which requests are sent again, and to whom. */
final class RetryTest {
  private static final String HI = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
  private static final String BACKUP = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nbackup";

  /** Answers once on each connection and takes the second request without an answer. */
  private static final Script STALE =
      peer -> {
        peer.readHead();
        peer.send(HI);
        peer.readHead();
      };

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
    Duration half = Duration.ofMillis(500);
    client =
        Client.start(
            new UpstreamLimits(Duration.ofSeconds(2), half, half, Duration.ofSeconds(30), 100));
  }

  @AfterEach
  void stop() {
    client.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,200 hi",
    "HEAD,'200 '",
    "DELETE,200 hi",
    "PUT,200 hi",
    "POST,closed before the head"
  })
  void aStaleConnectionIsReplacedForWhatMayBeRepeated(String method, String outcome)
      throws Exception {
    try (RawOrigin origin = RawOrigin.start(STALE)) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      Recorder second = client.send(plan, Client.request(method, "/"));
      assertThat(second.outcome()).isEqualTo(outcome);
      assertThat(origin.accepted()).isEqualTo(outcome.startsWith("200") ? 2 : 1);
    }
  }

  @Test
  void aConnectionThatDiesWithinAnAnswerIsNotStale() throws Exception {
    try (RawOrigin origin =
        RawOrigin.start(peer -> {
          peer.readHead();
          peer.send(HI);
          peer.readHead();
          peer.send("HTTP/1.1 2");
        })) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("closed before the head");
      assertThat(origin.accepted()).isEqualTo(1);
    }
  }

  @Test
  void aConsumedBodyIsNotSentAgain() throws Exception {
    try (RawOrigin origin = RawOrigin.start(STALE)) {
      UpstreamPlan plan = client.plan(origin.target("o"), origin.target("p"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 hi");
      UpstreamRequest put = new UpstreamRequest(Client.head("PUT", "/"), true, 3);
      Recorder recorder = new Recorder();
      client.onLoop(() -> {
        UpstreamExchange exchange = client.upstreams.send(client.loop, plan, put, recorder);
        exchange.write(Unpooled.wrappedBuffer(new byte[3]));
        exchange.endRequest();
      });
      assertThat(recorder.outcome()).isEqualTo("closed before the head");
    }
  }

  @Test
  void anOlderConnectionIsLeftToWhatMayBeRepeated() throws Exception {
    try (RawOrigin origin = RawOrigin.answering(HI)) {
      Target target = origin.target("o");
      assertThat(client.send(client.plan(target), Client.get("/")).outcome()).isEqualTo("200 hi");
      TargetState state = client.upstreams.state(target);
      client.onLoop(() -> {
        UpstreamPool pool = client.upstreams.pool(client.loop);
        UpstreamConnection used = pool.borrow(state, Long.MAX_VALUE);
        assertThat(used.isOpen()).isTrue();
        pool.giveBack(used);
        UpstreamConnection unused = pool.borrow(state, 0);
        assertThat(unused.isOpen()).isFalse();
        pool.discard(unused);
        assertThat(pool.borrow(state, Long.MAX_VALUE)).isSameAs(used);
        pool.giveBack(used);
      });
    }
  }

  @ParameterizedTest
  @CsvSource({"GET", "POST", "PATCH"})
  void anUnreachableTargetIsPassedOver(String method) throws Exception {
    try (RawOrigin backup = RawOrigin.answering(BACKUP)) {
      UpstreamPlan plan = client.plan(refusing("o"), refusing("p"), backup.target("q"));
      Recorder recorder = client.send(plan, Client.request(method, "/"));
      assertThat(recorder.outcome()).isEqualTo("200 backup");
      assertThat(recorder.from.name()).isEqualTo("q");
    }
  }

  @Test
  void aKeptBodyReachesTheTargetThatConnects() throws Exception {
    AtomicReference<String> body = new AtomicReference<>();
    try (RawOrigin backup =
        RawOrigin.start(peer -> {
          peer.readHead();
          body.set(new String(peer.readBytes(5), UTF_8));
          peer.send(BACKUP);
        })) {
      UpstreamPlan plan = client.plan(refusing("o"), backup.target("p"));
      UpstreamRequest post = new UpstreamRequest(Client.head("POST", "/"), true, 5);
      Recorder recorder = new Recorder();
      client.onLoop(() -> {
        UpstreamExchange exchange = client.upstreams.send(client.loop, plan, post, recorder);
        exchange.write(Unpooled.wrappedBuffer("hello".getBytes(UTF_8)));
        exchange.endRequest();
      });
      assertThat(recorder.outcome()).isEqualTo("200 backup");
      assertThat(body).hasValue("hello");
    }
  }

  @Test
  void nobodyReachable() throws Exception {
    UpstreamPlan plan = client.plan(refusing("o"), refusing("p"));
    Recorder recorder = client.send(plan, Client.get("/"));
    assertThat(recorder.outcome()).isEqualTo("could not connect");
    assertThat(recorder.failure.join().target().name()).isEqualTo("p");
    assertThat(recorder.failure.join().detail()).contains("refused");
  }

  @ParameterizedTest
  @CsvSource({"GET,200 backup", "POST,timed out: HEAD"})
  void aSilentTargetIsPassedOverForWhatMayBeRepeated(String method, String outcome)
      throws Exception {
    try (RawOrigin silent = RawOrigin.start(peer -> peer.awaitClose());
        RawOrigin backup = RawOrigin.answering(BACKUP)) {
      UpstreamPlan plan = client.plan(silent.target("o"), backup.target("p"));
      assertThat(client.send(plan, Client.request(method, "/")).outcome()).isEqualTo(outcome);
    }
  }

  @ParameterizedTest
  @CsvSource({"GET,200 backup", "POST,closed before the head"})
  void aTargetThatClosesIsPassedOverForWhatMayBeRepeated(String method, String outcome)
      throws Exception {
    try (RawOrigin closing = RawOrigin.start(peer -> peer.readHead());
        RawOrigin backup = RawOrigin.answering(BACKUP)) {
      UpstreamPlan plan = client.plan(closing.target("o"), backup.target("p"));
      assertThat(client.send(plan, Client.request(method, "/")).outcome()).isEqualTo(outcome);
      assertThat(closing.accepted()).isEqualTo(1);
    }
  }

  @Test
  void aResetBeforeTheHeadIsPassedOver() throws Exception {
    try (RawOrigin resetting =
            RawOrigin.start(peer -> {
              peer.readHead();
              peer.reset();
            });
        RawOrigin backup = RawOrigin.answering(BACKUP)) {
      UpstreamPlan plan = client.plan(resetting.target("o"), backup.target("p"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 backup");
    }
  }

  @Test
  void nothingIsTriedAgainAfterAHead() throws Exception {
    try (RawOrigin broken =
            RawOrigin.start(peer -> {
              peer.readHead();
              peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi");
            });
        RawOrigin backup = RawOrigin.answering(BACKUP)) {
      UpstreamPlan plan = client.plan(broken.target("o"), backup.target("p"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("closed in the body");
      assertThat(backup.accepted()).isZero();
    }
  }

  @Test
  void aResetIsNotTheEndOfABodyThatEndsAtClose() throws Exception {
    try (RawOrigin origin =
        RawOrigin.start(peer -> {
          peer.readHead();
          peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
          // The client says that it has read the beginning by its second request... it cannot,
          // so the reset may come with or after the bytes; both break the body.
          peer.reset();
        })) {
      UpstreamPlan plan = client.plan(origin.target("o"));
      assertThat(client.send(plan, Client.get("/")).outcome()).startsWith("closed ");
    }
  }

  @Test
  void aMalformedAnswerIsNotAskedForAgain() throws Exception {
    try (RawOrigin broken = RawOrigin.answering("HTTP/1.1 200 OK\r\nA : b\r\n\r\n");
        RawOrigin backup = RawOrigin.answering(BACKUP)) {
      UpstreamPlan plan = client.plan(broken.target("o"), backup.target("p"));
      assertThat(client.send(plan, Client.get("/")).outcome()).startsWith("malformed");
      assertThat(backup.accepted()).isZero();
    }
  }

  @Test
  void aShieldThatIsAwayIsPassedOver() throws Exception {
    String away = "HTTP/1.1 503 No\r\nNearcast-Away: 1\r\nContent-Length: 4\r\n\r\naway";
    try (RawOrigin shield = RawOrigin.answering(away);
        RawOrigin origin = RawOrigin.answering(BACKUP)) {
      UpstreamPlan plan = client.plan(shield.shield("s"), origin.target("o"));
      Recorder recorder = client.send(plan, Client.request("POST", "/"));
      assertThat(recorder.outcome()).isEqualTo("200 backup");
      // Whom there is nobody to ask after is believed, and an origin cannot be away.
      assertThat(client.send(client.plan(shield.shield("s")), Client.get("/")).outcome())
          .isEqualTo("503 away");
      UpstreamPlan origins = client.plan(shield.target("o1"), origin.target("o"));
      assertThat(client.send(origins, Client.get("/")).outcome()).isEqualTo("503 away");
    }
  }

  @Test
  void anErrorOfAShieldThatIsThereIsTheAnswer() throws Exception {
    try (RawOrigin shield =
            RawOrigin.answering(
                "HTTP/1.1 502 Bad\r\nNearcast-As-Of: log;7\r\nContent-Length: 3\r\n\r\nbad");
        RawOrigin origin = RawOrigin.answering(BACKUP)) {
      UpstreamPlan plan = client.plan(shield.shield("s"), origin.target("o"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("502 bad");
    }
  }

  @Test
  void aShieldThatDoesNotSayWhatItsAnswerIsAsOfIsPassedOver() throws Exception {
    try (RawOrigin shield = RawOrigin.answering(HI);
        RawOrigin origin = RawOrigin.answering(BACKUP)) {
      UpstreamPlan plan = client.plan(shield.shield("s"), origin.target("o"));
      assertThat(client.send(plan, Client.get("/")).outcome()).isEqualTo("200 backup");
      assertThat(client.send(plan, Client.request("HEAD", "/")).outcome()).startsWith("200");
      assertThat(origin.accepted()).isPositive();
      // Nor is it believed where there is nobody else.
      assertThat(client.send(client.plan(shield.shield("s")), Client.get("/")).outcome())
          .startsWith("unstated");
      String address = "127.0.0.1:" + shield.port();
      assertThat(
              client.metric(
                  "nearcast_upstream_requests_total",
                  "target",
                  "s",
                  "address",
                  address,
                  "outcome",
                  "unstated"))
          .isEqualTo(3);
      // What no cache can answer needs no proof.
      assertThat(client.send(plan, Client.request("POST", "/")).outcome()).isEqualTo("200 hi");
    }
  }

  @Test
  void tierFieldsGoToShieldsOnly() throws Exception {
    AtomicReference<String> toShield = new AtomicReference<>();
    AtomicReference<String> toOrigin = new AtomicReference<>();
    try (RawOrigin shield = RawOrigin.start(peer -> toShield.set(peer.readHead()));
        RawOrigin origin =
            RawOrigin.start(peer -> {
              toOrigin.set(peer.readHead());
              peer.send(HI);
            })) {
      UpstreamPlan plan = client.plan(shield.shield("s"), origin.target("o"));
      UpstreamRequest request =
          Client.request("GET", "/", "Nearcast-Min", "7", "Accept", "*/*", "nearcast-x", "y");
      assertThat(client.send(plan, request).outcome()).isEqualTo("200 hi");
      assertThat(toShield.get()).contains("Nearcast-Min: 7\r\n", "nearcast-x: y\r\n");
      assertThat(toOrigin.get().toLowerCase(Locale.ROOT))
          .contains("accept")
          .doesNotContain("nearcast");
    }
  }

  @Test
  void retriesStopWhereTheBudgetIsSpent() throws Exception {
    RetryBudget budget = new RetryBudget(() -> 0);
    int sent = 0;
    try (RawOrigin closing = RawOrigin.start(peer -> peer.readHead());
        RawOrigin backup = RawOrigin.answering(BACKUP)) {
      UpstreamPlan plan = client.plan(budget, closing.target("o"), backup.target("p"));
      while (client.send(plan, Client.get("/")).outcome().equals("200 backup")) {
        sent++;
      }
      // Ten to begin with, and a fifth for each request.
      assertThat(sent).isBetween(11, 13);
      String address = "127.0.0.1:" + closing.port();
      assertThat(
              client.metric(
                  "nearcast_upstream_retries_refused_total", "target", "o", "address", address))
          .isEqualTo(1);
    }
  }

  /** A target at whose port nobody listens. */
  static Target refusing(String name) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new Target(name, false, false, "127.0.0.1", socket.getLocalPort());
    }
  }
}
