package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Service;
import io.nearcast.config.model.Upgrade;
import io.nearcast.edge.flow.TunnelLimits;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.WebSocketScript;
import io.nearcast.edge.testing.Wire;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Upgrade requests (RFC 9110 section 7.8): WebSocket (RFC 6455) where a service allows it. */
@Timeout(60)
final class UpgradeTest {
  private static final String[] HANDSHAKE = {
    "Connection: keep-alive, Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
  };

  private static Service allowing(ScriptedOrigin origin, List<Upgrade> upgrades, Rule... rules) {
    Service service = TestNode.service(origin, CachePolicy.DEFAULT, rules);
    return new Service(
        service.name(),
        service.domains(),
        service.origins(),
        service.cache(),
        service.purge(),
        service.rules(),
        upgrades);
  }

  private static TestNode allowing(TestNode node, ScriptedOrigin origin) {
    return node.serving(allowing(origin, List.of(Upgrade.WEBSOCKET)));
  }

  /** Collects what a WebSocket hears. */
  private static final class Heard implements WebSocket.Listener {
    final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private int bytes;

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        said.add(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      bytes += data.remaining();
      if (last) {
        said.add(bytes + " bytes");
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
      said.add("pong");
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String why) {
      said.add("closed " + status);
      return null;
    }

    String next() throws InterruptedException {
      return said.poll(20, TimeUnit.SECONDS);
    }
  }

