package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.edge.rules.Slices;
import io.nearcast.edge.testing.LargeObject;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Objects that are too large to be fetched and stored as a whole. */
@Timeout(120)
final class SlicesTest {
  private static final long MIB = 1 << 20;
  private static final long LENGTH = 200 * MIB + 12_345;

  private final LargeObject object = new LargeObject(LENGTH);
  private ScriptedOrigin origin;
  private TestNode edge;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.start(object);
    edge = TestNode.edge(origin);
  }

  @AfterEach
  void stop() {
    edge.close();
    origin.close();
  }

  private Message range(TestNode node, long first, long last) {
    return node.get("/film", "Range: bytes=" + first + '-' + last);
  }

  private static void assertBytes(Message answer, int version, long first, long last) {
    assertThat(answer.complete()).isTrue();
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.field("Content-Range"))
        .isEqualTo("bytes " + first + '-' + last + '/' + LENGTH);
    assertThat(answer.body()).hasSize((int) (last - first + 1));
    assertThat(LargeObject.difference(version, first, answer.body())).isEqualTo(-1);
  }

  /** Reads a whole answer without keeping it; returns how many bytes came. */
  private static long download(Wire wire, int version) {
    Message head = wire.readHead();
    assertThat(head.status()).isEqualTo(200);
    long length = Long.parseLong(head.field("Content-Length"));
    long position = 0;
    while (position < length) {
      byte[] piece = wire.readBytes((int) Math.min(MIB, length - position));
      assertThat(LargeObject.difference(version, position, piece)).isEqualTo(-1);
      position += piece.length;
      if (piece.length == 0) {
        return position;
      }
    }
    return position;
  }

  @Test
  void aRangeInTheMiddleFetchesItsSlicesOnly() {
    long first = 100 * MIB + 5;
    assertBytes(range(edge, first, first + 2 * MIB), 1, first, first + 2 * MIB);
    assertThat(origin.requests()).hasSize(3);
    assertThat(origin.requests().getFirst().field("Range")).isEqualTo("bytes=104857600-105906175");
    assertThat(origin.requests().get(1).field("If-Range")).isEqualTo(LargeObject.tag(1));
    awaitSent(3 * Slices.BYTES);
    Message again = range(edge, first + 100, first + 200);
    assertBytes(again, 1, first + 100, first + 200);
    assertThat(again.field("Cache-Status")).contains("hit");
    assertThat(origin.requests()).hasSize(3);
  }

  @Test
  void theEndIsASliceLikeEveryOther() {
    Message answer = edge.get("/film", "Range: bytes=-100");
    assertBytes(answer, 1, LENGTH - 100, LENGTH - 1);
    assertBytes(range(edge, LENGTH - 50, LENGTH - 1), 1, LENGTH - 50, LENGTH - 1);
    assertThat(object.sent()).isLessThan(2 * MIB);
  }

  @Test
  void aWholeDownloadIsRightInLittleMemory() {
    try (Wire wire = edge.connect().send(Wire.request("GET", "/film"))) {
      assertThat(download(wire, 1)).isEqualTo(LENGTH);
    }
    edge.settle();
    // One that was given up, and the slices.
    assertThat(origin.requests()).hasSize(1 + 201);
    assertThat(object.sent()).isLessThan(LENGTH + 20 * MIB);
  }

  @Test
  void aSliceIsFetchedOnceForAllWhoWantIt() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger slices = new AtomicInteger();
    assertBytes(range(edge, 50 * MIB, 50 * MIB + 9), 1, 50 * MIB, 50 * MIB + 9);
    origin.script(call -> {
      slices.incrementAndGet();
      go.await();
      object.answer(call);
    });
    List<Wire> wires = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      long first = 60 * MIB + i;
      String range = "Range: bytes=" + first + '-' + (first + 1_000);
      wires.add(edge.connect().send(Wire.request("GET", "/film", range)));
    }
    await().until(() -> slices.get() == 1);
    go.countDown();
    for (int i = 0; i < 50; i++) {
      assertBytes(wires.get(i).read(), 1, 60 * MIB + i, 60 * MIB + i + 1_000);
      wires.get(i).close();
    }
    assertThat(slices).hasValue(1);
  }

  @Test
  void aChangeBeforeTheFirstByteIsLookedAtAgain() {
    range(edge, 50 * MIB, 50 * MIB + 9);
    object.change(2, LENGTH);
    assertBytes(range(edge, 70 * MIB, 70 * MIB + 9), 2, 70 * MIB, 70 * MIB + 9);
    assertBytes(range(edge, 50 * MIB, 50 * MIB + 9), 2, 50 * MIB, 50 * MIB + 9);
  }

  @Test
  void aChangeAfterTheFirstByteBreaksTheTransfer() throws Exception {
    CountDownLatch changed = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    origin.script(call -> {
      if (asked.incrementAndGet() > 4) {
        changed.await();
      }
      object.answer(call);
    });
    try (Wire wire = edge.connect().send(Wire.request("GET", "/film"))) {
      Message head = wire.readHead();
      byte[] begun = wire.readBytes((int) (2 * MIB));
      object.change(2, LENGTH);
      changed.countDown();
      Message rest = wire.rest(head, false);
      assertThat(rest.complete()).isFalse();
      assertThat(LargeObject.difference(1, 0, begun)).isEqualTo(-1);
      assertThat(LargeObject.difference(1, begun.length, rest.body())).isEqualTo(-1);
    }
    assertBytes(range(edge, 0, 99), 2, 0, 99);
  }

  @Test
  void aHardPurgeLeavesNoSliceUsable() {
    try (ScriptedFeed feed = feed("log")) {
      range(edge, 50 * MIB, 50 * MIB + 9);
      edge.settle();
      // The origin says that it is the same, and yet is asked for every byte of it.
      feed.purge(false, new io.nearcast.config.feed.Selector.Url("www.test", "/film"));
      int before = origin.requests().size();
      assertBytes(range(edge, 50 * MIB, 50 * MIB + 9), 1, 50 * MIB, 50 * MIB + 9);
      assertThat(origin.requests()).hasSize(before + 1);
      awaitSent(2 * MIB);
    }
  }

  @Test
  void aSoftPurgeIsValidatedAndTheSlicesGoOn() {
    try (ScriptedFeed feed = feed("log")) {
      range(edge, 50 * MIB, 50 * MIB + 9);
      // What is still coming would be older than the purge.
      edge.settle();
      feed.purge(true, new io.nearcast.config.feed.Selector.Url("www.test", "/film"));
      assertBytes(range(edge, 50 * MIB, 50 * MIB + 9), 1, 50 * MIB, 50 * MIB + 9);
      assertThat(origin.requests().getLast().field("If-None-Match")).isEqualTo(LargeObject.tag(1));
      awaitSent(MIB);
    }
  }

  @Test
  void aPurgeOfAManifestsTagIsOneOfItsSlices() {
    LargeObject elsewhere =
        new LargeObject(LENGTH).with("Cache-Control: max-age=60", "Cache-Tag: b");
    object.with("Cache-Control: max-age=60", "Cache-Tag: a");
    try (ScriptedFeed feed = feed("log")) {
      range(edge, 50 * MIB, 50 * MIB + 9);
      origin.script(elsewhere);
      range(edge, 60 * MIB, 60 * MIB + 9);
      edge.settle();
      origin.script(object);
      feed.purge(false, new io.nearcast.config.feed.Selector.Tag("a"));
      range(edge, 50 * MIB, 50 * MIB + 9);
      edge.settle();
      int before = origin.requests().size();
      assertBytes(range(edge, 60 * MIB, 60 * MIB + 9), 1, 60 * MIB, 60 * MIB + 9);
      assertThat(origin.requests()).hasSize(before + 1);
      edge.settle();
    }
  }

  @Test
  void aSliceThatFailsAheadOfItsTurnIsFetchedOnceMore() {
    range(edge, 50 * MIB, 50 * MIB + 9);
    AtomicInteger second = new AtomicInteger();
    origin.script(call -> {
      boolean ahead = call.head().field("Range").startsWith("bytes=" + 61 * MIB + '-');
      if (ahead && second.incrementAndGet() == 1) {
        call.reply(500, "");
      } else {
        object.answer(call);
      }
    });
    assertBytes(range(edge, 60 * MIB, 62 * MIB - 1), 1, 60 * MIB, 62 * MIB - 1);
    assertThat(second).hasValue(2);
  }

  @Test
  void aRangeThatIsOursAloneIsNotRefusedToTheClient() {
    origin.script(call -> {
      if (call.head().field("If-Range") == null) {
        call.reply(416, "", "Content-Range: bytes */3");
      } else {
        call.reply(200, "new", "Cache-Control: max-age=60", "ETag: \"new\"");
      }
    });
    Message answer = edge.get("/film", "Range: bytes=" + 50 * MIB + '-', "If-Range: \"old\"");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("new");
  }

  @Test
  void digestsAreThoseOfTheBytesThatAreSent() {
    String[] fields = {
      "Cache-Control: max-age=60",
      "Content-Digest: sha-256=:AA==:",
      "Content-MD5: AA==",
      "Repr-Digest: sha-256=:BB==:"
    };
    object.with(fields);
    origin.script(call -> {
      if (call.head().target().equals("/film")) {
        object.answer(call);
      } else {
        call.reply(200, "0123456789", fields);
      }
    });
    range(edge, 50 * MIB, 50 * MIB + 9);
    Message whole = edge.ask("HEAD", "/film");
    assertThat(edge.get("/small").field("Content-Digest")).isNotNull();
    Message part = edge.get("/small", "Range: bytes=2-3");
    Message several = edge.get("/small", "Range: bytes=2-3,6-7");
    assertThat(part.text()).isEqualTo("23");
    assertThat(List.of(whole, part, several))
        .allSatisfy(answer -> {
          assertThat(answer.field("Content-Digest")).isNull();
          assertThat(answer.field("Content-MD5")).isNull();
          assertThat(answer.field("Repr-Digest")).isNotNull();
        });
  }

  private ScriptedFeed feed(String log) {
    return new ScriptedFeed(edge)
        .snapshot(log, 10, TestNode.service(origin, io.nearcast.config.model.CachePolicy.DEFAULT));
  }

  @Test
  void whatIsStaleIsValidatedAndTheSlicesGoOn() {
    range(edge, 50 * MIB, 50 * MIB + 9);
    edge.settle().advanceSeconds(61);
    assertBytes(range(edge, 50 * MIB, 50 * MIB + 9), 1, 50 * MIB, 50 * MIB + 9);
    assertThat(origin.requests()).hasSize(2);
    edge.advanceSeconds(61);
    object.change(2, LENGTH);
    assertBytes(range(edge, 50 * MIB, 50 * MIB + 9), 2, 50 * MIB, 50 * MIB + 9);
  }

  @Test
  void headsAndConditionsNeedNoSlice() {
    range(edge, 50 * MIB, 50 * MIB + 9);
    Message head = edge.ask("HEAD", "/film");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.field("Content-Length")).isEqualTo("" + LENGTH);
    assertThat(head.field("Content-Range")).isNull();
    Message same = edge.get("/film", "If-None-Match: " + LargeObject.tag(1));
    assertThat(same.status()).isEqualTo(304);
    Message behind = edge.get("/film", "Range: bytes=" + LENGTH + "-");
    assertThat(behind.status()).isEqualTo(416);
    assertThat(behind.field("Content-Range")).isEqualTo("bytes */" + LENGTH);
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void severalRangesComeFromSeveralSlices() {
    range(edge, 50 * MIB, 50 * MIB + 9);
    Message answer = edge.get("/film", "Range: bytes=10-19, 52428800-52428809, -5");
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.field("Content-Type")).startsWith("multipart/byteranges");
    assertThat(answer.complete()).isTrue();
    assertThat(object.sent()).isLessThanOrEqualTo(4 * MIB);
  }

  @Test
  void aSlowReaderHoldsTwoSlices() {
    try (Wire slow = Wire.narrow(edge.address()).send(Wire.request("GET", "/film"))) {
      assertThat(slow.readHead().status()).isEqualTo(200);
      assertThat(slow.readBytes(1_000)).hasSize(1_000);
      edge.settle();
      // What was given up, the slices that are held, and what the system's own buffers took.
      assertThat(origin.requests()).hasSizeLessThan(12);
    }
  }

  @Test
  void whatHasNoStrongValidatorIsRelayed() {
    origin.script(call -> call.head(200, "ETag: W/\"x\"", "Content-Length: 20000000").cut());
    Message answer = edge.get("/film");
    assertThat(answer.complete()).isFalse();
    assertThat(answer.field("Cache-Status")).contains("too-large");
  }

  @Test
  void farRangesWithoutAStrongValidatorCostOneRequestEach() {
    origin.script(call -> {
      String range = call.head().field("Range");
      String[] ends = range.substring("bytes=".length()).split("-", -1);
      int length = (int) (Long.parseLong(ends[1]) - Long.parseLong(ends[0]) + 1);
      String content = "Content-Range: bytes " + range.substring(6) + "/" + LENGTH;
      call.reply(206, "x".repeat(length), "ETag: W/\"x\"", "Cache-Control: max-age=60", content);
    });
    for (int i = 0; i < 3; i++) {
      long first = (100 + 7 * i) * MIB + 5;
      assertThat(range(edge, first, first + 9).text()).isEqualTo("x".repeat(10));
      edge.settle();
    }
    assertThat(origin.requests()).as("once in vain").hasSize(4);
    assertThat(origin.requests().getLast().field("Range")).isEqualTo("bytes=119537669-119537678");
  }

  @Test
  void anOriginThatIgnoresRangesIsRelayed() {
    origin.script(call -> {
      call.head(200, "ETag: \"x\"", "Cache-Control: max-age=60", "Content-Length: 20000000");
      call.send(new byte[20_000_000]);
    });
    try (Wire wire = edge.connect().send(Wire.request("GET", "/film"))) {
      Message answer = wire.read();
      assertThat(answer.complete()).isTrue();
      assertThat(answer.body()).hasSize(20_000_000);
      assertThat(answer.field("Cache-Status")).contains("too-large");
    }
    assertThat(origin.requests().size()).isLessThanOrEqualTo(3);
  }

  @Test
  void anOriginThatLiesAboutRangesIsNotBelieved() {
    origin.script(call -> {
      String range = call.head().field("Range");
      if (range == null) {
        call.head(200, "ETag: \"x\"", "Cache-Control: max-age=60", "Content-Length: 20000000");
        call.send(new byte[20_000_000]);
        return;
      }
      call.reply(206, "lie", "ETag: \"x\"", "Content-Range: bytes 5-7/20000000");
    });
    Message answer = edge.get("/film");
    assertThat(answer.complete()).isTrue();
    assertThat(answer.body()).hasSize(20_000_000).containsOnly(0);
  }

  @Test
  void aSliceCutShortIsNeverTakenForWhole() {
    range(edge, 50 * MIB, 50 * MIB + 9);
    origin.script(call ->
        call.head(
                206,
                "ETag: " + LargeObject.tag(1),
                "Cache-Control: max-age=60",
                "Transfer-Encoding: chunked",
                "Content-Range: bytes 62914560-63963135/" + LENGTH)
            .chunk("only this")
            .lastChunk());
    Message broken = range(edge, 60 * MIB, 60 * MIB + 99);
    assertThat(broken.complete()).isFalse();
    origin.script(object);
    assertBytes(range(edge, 60 * MIB, 60 * MIB + 99), 1, 60 * MIB, 60 * MIB + 99);
  }

  @Test
  void anEdgeAndAShieldSliceBoth() {
    try (TestNode shield = TestNode.shield(origin);
        TestNode front = TestNode.edgeBefore(shield.url(), origin)) {
      assertBytes(range(front, 80 * MIB, 81 * MIB), 1, 80 * MIB, 81 * MIB);
      awaitSent(2 * MIB);
      try (TestNode second = TestNode.edgeBefore(shield.url(), origin)) {
        assertBytes(range(second, 80 * MIB, 81 * MIB), 1, 80 * MIB, 81 * MIB);
        awaitSent(2 * MIB);
      }
      try (Wire wire = front.connect().send(Wire.request("GET", "/film"))) {
        assertThat(download(wire, 1)).isEqualTo(LENGTH);
      }
    }
  }

  /** A client has what it wants before the origin has sent the rest of the slice. */
  private void awaitSent(long bytes) {
    await().untilAsserted(() -> assertThat(object.sent()).isEqualTo(bytes));
  }
}
