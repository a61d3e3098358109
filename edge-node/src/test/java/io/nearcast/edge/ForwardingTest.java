package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes past the cache, and what an edge adds to it and takes from it. */
@Timeout(60)
final class ForwardingTest {
  private static final String FRESH = "Cache-Control: max-age=60";

  @Test
  void uploadIsStreamedAsFastAsTheOriginReads() throws Exception {
    int length = 64 << 20;
    CountDownLatch read = new CountDownLatch(1);
    AtomicLong received = new AtomicLong();
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              read.await();
              received.set(call.readBody().body().length);
              call.reply(200, "thanks");
            });
        TestNode edge = TestNode.edge(origin);
        Wire wire = edge.connect()) {
      wire.send(Wire.request("POST", "/a", "Content-Length: " + length));
      AtomicLong sent = new AtomicLong();
      Thread client =
          Thread.ofPlatform()
              .start(() -> {
                byte[] piece = new byte[1 << 20];
                while (sent.get() < length) {
                  wire.send(piece);
                  sent.addAndGet(piece.length);
                }
              });
      // The client is held up long before all is sent, for nobody takes it.
      await().until(() -> sent.get() > 0 && origin.requests().size() == 1);
      assertThat(sent.get()).isLessThan(length);
      read.countDown();
      assertThat(wire.read().text()).isEqualTo("thanks");
      client.join();
      assertThat(received.get()).isEqualTo(length);
    }
  }

  @Test
  void chunkedUploadArrivesWhole() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> call.reply(200, call.readBody().text()));
        TestNode edge = TestNode.edge(origin);
        Wire wire = edge.connect()) {
      wire.send(Wire.request("PUT", "/a", "Transfer-Encoding: chunked"));
      wire.send("3\r\nabc\r\n").send("4\r\ndefg\r\n").send("0\r\n\r\n");
      assertThat(wire.read().text()).isEqualTo("abcdefg");
      wire.send(Wire.request("GET", "/a"));
      assertThat(wire.read().status()).isEqualTo(200);
    }
  }

  @Test
  void brokenUploadNeverLooksCompleteToTheOrigin() {
    AtomicLong complete = new AtomicLong();
    AtomicLong broken = new AtomicLong();
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(
                call -> (call.readBody().complete() ? complete : broken).incrementAndGet());
        TestNode edge = TestNode.edge(origin)) {
      for (String framing : new String[] {"Content-Length: 10", "Transfer-Encoding: chunked"}) {
        try (Wire wire = edge.connect()) {
          wire.send(Wire.request("POST", "/a", framing)).send("3\r\nabc\r\n");
          wire.reset();
        }
      }
      try (Wire wire = edge.connect()) {
        wire.send(Wire.request("POST", "/a", "Transfer-Encoding: chunked")).send("3\r\nabcX\r\n");
        assertThat(wire.read().status()).isEqualTo(400);
      }
      await().until(() -> origin.connections() == 0);
      assertThat(complete.get()).isZero();
    }
  }

  @Test
  void expectContinueIsTheOriginsToMeet() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              if (call.head().target().equals("/no")) {
                call.send("HTTP/1.1 413 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").cut();
              } else {
                call.head(100);
                call.reply(200, call.readBody().text());
              }
            });
        TestNode edge = TestNode.edge(origin)) {
      try (Wire wire = edge.connect()) {
        wire.send(Wire.request("POST", "/yes", "Expect: 100-continue", "Content-Length: 3"));
        assertThat(wire.readHead().status()).isEqualTo(100);
        assertThat(wire.send("abc").read().text()).isEqualTo("abc");
      }
      try (Wire wire = edge.connect()) {
        wire.send(Wire.request("POST", "/no", "Expect: 100-continue", "Content-Length: 3"));
        Message refused = wire.read();
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.field("Connection")).isEqualTo("close");
        assertThat(wire.ended()).isTrue();
      }
    }
  }

  @Test
  void earlyHintsAreRelayedAndNotStored() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.head(103, "Link: </s.css>", "Nearcast-X: y");
              call.reply(200, "hello", FRESH);
            });
        TestNode edge = TestNode.edge(origin);
        Wire wire = edge.connect()) {
      Message hints = wire.send(Wire.request("GET", "/a")).readHead();
      assertThat(hints.status()).isEqualTo(103);
      assertThat(hints.field("Link")).isEqualTo("</s.css>");
      assertThat(hints.hasFieldLike("Nearcast")).isFalse();
      assertThat(wire.read().text()).isEqualTo("hello");
      edge.settle();
      assertThat(wire.send(Wire.request("GET", "/a")).readHead().status()).isEqualTo(200);
    }
  }

  @Test
  void requestThatComesBackIsALoop() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", "Cache-Control: no-store");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a", "X-Forwarded-For: 192.0.2.1", "Via: 1.0 p", "CDN-Loop: other; a=b");
      Message seen = origin.request();
      assertThat(seen.field("X-Forwarded-For")).isEqualTo("192.0.2.1, 127.0.0.1");
      assertThat(seen.field("Via")).isEqualTo("1.0 p, 1.1 nearcast");
      assertThat(seen.field("CDN-Loop")).startsWith("other; a=b, ").endsWith(".nearcast");
      Message loop = edge.get("/a", "CDN-Loop: " + seen.field("CDN-Loop"));
      assertThat(loop.status()).isEqualTo(508);
      assertThat(origin.requests()).hasSize(1);
    }
  }

  @Test
  void hopByHopFieldsStopHere() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "hello", FRESH, "Connection: X-Hop", "X-Hop: 1", "Keep-Alive: a");
        TestNode edge = TestNode.edge(origin)) {
      Message answer =
          edge.get(
              "/a", "Connection: X-Mine, Authorization", "X-Mine: 1", "Authorization: b", "TE: x");
      Message seen = origin.request();
      assertThat(seen.field("X-Mine")).isNull();
      assertThat(seen.field("TE")).isNull();
      assertThat(seen.field("Authorization")).as("nobody can take it off").isEqualTo("b");
      assertThat(answer.field("X-Hop")).isNull();
      assertThat(answer.field("Keep-Alive")).isNull();
    }
  }

  @Test
  void methodsThatNobodyForwards() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello");
        TestNode edge = TestNode.edge(origin)) {
      assertThat(edge.ask("TRACE", "/").status()).isEqualTo(501);
      Message purge = edge.ask("PURGE", "/a");
      assertThat(purge.status()).isEqualTo(405);
      assertThat(purge.field("Allow")).doesNotContain("PURGE");
      assertThat(origin.requests()).isEmpty();
    }
  }

  @Test
  void clientThatGoesAwayEndsWhatIsOnlyForIt() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.head(200, "Cache-Control: no-store", "Content-Length: 100").send("abc");
              asked.countDown();
              call.in().read();
            });
        TestNode edge = TestNode.edge(origin)) {
      try (Wire wire = edge.connect().send(Wire.request("GET", "/a"))) {
        asked.await();
        wire.readHead();
        wire.reset();
      }
      await("the origin is let go").until(() -> origin.connections() == 0);
    }
  }

  @Test
  void optionsGoesNoFurtherThanItMay() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("");
        TestNode shield = TestNode.shield(origin);
        TestNode edge = TestNode.edgeBefore(shield.url(), origin)) {
      Message here = edge.ask("OPTIONS", "/a", "Max-Forwards: 0");
      assertThat(here.status()).isEqualTo(200);
      assertThat(here.field("Content-Length")).isEqualTo("0");
      assertThat(here.field("Allow")).contains("OPTIONS").contains("GET");
      assertThat(here.field("Cache-Status"))
          .isEqualTo("nearcast; detail=\"method: Max-Forwards: 0\"");
      assertThat(edge.ask("OPTIONS", "/a", "Max-Forwards: 1").field("Allow")).contains("GET");
      assertThat(origin.requests()).isEmpty();
      edge.ask("OPTIONS", "/a", "Max-Forwards: 2");
      assertThat(origin.request().field("Max-Forwards")).isEqualTo("0");
    }
  }

  @Test
  void viaSaysByWhichVersionAMessageCame() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call ->
                call.send(
                        "HTTP/1.0 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nv1")
                    .cut());
        TestNode shield = TestNode.shield(origin);
        TestNode edge = TestNode.edgeBefore(shield.url(), origin)) {
      Message answer = Wire.ask(edge.address(), "GET /a HTTP/1.0\r\nHost: www.test\r\n\r\n");
      assertThat(origin.request().field("Via")).isEqualTo("1.0 nearcast, 1.1 nearcast");
      assertThat(answer.field("Via")).isEqualTo("1.0 nearcast, 1.1 nearcast");
      edge.settle();
      shield.settle();
      assertThat(edge.get("/a", "Range: bytes=0-0").field("Via"))
          .as("of what is stored, in part")
          .isEqualTo("1.0 nearcast, 1.1 nearcast");
    }
  }
}
