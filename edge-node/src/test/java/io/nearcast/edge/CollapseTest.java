package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many clients that want the same thing at the same time. */
@Timeout(60)
final class CollapseTest {
  private static final String FRESH = "Cache-Control: max-age=60";
  private static final int CLIENTS = 200;

  private static List<Wire> ask(TestNode edge, int clients, String target, String... fields) {
    List<Wire> wires = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      wires.add(edge.connect().send(Wire.request("GET", target, fields)));
    }
    return wires;
  }

  private static void closeAll(List<Wire> wires) {
    wires.forEach(Wire::close);
  }

  /** Waits until so many requests have been begun at the edge and wait. */
  private static void awaitConnections(TestNode edge, int clients) {
    await().until(() -> edge.node.server().connections() == clients);
  }

  @Test
  void oneRequestFillsForAllAndStreamsWhileItGrows() throws Exception {
    CountDownLatch more = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.head(200, FRESH, "Content-Length: 10").send("01234");
              more.await();
              call.send("56789");
            });
        TestNode edge = TestNode.edge(origin)) {
      List<Wire> wires = ask(edge, CLIENTS, "/a");
      List<Message> heads = new ArrayList<>();
      for (Wire wire : wires) {
        heads.add(wire.readHead());
        assertThat(wire.readBytes(5)).asString(StandardCharsets.US_ASCII).isEqualTo("01234");
      }
      more.countDown();
      for (Wire wire : wires) {
        assertThat(wire.readBytes(5)).asString(StandardCharsets.US_ASCII).isEqualTo("56789");
      }
      assertThat(heads.stream().filter(head -> head.field("Cache-Status").contains("; collapsed")))
          .hasSize(CLIENTS - 1);
      assertThat(origin.requests()).hasSize(1);
      closeAll(wires);
    }
  }

  @Test
  void whatA304MakesPrivateIsForTheOneWhoAskedOnly() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering("old", "Cache-Control: max-age=5", "ETag: \"1\"");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      edge.settle().advanceSeconds(6);
      origin.script(call -> {
        if (call.head().field("If-None-Match") != null) {
          asked.countDown();
          answer.await();
          call.reply(304, "", "Cache-Control: private", "ETag: \"1\"");
        } else {
          call.reply(200, "own", "Cache-Control: private");
        }
      });
      List<Wire> first = ask(edge, 1, "/a");
      asked.await();
      List<Wire> second = ask(edge, 1, "/a");
      awaitConnections(edge, 2);
      answer.countDown();
      assertThat(first.getFirst().read().text()).isEqualTo("old");
      assertThat(second.getFirst().read().text()).isEqualTo("own");
      closeAll(first);
      closeAll(second);
    }
  }

  @Test
  void firstClientThatGoesAwayHurtsNobody() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              asked.countDown();
              answer.await();
              call.reply(200, "hello", FRESH);
            });
        TestNode edge = TestNode.edge(origin)) {
      Wire first = edge.connect().send(Wire.request("GET", "/a"));
      asked.await();
      List<Wire> others = ask(edge, 10, "/a");
      awaitConnections(edge, 11);
      first.reset();
      awaitConnections(edge, 10);
      answer.countDown();
      for (Wire wire : others) {
        assertThat(wire.read().text()).isEqualTo("hello");
      }
      assertThat(origin.requests()).hasSize(1);
      closeAll(others);
    }
  }

  @Test
  void fillGoesOnThoughEveryReaderHasGone() throws Exception {
    CountDownLatch more = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.head(200, FRESH, "Content-Length: 10").send("01234");
              more.await();
              call.send("56789");
            });
        TestNode edge = TestNode.edge(origin)) {
      Wire only = edge.connect().send(Wire.request("GET", "/a"));
      only.readHead();
      only.reset();
      awaitConnections(edge, 0);
      more.countDown();
      assertThat(edge.settle().get("/a").field("Cache-Status")).contains("; hit");
      assertThat(origin.requests()).hasSize(1);
    }
  }

  @Test
  void originThatDiesInTheMiddleBreaksEveryTransfer() throws Exception {
    for (String framing : List.of("Content-Length: 10", "Transfer-Encoding: chunked")) {
      CountDownLatch die = new CountDownLatch(1);
      try (ScriptedOrigin origin =
              ScriptedOrigin.start(call -> {
                call.head(200, FRESH, framing);
                call.send(framing.startsWith("C") ? "01234" : "5\r\n01234\r\n");
                die.await();
                call.cut();
              });
          TestNode edge = TestNode.edge(origin)) {
        List<Wire> wires = ask(edge, 20, "/a");
        List<Message> heads = wires.stream().map(Wire::readHead).toList();
        die.countDown();
        for (int i = 0; i < wires.size(); i++) {
          Message body = wires.get(i).rest(heads.get(i), false);
          assertThat(body.complete()).as(framing).isFalse();
          assertThat(body.body().length).isLessThanOrEqualTo(5);
        }
        edge.settle();
        assertThat(edge.engine().parts().store().stats().responses()).isZero();
        closeAll(wires);
      }
    }
  }

  @Test
  void originThatDiesBeforeTheHeadIsAnErrorForAll() throws Exception {
    CountDownLatch die = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              die.await();
              call.cut();
            });
        TestNode edge = TestNode.edge(origin)) {
      List<Wire> wires = ask(edge, 20, "/a");
      awaitConnections(edge, 20);
      die.countDown();
      for (Wire wire : wires) {
        assertThat(wire.read().status()).isEqualTo(502);
      }
      closeAll(wires);
    }
  }

  @Test
  void whatCannotBeSharedMakesNobodyWaitInLine() throws Exception {
    CountDownLatch all = new CountDownLatch(9);
    CountDownLatch first = new CountDownLatch(1);
    try (ScriptedOrigin origin = ScriptedOrigin.answering("x", "Cache-Control: private")) {
      origin.script(call -> {
        if (origin.requests().size() == 1) {
          first.await();
        } else {
          all.countDown();
          // Were they asked one after the other, this would never end.
          all.await();
        }
        call.reply(200, "mine", "Cache-Control: private");
      });
      try (TestNode edge = TestNode.edge(origin)) {
        List<Wire> wires = ask(edge, 10, "/a");
        awaitConnections(edge, 10);
        await().until(() -> origin.requests().size() == 1);
        first.countDown();
        for (Wire wire : wires) {
          assertThat(wire.read().text()).isEqualTo("mine");
        }
        assertThat(origin.requests()).hasSize(10);
        closeAll(wires);
      }
    }
  }

  @Test
  void clientsOfOtherVariantsAreNotMixedUp() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              answer.await();
              call.reply(200, call.head().field("X-L"), FRESH, "Vary: X-L");
            });
        TestNode edge = TestNode.edge(origin)) {
      List<Wire> wires = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        wires.addAll(ask(edge, 1, "/a", "X-L: " + i % 3));
      }
      awaitConnections(edge, 30);
      answer.countDown();
      for (int i = 0; i < 30; i++) {
        assertThat(wires.get(i).read().text()).isEqualTo("" + i % 3);
      }
      assertThat(origin.requests()).hasSize(3);
      closeAll(wires);
    }
  }

  @Test
  void rangesAreReadFromABodyThatGrows() throws Exception {
    CountDownLatch more = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.head(200, FRESH, "Content-Length: 10").send("01234");
              more.await();
              call.send("56789");
            });
        TestNode edge = TestNode.edge(origin)) {
      List<Wire> wires = ask(edge, 1, "/a");
      wires.getFirst().readHead();
      Message there = edge.get("/a", "Range: bytes=1-3");
      assertThat(there.text()).isEqualTo("123");
      wires.addAll(ask(edge, 1, "/a", "Range: bytes=3-6"));
      wires.addAll(ask(edge, 1, "/a", "Range: bytes=-2"));
      List<Message> heads = wires.stream().skip(1).map(Wire::readHead).toList();
      assertThat(wires.get(1).readBytes(2)).asString(StandardCharsets.US_ASCII).isEqualTo("34");
      more.countDown();
      assertThat(wires.get(1).readBytes(2)).asString(StandardCharsets.US_ASCII).isEqualTo("56");
      assertThat(wires.get(2).readBytes(2)).asString(StandardCharsets.US_ASCII).isEqualTo("89");
      assertThat(heads).allMatch(head -> head.status() == 206);
      assertThat(origin.requests()).hasSize(1);
      closeAll(wires);
    }
  }

  @Test
  void objectThatOutgrowsMemoryIsRelayedWholeToFastAndSlow() {
    byte[] body = new byte[6 << 20];
    IntStream.range(0, body.length).forEach(i -> body[i] = (byte) ((i * 31) >> 5));
    String chunk = new String(body, StandardCharsets.ISO_8859_1);
    CountDownLatch begin = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.head(200, FRESH, "Transfer-Encoding: chunked");
              call.chunk(chunk.substring(0, 1_000));
              begin.await();
              call.chunk(chunk.substring(1_000)).lastChunk();
            });
        TestNode edge = TestNode.edge(origin, 8L << 20)) {
      List<Wire> wires = ask(edge, 3, "/a");
      wires.add(Wire.narrow(edge.address()).send(Wire.request("GET", "/a")));
      List<Message> heads = wires.stream().map(Wire::readHead).toList();
      begin.countDown();
      List<Message> whole = java.util.Collections.synchronizedList(new ArrayList<>());
      for (int i = 0; i < wires.size(); i++) {
        Wire wire = wires.get(i);
        Message head = heads.get(i);
        Thread.ofVirtual().start(() -> whole.add(wire.rest(head, false)));
      }
      await().until(() -> whole.size() == wires.size());
      assertThat(whole).allMatch(Message::complete);
      assertThat(whole).allMatch(message -> java.util.Arrays.equals(message.body(), body));
      assertThat(origin.requests()).hasSize(1);
      assertThat(edge.settle().engine().parts().store().stats().responses()).isZero();
      closeAll(wires);
    }
  }

  @Test
  void whatIsRelayedInSmallChunksReachesASlowClientWhole() {
    byte[] body = new byte[24 << 20];
    IntStream.range(0, body.length).forEach(i -> body[i] = (byte) ((i * 31) >> 5));
    String text = new String(body, StandardCharsets.ISO_8859_1);
    AtomicInteger sent = new AtomicInteger();
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              call.head(200, "Cache-Control: no-store", "Transfer-Encoding: chunked");
              for (int i = 0; i < text.length(); i += 8_192) {
                call.chunk(text.substring(i, Math.min(i + 8_192, text.length())));
                sent.set(i);
              }
              call.lastChunk();
            });
        TestNode edge = TestNode.edge(origin);
        Wire slow = Wire.narrow(edge.address()).send(Wire.request("GET", "/a"))) {
      Message head = slow.readHead();
      // Until every buffer on the way is full, so that the fill is held up in the middle of what it
      // has read: what makes room then brings the rest of that at once.
      AtomicInteger before = new AtomicInteger(-1);
      await()
          .pollInterval(Duration.ofMillis(300))
          .until(() -> before.getAndSet(sent.get()) == sent.get());
      Message whole = slow.rest(head, false);
      assertThat(whole.complete()).isTrue();
      assertThat(whole.body()).isEqualTo(body);
    }
  }

  @Test
  void whatWasAskedBeforeAnUnsafeRequestIsNotStored() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              if (call.head().method().equals("POST")) {
                call.reply(204, "");
              } else {
                call.head(200, FRESH, "Content-Length: 3").send("o");
                go.await();
                call.send("ld");
              }
            });
        TestNode edge = TestNode.edge(origin);
        Wire early = edge.connect().send(Wire.request("GET", "/a"))) {
      Message head = early.readHead();
      assertThat(edge.ask("POST", "/a", "Content-Length: 0").status()).isEqualTo(204);
      origin.script(call -> call.reply(200, "new", FRESH));
      assertThat(edge.get("/a").text()).as("it does not join").isEqualTo("new");
      go.countDown();
      assertThat(early.rest(head, false).text()).isEqualTo("old");
      assertThat(edge.settle().get("/a").text()).as("it is not stored").isEqualTo("new");
    }
  }

  @Test
  void rangesStayRightWhereMemoryRunsOut() throws Exception {
    byte[] body = new byte[1900 << 10];
    IntStream.range(0, body.length).forEach(i -> body[i] = (byte) ((i * 31) >> 5));
    CountDownLatch begin = new CountDownLatch(1);
    CountDownLatch hold = new CountDownLatch(1);
    try (ScriptedOrigin origin = ScriptedOrigin.answering("x")) {
      origin.script(call -> {
        call.head(200, FRESH, "Content-Length: " + body.length).send(new byte[] {body[0]});
        if (call.head().target().startsWith("/hog")) {
          call.send(java.util.Arrays.copyOfRange(body, 1, body.length - 1));
          hold.await();
          call.send(new byte[] {body[body.length - 1]});
        } else {
          begin.await();
          call.send(java.util.Arrays.copyOfRange(body, 1, body.length));
        }
      });
      // Four bodies that grow leave no room for the end of the fifth.
      try (TestNode edge = TestNode.edge(origin, 8L << 20)) {
        List<Wire> hogs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          hogs.add(edge.connect().send(Wire.request("GET", "/hog?" + i)));
        }
        for (Wire hog : hogs) {
          hog.readHead();
          hog.readBytes(body.length - 1);
        }
        double before = edge.metric("nearcast_fills_not_stored_for_space_total");
        List<Wire> wires = ask(edge, 1, "/a");
        Message whole = wires.getFirst().readHead();
        int last = body.length - 1;
        wires.addAll(ask(edge, 1, "/a", "Range: bytes=1500000-1500009"));
        wires.addAll(ask(edge, 1, "/a", "Range: bytes=5-9," + (last - 9) + "-" + last));
        List<Message> heads = List.of(wires.get(1).readHead(), wires.get(2).readHead());
        begin.countDown();
        assertThat(wires.getFirst().rest(whole, false).body()).isEqualTo(body);
        assertThat(wires.get(1).rest(heads.get(0), false).body())
            .isEqualTo(java.util.Arrays.copyOfRange(body, 1_500_000, 1_500_010));
        Message parts = wires.get(2).rest(heads.get(1), false);
        assertThat(parts.complete()).isTrue();
        assertThat(parts.text())
            .contains(new String(body, 5, 5, StandardCharsets.ISO_8859_1))
            .contains(new String(body, last - 9, 10, StandardCharsets.ISO_8859_1));
        // More than one where memory ran out before the ranges were asked for: they then fill
        // alone.
        assertThat(edge.metric("nearcast_fills_not_stored_for_space_total")).isGreaterThan(before);
        hold.countDown();
        for (Wire hog : hogs) {
          hog.readBytes(1);
        }
        closeAll(wires);
        closeAll(hogs);
      }
    }
  }
}