  private static void talk(TestNode node) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      Heard heard = new Heard();
      URI url = URI.create("ws://127.0.0.1:" + node.address().getPort() + "/chat");
      WebSocket socket = client.newWebSocketBuilder().buildAsync(url, heard).join();
      socket.sendText("hello", true).join();
      assertThat(heard.next()).isEqualTo("hello");
      socket.sendBinary(ByteBuffer.allocate(3 << 20), true).join();
      assertThat(heard.next()).isEqualTo((3 << 20) + " bytes");
      socket.sendPing(ByteBuffer.allocate(0)).join();
      assertThat(heard.next()).isEqualTo("pong");
      assertThat(node.metric("nearcast_tunnels")).isEqualTo(1);
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").join();
      assertThat(heard.next()).isEqualTo("closed 1000");
    }
    await("the tunnel ends").until(() -> node.metric("nearcast_tunnels") == 0);
    assertThat(node.metric("nearcast_tunnels_opened_total")).isEqualTo(1);
  }

  @Test
  void webSocketThroughAnEdge() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.start(WebSocketScript::echo);
        TestNode edge = allowing(TestNode.edge(origin), origin)) {
      talk(edge);
      assertThat(origin.request().field("Upgrade")).isEqualTo("websocket");
      await().until(() -> origin.connections() == 0);
    }
  }

  @Test
  void webSocketThroughEdgeAndShield() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.start(WebSocketScript::echo);
        TestNode shield = allowing(TestNode.shield(origin), origin);
        TestNode edge = allowing(TestNode.edgeBefore(shield.url(), origin), origin)) {
      talk(edge);
      assertThat(origin.request().field("Via")).isEqualTo("1.1 nearcast, 1.1 nearcast");
      await().until(() -> shield.metric("nearcast_tunnels") == 0);
    }
  }

  @Test
  void theAnswerSaysWhoPassedItOn() {
    try (ScriptedOrigin origin = ScriptedOrigin.start(WebSocketScript::echo);
        TestNode edge = allowing(TestNode.edge(origin), origin);
        Wire wire = edge.connect()) {
      Message head = wire.send(Wire.request("GET", "/chat", HANDSHAKE)).readHead();
      assertThat(head.status()).isEqualTo(101);
      assertThat(head.field("Upgrade")).isEqualTo("websocket");
      assertThat(head.field("Connection")).isEqualTo("Upgrade");
      assertThat(head.field("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      assertThat(head.field("Cache-Status"))
          .isEqualTo("nearcast; fwd=bypass; fwd-status=101; detail=upgrade");
      assertThat(head.hasFieldLike("Content-Length")).isFalse();
    }
  }

  @Test
  void notAllowedIsRefusedWithTheRemedy() {
    try (ScriptedOrigin origin = ScriptedOrigin.start(WebSocketScript::echo);
        TestNode edge = TestNode.edge(origin);
        Wire wire = edge.connect()) {
      Message refused = wire.send(Wire.request("GET", "/chat", HANDSHAKE)).read();
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.text()).contains("upgrades: [websocket]", "--upgrade websocket");
      assertThat(refused.field("Cache-Status")).contains("upgrade");
      assertThat(origin.requests()).isEmpty();
    }
  }

  @Test
  void ruleSaysForItsPaths() {
    try (ScriptedOrigin origin = ScriptedOrigin.start(WebSocketScript::echo);
        TestNode edge = TestNode.edge(origin)) {
      edge.serving(
          allowing(
              origin,
              List.of(),
              new Rule("/ws/*", new Rule.Action.Bypass(), List.of(Upgrade.WEBSOCKET))));
      assertThat(edge.get("/chat", HANDSHAKE).status()).isEqualTo(403);
      try (Wire wire = edge.connect().send(Wire.request("GET", "/ws/chat", HANDSHAKE))) {
        assertThat(wire.readHead().status()).isEqualTo(101);
      }
      edge.serving(
          allowing(
              origin,
              List.of(Upgrade.WEBSOCKET),
              new Rule("/api/*", new Rule.Action.Bypass(), List.of())));
      assertThat(edge.get("/api/chat", HANDSHAKE).status()).isEqualTo(403);
    }
  }

  @Test
  void refusalOfTheOriginIsPassedOnAndTheConnectionGoesOn() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> call.reply(401, "no", "WWW-Authenticate: Basic"));
        TestNode edge = allowing(TestNode.edge(origin), origin);
        Wire wire = edge.connect()) {
      for (int i = 0; i < 2; i++) {
        Message refused = wire.send(Wire.request("GET", "/chat", HANDSHAKE)).read();
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.text()).isEqualTo("no");
        assertThat(refused.field("WWW-Authenticate")).isEqualTo("Basic");
      }
      assertThat(origin.connections()).isEqualTo(1);
    }
  }

  @Test
  void bytesBehindTheHeadsArePassedOnBothWays() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.send(WebSocketScript.accepting(call.head()) + "hello");
              call.send(call.in().readNBytes(5)).cut();
            });
        TestNode shield = allowing(TestNode.shield(origin), origin);
        TestNode edge = allowing(TestNode.edgeBefore(shield.url(), origin), origin);
        Wire wire = edge.connect()) {
      wire.send(Wire.request("GET", "/chat", HANDSHAKE) + "early");
      assertThat(wire.readHead().status()).isEqualTo(101);
      assertThat(new String(wire.readBytes(10), java.nio.charset.StandardCharsets.US_ASCII))
          .isEqualTo("helloearly");
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void sideThatEndsItsOutputStillHearsTheOther() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.send(WebSocketScript.accepting(call.head()));
              byte[] all = call.in().readAllBytes();
              call.send("heard " + all.length).cut();
            });
        TestNode edge = allowing(TestNode.edge(origin), origin);
        Wire wire = edge.connect()) {
      wire.send(Wire.request("GET", "/chat", HANDSHAKE)).readHead();
      wire.send(new byte[100_000]).endOutput();
      assertThat(new String(wire.readBytes(12), java.nio.charset.StandardCharsets.US_ASCII))
          .isEqualTo("heard 100000");
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void sideThatGoesTakesTheOtherWithIt() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.send(WebSocketScript.accepting(call.head()));
              if (call.head().target().equals("/cut")) {
                call.cut();
              }
              call.in().readAllBytes();
            });
        TestNode edge = allowing(TestNode.edge(origin), origin)) {
      try (Wire wire = edge.connect().send(Wire.request("GET", "/wait", HANDSHAKE))) {
        assertThat(wire.readHead().status()).isEqualTo(101);
        wire.reset();
      }
      await("the origin hears of it").until(() -> origin.connections() == 0);
      try (Wire wire = edge.connect().send(Wire.request("GET", "/cut", HANDSHAKE))) {
        assertThat(wire.readHead().status()).isEqualTo(101);
        assertThat(wire.ended()).isTrue();
      }
      await().until(() -> edge.metric("nearcast_tunnels") == 0);
      assertThat(edge.metric("nearcast_tunnels_opened_total")).isEqualTo(2);
    }
  }

  @Test
  void clientThatGoesBeforeTheAnswerEndsTheHandshake() throws Exception {
    BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              asked.add(call.head().target());
              call.in().read();
            });
        TestNode edge = allowing(TestNode.edge(origin), origin)) {
      try (Wire wire = edge.connect().send(Wire.request("GET", "/chat", HANDSHAKE))) {
        asked.take();
        wire.reset();
      }
      await().until(() -> origin.connections() == 0);
    }
  }

  @Test
  void nobodyIsSentMoreThanItReads() {
    AtomicLong sent = new AtomicLong();
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.send(WebSocketScript.accepting(call.head()));
              byte[] piece = new byte[1 << 20];
              while (sent.get() < 64 << 20) {
                call.send(piece);
                sent.addAndGet(piece.length);
              }
              call.cut();
            });
        TestNode edge = allowing(TestNode.edge(origin), origin);
        Wire wire = Wire.narrow(edge.address())) {
      wire.send(Wire.request("GET", "/chat", HANDSHAKE)).readHead();
      AtomicLong before = new AtomicLong(-1);
      await("the origin is held up")
          .pollInterval(200, TimeUnit.MILLISECONDS)
          .until(() -> sent.get() > 0 && before.getAndSet(sent.get()) == sent.get());
      assertThat(sent.get()).isLessThan(64 << 20);
      assertThat(wire.readBytes(64 << 20)).hasSize(64 << 20);
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void drainEndsTunnelsAndOpensNone() {
    try (ScriptedOrigin origin = ScriptedOrigin.start(WebSocketScript::echo);
        TestNode edge = allowing(TestNode.edge(origin), origin)) {
      try (Wire wire = edge.connect().send(Wire.request("GET", "/chat", HANDSHAKE))) {
        assertThat(wire.readHead().status()).isEqualTo(101);
        edge.engine().endTunnels();
        assertThat(wire.ended()).isTrue();
      }
      await().until(() -> origin.connections() == 0);
      assertThat(edge.get("/chat", HANDSHAKE).status()).isEqualTo(503);
      assertThat(edge.metric("nearcast_tunnels_refused_total")).isEqualTo(1);
    }
  }

  @Test
  void whatCannotBeFollowedIsIgnored() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", "Upgrade: h2c");
        TestNode edge = allowing(TestNode.edge(origin), origin)) {
      for (String request :
          List.of(
              "GET / HTTP/1.1|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: x|",
              "GET / HTTP/1.1|Upgrade: websocket|",
              "GET / HTTP/1.0|Connection: Upgrade|Upgrade: websocket|",
              "POST / HTTP/1.1|Connection: Upgrade|Upgrade: websocket|Content-Length: 0|",
              "GET / HTTP/1.1|Connection: Upgrade|Upgrade: websocket|Content-Length: 1|")) {
        String body = request.endsWith("1|") ? "x" : "";
        Message answer =
            Wire.ask(edge.address(), (request + "Host: a||").replace("|", "\r\n") + body);
        assertThat(answer.status()).as(request).isEqualTo(200);
        assertThat(answer.hasFieldLike("Upgrade")).as(request).isFalse();
      }
      assertThat(origin.requests())
          .hasSize(5)
          .noneMatch(seen -> seen.hasFieldLike("Upgrade") || seen.hasFieldLike("HTTP2"));
    }
  }

  @Test
  void answerThatSwitchesToSomethingElseIsMalformed() {
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call ->
                call.send(("HTTP/1.1 101 X|" + answers.take() + "||").replace("|", "\r\n")));
        TestNode edge = allowing(TestNode.edge(origin), origin)) {
      for (String fields :
          List.of(
              "Connection: Upgrade|Upgrade: h2c",
              "Connection: Upgrade|Upgrade: websocket, h2c",
              "Connection: close|Upgrade: websocket",
              "Connection: Upgrade",
              "Connection: Upgrade|Upgrade: websocket|Content-Length: 2")) {
        answers.add(fields);
        assertThat(edge.get("/chat", HANDSHAKE).status()).as(fields).isEqualTo(502);
      }
      answers.add("Connection: Upgrade|Upgrade: websocket");
      assertThat(edge.get("/plain").status()).as("nobody asked").isEqualTo(502);
      await().until(() -> origin.connections() == 0);
    }
  }

  @Test
  void noMoreTunnelsAreOpenThanMayBe() {
    TunnelLimits limits = new TunnelLimits(1, Duration.ofMinutes(5));
    try (ScriptedOrigin origin = ScriptedOrigin.start(WebSocketScript::echo);
        TestNode edge = allowing(TestNode.edge(origin, limits), origin)) {
      try (Wire first = edge.connect().send(Wire.request("GET", "/chat", HANDSHAKE))) {
        assertThat(first.readHead().status()).isEqualTo(101);
        Message refused = edge.get("/chat", HANDSHAKE);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.field("Retry-After")).isEqualTo("1");
        assertThat(edge.metric("nearcast_tunnels_refused_total")).isEqualTo(1);
      }
      await("the client is gone").until(() -> edge.metric("nearcast_tunnels") == 0);
      assertThat(edge.get("/chat", HANDSHAKE).status()).isEqualTo(101);
    }
  }

  @Test
  void tunnelEndsInWhichNothingWasSaidForAWhile() {
    TunnelLimits limits = new TunnelLimits(1, Duration.ofMillis(200));
    try (ScriptedOrigin origin = ScriptedOrigin.start(WebSocketScript::echo);
        TestNode edge = allowing(TestNode.edge(origin, limits), origin);
        Wire client = edge.connect().send(Wire.request("GET", "/chat", HANDSHAKE))) {
      assertThat(client.readHead().status()).isEqualTo(101);
      await().until(() -> edge.metric("nearcast_tunnels") == 0);
      await().until(() -> origin.connections() == 0);
    }
  }
}
