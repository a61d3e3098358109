package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Parts of responses: asked for, stored, found, completed, and never taken for more. */
@Timeout(60)
final class PartialTest {
  private static final String FRESH = "Cache-Control: max-age=60";
  private static final String TAG = "ETag: \"1\"";
  private static final String WHOLE = "0123456789";

  private ScriptedOrigin origin;
  private TestNode edge;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.start(PartialTest::answer);
    edge = TestNode.edge(origin);
  }

  @AfterEach
  void stop() {
    edge.close();
    origin.close();
  }

  /** Ten bytes, of which every range can be had. */
  private static void answer(ScriptedOrigin.Call call) throws java.io.IOException {
    String range = call.head().field("Range");
    if (range == null) {
      call.reply(200, WHOLE, FRESH, TAG);
    } else {
      String[] ends = range.substring("bytes=".length()).split("-", -1);
      int first = ends[0].isEmpty() ? 10 - Integer.parseInt(ends[1]) : Integer.parseInt(ends[0]);
      boolean open = ends[0].isEmpty() || ends[1].isEmpty();
      int last = open ? 9 : Math.min(9, Integer.parseInt(ends[1]));
      String fields = "Content-Range: bytes " + first + '-' + last + "/10";
      call.reply(206, WHOLE.substring(first, last + 1), FRESH, TAG, fields);
    }
  }

  /** A 200 that breaks off after so many bytes. */
  private void beginOf(int bytes, String... fields) {
    origin.script(call -> {
      call.head(200, fields).send(WHOLE.substring(0, bytes)).cut();
    });
    try (Wire wire = edge.connect().send(Wire.request("GET", "/a"))) {
      assertThat(wire.read().complete()).isFalse();
    }
    edge.settle();
    origin.script(PartialTest::answer);
  }

  @Test
  void theLastBytesAreFetchedAsTheyAreAndKept() {
    Message miss = edge.get("/a", "Range: bytes=-5");
    assertThat(miss.status()).isEqualTo(206);
    assertThat(miss.text()).isEqualTo("56789");
    assertThat(origin.request().field("Range")).isEqualTo("bytes=-5");
    Message within = edge.settle().get("/a", "Range: bytes=6-8");
    assertThat(within.status()).isEqualTo(206);
    assertThat(within.text()).isEqualTo("678");
    assertThat(within.field("Content-Range")).isEqualTo("bytes 6-8/10");
    assertThat(within.field("Cache-Status")).contains("hit");
    assertThat(edge.get("/a", "Range: bytes=-2").text()).isEqualTo("89");
    assertThat(edge.get("/a", "If-None-Match: \"1\"", "Range: bytes=7-8").status()).isEqualTo(304);
    assertThat(origin.requests()).hasSize(1);
    assertThat(edge.get("/a", "If-None-Match: \"1\"").status()).isEqualTo(304);
    assertThat(origin.requests()).as("a part answers ranges only, RFC 9111 section 3.3").hasSize(2);
  }

  @Test
  void theBeginningIsFetchedToAnEndThatIsThere() {
    edge.get("/a", "Range: bytes=-4");
    Message begin = edge.settle().get("/a", "Range: bytes=1-7");
    assertThat(begin.text()).isEqualTo("1234567");
    assertThat(begin.field("Content-Range")).isEqualTo("bytes 1-7/10");
    assertThat(begin.field("Cache-Status"))
        .as("the status is that of the origin's answer, RFC 9211 section 2.3")
        .contains("; fwd-status=206; stored;");
    assertThat(origin.requests()).hasSize(2);
    assertThat(origin.requests().getLast().field("Range")).isEqualTo("bytes=0-5");
    assertThat(origin.requests().getLast().field("If-Range")).isEqualTo("\"1\"");
    Message whole = edge.settle().get("/a");
    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.text()).isEqualTo(WHOLE);
    assertThat(whole.field("Cache-Status")).contains("; hit");
    assertThat(origin.requests()).hasSize(2);
  }

  @Test
  void varyThatTheRestBringsCounts() {
    edge.get("/a", "Range: bytes=-4", "X-L: en");
    edge.settle();
    origin.script(call -> {
      if (!"en".equals(call.head().field("X-L"))) {
        call.reply(200, "abcdefghij", FRESH, "ETag: \"2\"", "Vary: X-L");
      } else {
        call.reply(206, "012345", FRESH, TAG, "Content-Range: bytes 0-5/10", "Vary: X-L");
      }
    });
    assertThat(edge.get("/a", "X-L: en").text()).isEqualTo(WHOLE);
    assertThat(edge.settle().get("/a", "X-L: de", "Range: bytes=7-8").text()).isEqualTo("hi");
    assertThat(edge.settle().get("/a", "X-L: de").text()).isEqualTo("abcdefghij");
    assertThat(edge.get("/a", "X-L: en").text()).isEqualTo(WHOLE);
    assertThat(origin.requests()).hasSize(3);
  }

  @Test
  void anEndOfAnotherVersionIsNotJoined() {
    edge.get("/a", "Range: bytes=-4");
    edge.settle();
    origin.script(call -> {
      if (call.head().field("Range") == null) {
        call.reply(200, "abcdefghij", FRESH, "ETag: \"2\"");
      } else {
        // As if it did not know If-Range.
        call.reply(206, "abcdef", FRESH, "ETag: \"2\"", "Content-Range: bytes 0-5/10");
      }
    });
    assertThat(edge.get("/a").text()).isEqualTo("abcdefghij");
    assertThat(edge.settle().get("/a", "Range: bytes=-2").text()).isEqualTo("ij");
  }

  @Test
  void aBeginningThatBreaksOffIsNotTakenForWhole() {
    edge.get("/a", "Range: bytes=-4");
    edge.settle();
    origin.script(call -> {
      call.head(206, FRESH, TAG, "Content-Range: bytes 0-5/10", "Transfer-Encoding: chunked")
          .chunk("012")
          .lastChunk();
    });
    try (Wire wire = edge.connect().send(Wire.request("GET", "/a"))) {
      assertThat(wire.read().complete()).isFalse();
    }
    edge.settle();
    origin.script(PartialTest::answer);
    assertThat(edge.get("/a").text()).isEqualTo(WHOLE);
  }

  @Test
  void aBeginningThatIsLongerThanItSaysIsNotTakenForWhole() {
    edge.get("/a", "Range: bytes=-4");
    edge.settle();
    origin.script(call -> {
      call.head(206, FRESH, TAG, "Content-Range: bytes 0-5/10", "Transfer-Encoding: chunked")
          .chunk("012345")
          .chunk("wxyz")
          .lastChunk();
    });
    try (Wire wire = edge.connect().send(Wire.request("GET", "/a"))) {
      assertThat(wire.read().complete()).isFalse();
    }
    edge.settle();
    origin.script(PartialTest::answer);
    assertThat(edge.get("/a").text()).isEqualTo(WHOLE);
  }

  @Test
  void whatHasNoStrongValidatorIsAskedForOnce() {
    origin.script(
        call -> call.reply(206, "56789", FRESH, "ETag: W/\"1\"", "Content-Range: bytes 5-9/10"));
    edge.get("/a", "Range: bytes=-5");
    edge.settle();
    origin.script(call -> call.reply(200, WHOLE, FRESH, "ETag: W/\"1\""));
    assertThat(edge.get("/a").text()).isEqualTo(WHOLE);
    assertThat(origin.requests()).hasSize(2);
    assertThat(origin.requests().getLast().field("Range")).isNull();
  }

  @Test
  void a206ThatNobodyAskedForIsMalformed() {
    origin.script(call -> call.reply(206, "01", FRESH, TAG, "Content-Range: bytes 0-1/10"));
    Message answer = edge.get("/a");
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.text()).contains("206 although no range was asked for");
    assertThat(edge.ask("POST", "/a", "Content-Length: 0").status())
        .as("what it means to another method is not for a cache to say")
        .isEqualTo(206);
  }

  @Test
  void a206ForTheWholeIsAskedForAgainAsTheClientDid() {
    origin.script(call -> call.reply(206, "23", FRESH, TAG, "Content-Range: bytes 2-3/10"));
    Message answer = edge.get("/a", "Range: bytes=2-3");
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.text()).isEqualTo("23");
    assertThat(origin.requests().getFirst().field("Range")).isNull();
    assertThat(origin.requests().getLast().field("Range")).isEqualTo("bytes=2-3");
    assertThat(origin.requests()).hasSize(2);
  }

  @Test
  void aPartIsNeverMoreThanItIs() {
    edge.get("/a", "Range: bytes=-5");
    Message whole = edge.settle().get("/a");
    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.text()).isEqualTo(WHOLE);
    assertThat(whole.field("Cache-Status")).contains("fwd=partial");
    assertThat(edge.settle().get("/a", "Range: bytes=3-6").text()).isEqualTo("3456");
    assertThat(origin.requests()).hasSize(2);
  }

  @Test
  void aHeadIsNotAnsweredFromAPart() {
    edge.get("/a", "Range: bytes=-5");
    Message head = edge.settle().ask("HEAD", "/a");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.field("Content-Length")).isEqualTo("10");
    assertThat(origin.requests()).hasSize(2);
  }

  @Test
  void anyOtherRangeFetchesTheWholeForAll() {
    assertThat(edge.get("/a", "Range: bytes=4-5").text()).isEqualTo("45");
    assertThat(origin.request().field("Range")).isNull();
    assertThat(edge.settle().get("/a").text()).isEqualTo(WHOLE);
    assertThat(edge.get("/a", "Range: bytes=0-1,8-9").status()).isEqualTo(206);
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void aStalePartIsValidated() {
    edge.get("/a", "Range: bytes=-5");
    edge.settle().advanceSeconds(61);
    origin.script(call -> call.reply(304, "", FRESH, TAG));
    assertThat(edge.get("/a", "Range: bytes=-5").text()).isEqualTo("56789");
    assertThat(origin.requests().getLast().field("If-None-Match")).isEqualTo("\"1\"");
    assertThat(origin.requests().getLast().field("Range")).isNull();
  }

  @Test
  void theBeginningOfABrokenBodyIsKeptAndCompleted() {
    beginOf(4, FRESH, TAG, "Content-Length: 10");
    assertThat(edge.get("/a", "Range: bytes=1-2").text()).isEqualTo("12");
    assertThat(origin.requests()).hasSize(1);
    Message whole = edge.get("/a");
    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.text()).isEqualTo(WHOLE);
    assertThat(whole.field("Content-Range")).isNull();
    assertThat(origin.requests().getLast().field("Range")).isEqualTo("bytes=4-");
    assertThat(origin.requests().getLast().field("If-Range")).isEqualTo("\"1\"");
    assertThat(edge.settle().get("/a").field("Cache-Status")).contains("hit");
    assertThat(origin.requests()).hasSize(2);
  }

  @Test
  void whatHasNoStrongValidatorIsNotKeptInPart() {
    beginOf(4, FRESH, "ETag: W/\"1\"", "Content-Length: 10");
    assertThat(edge.get("/a", "Range: bytes=1-2").text()).isEqualTo("12");
    assertThat(origin.requests()).hasSize(2);
    assertThat(origin.requests().getLast().field("If-Range")).isNull();
  }

  @Test
  void partsOfTwoVersionsAreNeverJoined() {
    beginOf(4, FRESH, TAG, "Content-Length: 10");
    // It ignores If-Range, and gives the rest of another version.
    origin.script(call -> {
      if (call.head().field("Range") == null) {
        call.reply(200, "abcdefghij", FRESH, "ETag: \"2\"");
      } else {
        call.reply(206, "efghij", FRESH, "ETag: \"2\"", "Content-Range: bytes 4-9/10");
      }
    });
    assertThat(edge.get("/a").text()).isEqualTo("abcdefghij");
    assertThat(origin.requests()).hasSize(3);
    assertThat(edge.settle().get("/a", "Range: bytes=1-2").text()).isEqualTo("bc");
  }

  @Test
  void aRestThatIsNotWhatItSaysIsNeverTakenForWhole() {
    beginOf(4, FRESH, TAG, "Content-Length: 10");
    origin.script(call ->
        call.head(206, FRESH, TAG, "Content-Range: bytes 4-9/10", "Transfer-Encoding: chunked")
            .chunk("45")
            .lastChunk());
    assertThat(edge.get("/a").complete()).isFalse();
    origin.script(PartialTest::answer);
    Message again = edge.settle().get("/a");
    assertThat(again.complete()).isTrue();
    assertThat(again.text()).isEqualTo(WHOLE);
  }

  @Test
  void aRestThatBeginsElsewhereIsNotJoined() {
    beginOf(4, FRESH, TAG, "Content-Length: 10");
    origin.script(call -> {
      if (call.head().field("Range") == null) {
        answer(call);
      } else {
        call.reply(206, "56789", FRESH, TAG, "Content-Range: bytes 5-9/10");
      }
    });
    assertThat(edge.get("/a").text()).isEqualTo(WHOLE);
    assertThat(origin.requests()).hasSize(3);
  }

  @Test
  void aDateThatIsNotConfirmedIsAskedForWhole() {
    String modified = "Last-Modified: Tue, 14 Nov 2023 00:00:00 GMT";
    origin.script(call -> call.reply(200, WHOLE, "Cache-Control: max-age=5", modified));
    edge.get("/a");
    edge.settle().advanceSeconds(6);
    origin.script(call -> {
      if (call.head().field("If-Modified-Since") == null) {
        call.reply(200, "new", FRESH);
      } else {
        call.reply(304, "", FRESH, "Last-Modified: Wed, 15 Nov 2023 00:00:00 GMT");
      }
    });
    assertThat(edge.get("/a").text()).isEqualTo("new");
    assertThat(origin.requests()).hasSize(3);
    assertThat(origin.requests().getLast().field("If-Modified-Since")).isNull();
  }

  @Test
  void anOriginThatAnswersNothingBut304IsNotAskedForEver() {
    origin.script(call -> call.reply(304, "", FRESH));
    assertThat(edge.get("/a").status()).isEqualTo(502);
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void aHeadThatWasHandedOnRefreshesWhatIsStored() {
    edge.get("/a");
    edge.settle().advanceSeconds(61);
    origin.script(call -> call.reply(200, WHOLE, "Cache-Control: max-age=100", TAG, "X-New: 1"));
    assertThat(edge.ask("HEAD", "/a").status()).isEqualTo(200);
    Message hit = edge.get("/a");
    assertThat(hit.text()).isEqualTo(WHOLE);
    assertThat(hit.field("X-New")).isEqualTo("1");
    assertThat(hit.field("Cache-Status")).contains("hit");
    assertThat(origin.requests()).hasSize(2);
  }

  @Test
  void aHeadOfAnotherVersionRemovesWhatIsStored() {
    edge.get("/a");
    edge.settle().advanceSeconds(61);
    origin.script(call -> call.reply(200, "other", FRESH, "ETag: \"2\""));
    assertThat(edge.ask("HEAD", "/a").field("ETag")).isEqualTo("\"2\"");
    Message miss = edge.get("/a");
    assertThat(miss.text()).isEqualTo("other");
    assertThat(origin.requests().getLast().field("If-None-Match")).isNull();
  }

  @Test
  void aCrowdThatWantsAllAndPartsCostsOneRequest() throws Exception {
    java.util.concurrent.CountDownLatch go = new java.util.concurrent.CountDownLatch(1);
    origin.script(call -> {
      go.await();
      answer(call);
    });
    java.util.List<Wire> wires = new java.util.ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String[] range = i % 3 == 0 ? new String[0] : new String[] {"Range: bytes=" + i % 10 + "-9"};
      wires.add(edge.connect().send(Wire.request("GET", "/a", range)));
    }
    org.awaitility.Awaitility.await().until(() -> edge.node.server().connections() == 60);
    go.countDown();
    for (int i = 0; i < 60; i++) {
      assertThat(wires.get(i).read().text())
          .isEqualTo(i % 3 == 0 ? WHOLE : WHOLE.substring(i % 10));
      wires.get(i).close();
    }
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void whatCannotBeSharedGoesToTheOneWhoBeganOnly() throws Exception {
    java.util.concurrent.CountDownLatch go = new java.util.concurrent.CountDownLatch(1);
    origin.script(call -> {
      go.await();
      String who = call.head().field("Cookie");
      call.reply(200, who == null ? "nobody" : who, "Cache-Control: private");
    });
    Wire first = edge.connect().send(Wire.request("GET", "/a", "Cookie: first"));
    org.awaitility.Awaitility.await().until(() -> origin.requests().size() == 1);
    Wire second = edge.connect().send(Wire.request("GET", "/a", "Cookie: second"));
    org.awaitility.Awaitility.await().until(() -> edge.node.server().connections() == 2);
    first.reset();
    org.awaitility.Awaitility.await().until(() -> edge.node.server().connections() == 1);
    go.countDown();
    assertThat(second.read().text()).isEqualTo("second");
    second.close();
  }
}
