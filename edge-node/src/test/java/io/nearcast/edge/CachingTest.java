package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one client after the other gets from an edge before an origin. */
@Timeout(60)
final class CachingTest {
  private static final String FRESH = "Cache-Control: max-age=60";

  @Test
  void secondRequestIsAHit() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH, "ETag: \"1\"");
        TestNode edge = TestNode.edge(origin)) {
      Message miss = edge.get("/a");
      assertThat(miss.status()).isEqualTo(200);
      assertThat(miss.text()).isEqualTo("hello");
      assertThat(miss.field("Cache-Status"))
          .isEqualTo("nearcast; fwd=uri-miss; fwd-status=200; stored; ttl=60; key=\"www.test/a\"");
      assertThat(miss.field("Via")).isEqualTo("1.1 nearcast");
      edge.settle().advanceSeconds(10);
      Message hit = edge.get("/a");
      assertThat(hit.text()).isEqualTo("hello");
      assertThat(hit.field("Cache-Status")).isEqualTo("nearcast; hit; ttl=50; key=\"www.test/a\"");
      assertThat(hit.field("Age")).isEqualTo("10");
      assertThat(hit.field("Content-Length")).isEqualTo("5");
      assertThat(origin.requests()).hasSize(1);
    }
  }

  @Test
  void headIsAnsweredFromWhatGetHasStored() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH);
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      Message head = edge.settle().ask("HEAD", "/a");
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.field("Content-Length")).isEqualTo("5");
      assertThat(head.field("Cache-Status")).isEqualTo("nearcast; hit; ttl=60; key=\"www.test/a\"");
      assertThat(origin.requests()).hasSize(1);
    }
  }

  @Test
  void headThatIsNotStoredGoesToTheOriginAsHead() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH);
        TestNode edge = TestNode.edge(origin);
        Wire wire = edge.connect()) {
      Message head = wire.send(Wire.request("HEAD", "/a")).read(true);
      assertThat(head.field("Content-Length")).isEqualTo("5");
      assertThat(origin.request().method()).isEqualTo("HEAD");
      assertThat(wire.send(Wire.request("GET", "/a")).read().text()).isEqualTo("hello");
      assertThat(origin.requests()).hasSize(2);
    }
  }

  @Test
  void conditionsAreDecidedByWhatIsStored() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "hello", FRESH, "ETag: \"1\"", "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT");
        TestNode edge = TestNode.edge(origin)) {
      assertThat(edge.get("/a", "If-None-Match: \"1\"").status()).isEqualTo(304);
      Message same = edge.settle().get("/a", "If-None-Match: \"0\", W/\"1\"");
      assertThat(same.status()).isEqualTo(304);
      assertThat(same.field("ETag")).isEqualTo("\"1\"");
      assertThat(same.field("Content-Length")).isNull();
      assertThat(edge.get("/a", "If-None-Match: \"2\"").text()).isEqualTo("hello");
      assertThat(edge.get("/a", "If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT").status())
          .isEqualTo(304);
      assertThat(origin.request().field("If-None-Match")).isNull();
    }
  }

  @Test
  void rangesAreCutFromWhatIsStored() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("0123456789", FRESH, "ETag: \"1\"");
        TestNode edge = TestNode.edge(origin)) {
      Message first = edge.get("/a", "Range: bytes=2-4");
      assertThat(first.status()).isEqualTo(206);
      assertThat(first.text()).isEqualTo("234");
      assertThat(first.field("Content-Range")).isEqualTo("bytes 2-4/10");
      assertThat(origin.request().field("Range")).isNull();
      assertThat(edge.settle().get("/a", "Range: bytes=-3").text()).isEqualTo("789");
      assertThat(edge.get("/a", "Range: bytes=8-").text()).isEqualTo("89");
      Message none = edge.get("/a", "Range: bytes=10-");
      assertThat(none.status()).isEqualTo(416);
      assertThat(none.field("Content-Range")).isEqualTo("bytes */10");
      assertThat(edge.get("/a", "Range: bytes=0-0", "If-Range: \"1\"").status()).isEqualTo(206);
      assertThat(edge.get("/a", "Range: bytes=0-0", "If-Range: \"2\"").status()).isEqualTo(200);
      assertThat(origin.requests()).hasSize(1);
    }
  }

  @Test
  void severalRangesAreAMultipart() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering("0123456789", FRESH, "Content-Type: text/plain");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      Message parts = edge.settle().get("/a", "Range: bytes=0-1,5-6");
      assertThat(parts.status()).isEqualTo(206);
      assertThat(parts.complete()).isTrue();
      String type = parts.field("Content-Type");
      assertThat(type).startsWith("multipart/byteranges; boundary=");
      String boundary = type.substring(type.indexOf('=') + 1);
      assertThat(parts.text())
          .isEqualTo(
              "\r\n--"
                  + boundary
                  + "\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
                  + "\r\n--"
                  + boundary
                  + "\r\nContent-Type: text/plain\r\nContent-Range: bytes 5-6/10\r\n\r\n56"
                  + "\r\n--"
                  + boundary
                  + "--\r\n");
    }
  }

  @Test
  void varyThatA304BringsCounts() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering("one", "Cache-Control: max-age=5", "ETag: \"1\"");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a", "X-L: en");
      edge.settle().advanceSeconds(6);
      origin.script(call -> {
        if (call.head().field("If-None-Match") == null) {
          call.reply(200, "two", FRESH, "ETag: \"2\"", "Vary: X-L");
        } else {
          call.reply(304, "", FRESH, "ETag: \"1\"", "Vary: X-L");
        }
      });
      assertThat(edge.get("/a", "X-L: en").text()).isEqualTo("one");
      assertThat(edge.settle().get("/a", "X-L: de").text()).isEqualTo("two");
      assertThat(edge.settle().get("/a", "X-L: en").text()).isEqualTo("one");
      assertThat(origin.requests()).hasSize(3);
    }
  }

  @Test
  void varyThatAHeadBringsCounts() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering("one", "Cache-Control: max-age=5", "ETag: \"1\"");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a", "X-L: en");
      edge.settle().advanceSeconds(6);
      origin.script(call -> call.reply(200, "one", FRESH, "ETag: \"1\"", "Vary: X-L"));
      edge.ask("HEAD", "/a", "X-L: en");
      origin.script(call -> call.reply(200, "two", FRESH, "ETag: \"2\"", "Vary: X-L"));
      assertThat(edge.settle().get("/a", "X-L: de").text()).isEqualTo("two");
      assertThat(edge.settle().get("/a", "X-L: en").text()).isEqualTo("one");
      assertThat(origin.requests()).hasSize(3);
    }
  }

  @Test
  void headThatForbidsStoringRemovesWhatIsStored() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("one", FRESH, "ETag: \"1\"");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      edge.settle().advanceSeconds(61);
      edge.ask("HEAD", "/a", "Authorization: Basic YTpi");
      assertThat(edge.settle().engine().parts().store().stats().responses())
          .as("the request forbids it for itself alone")
          .isOne();
      origin.script(call -> call.reply(200, "one", "Cache-Control: private", "ETag: \"1\""));
      edge.ask("HEAD", "/a");
      assertThat(edge.settle().engine().parts().store().stats().responses()).isZero();
    }
  }

  @Test
  void headThatIsForTheOriginAloneChangesNothingStored() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH, "ETag: \"1\"");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      edge.settle();
      origin.script(call -> call.reply(404, "gone", FRESH));
      assertThat(edge.ask("HEAD", "/a", "If-Match: *").status()).isEqualTo(404);
      assertThat(edge.settle().get("/a").text()).isEqualTo("hello");
      assertThat(origin.requests()).hasSize(2);
    }
  }

  @Test
  void headFromBeforeAnUnsafeRequestChangesNothingStored() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              if (call.head().method().equals("HEAD")) {
                asked.countDown();
                answer.await();
                call.reply(200, "old", FRESH, "ETag: \"1\"");
              } else {
                call.reply(200, "new", FRESH, "ETag: \"2\"");
              }
            });
        TestNode edge = TestNode.edge(origin);
        Wire head = edge.connect().send(Wire.request("HEAD", "/a"))) {
      asked.await();
      edge.ask("POST", "/a", "Content-Length: 0");
      edge.get("/a");
      answer.countDown();
      assertThat(head.read(true).field("ETag")).isEqualTo("\"1\"");
      assertThat(edge.settle().get("/a").field("Cache-Status")).contains("; hit");
    }
  }

  @Test
  void headThatMeetsStaleContentHasItRefreshed() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "old", "Cache-Control: max-age=5, stale-while-revalidate=60", "ETag: \"1\"");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      edge.settle().advanceSeconds(6);
      origin.script(call -> call.reply(200, "new", FRESH, "ETag: \"2\""));
      assertThat(edge.ask("HEAD", "/a").field("ETag")).isEqualTo("\"1\"");
      assertThat(edge.settle().get("/a").text()).isEqualTo("new");
      assertThat(origin.requests()).hasSize(2);
    }
  }

  @Test
  void variantsAreKeptApart() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(
                call -> call.reply(200, call.head().field("X-L"), FRESH, "Vary: X-L"));
        TestNode edge = TestNode.edge(origin)) {
      assertThat(edge.get("/a", "X-L: en").text()).isEqualTo("en");
      Message other = edge.settle().get("/a", "X-L: de");
      assertThat(other.text()).isEqualTo("de");
      assertThat(other.field("Cache-Status")).startsWith("nearcast; fwd=vary-miss;");
      edge.settle();
      assertThat(edge.get("/a", "X-L: en").field("Cache-Status")).contains("; hit");
      assertThat(edge.get("/a", "X-L: de").field("Cache-Status")).contains("; hit");
      assertThat(origin.requests()).hasSize(2);
    }
  }

  @Test
  void staleIsValidatedAndA304UpdatesTheHead() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH, "ETag: \"1\"", "X-N: 1");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      edge.settle().advanceSeconds(61);
      origin.script(call -> call.reply(304, "", "Cache-Control: max-age=30", "X-N: 2"));
      Message validated = edge.get("/a");
      assertThat(validated.text()).isEqualTo("hello");
      assertThat(validated.field("X-N")).isEqualTo("2");
      assertThat(validated.field("Cache-Status"))
          .startsWith("nearcast; fwd=stale; fwd-status=304; stored; ttl=30;");
      assertThat(origin.requests().get(1).field("If-None-Match")).isEqualTo("\"1\"");
      Message hit = edge.settle().get("/a");
      assertThat(hit.field("X-N")).isEqualTo("2");
      assertThat(hit.field("Cache-Status")).startsWith("nearcast; hit; ttl=30;");
    }
  }

  @Test
  void a304ThatForbidsStoringIsServedOnce() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH, "ETag: \"1\"");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      edge.settle().advanceSeconds(61);
      origin.script(call -> call.reply(304, "", "Cache-Control: no-store"));
      assertThat(edge.get("/a").text()).isEqualTo("hello");
      assertThat(edge.settle().engine().parts().store().stats().responses()).isZero();
    }
  }

  @Test
  void staleWhileRevalidateServesAtOnceAndAsksOnce() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering("old", "Cache-Control: max-age=1, stale-while-revalidate=60");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      edge.settle().advanceSeconds(10);
      origin.script(call -> {
        asked.countDown();
        answer.await();
        call.reply(200, "new", FRESH);
      });
      for (int i = 0; i < 20; i++) {
        Message stale = edge.get("/a");
        assertThat(stale.text()).isEqualTo("old");
        assertThat(stale.field("Cache-Status"))
            .startsWith("nearcast; hit; ttl=-9; detail=stale-while-revalidate;");
      }
      asked.await();
      answer.countDown();
      await().until(() -> edge.get("/a").text().equals("new"));
      assertThat(origin.requests()).hasSize(2);
    }
  }

  @Test
  void staleIfErrorServesWhatIsStored() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering("old", "Cache-Control: max-age=1, stale-if-error=60");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      edge.settle().advanceSeconds(10);
      origin.script(call -> call.reply(503, "down"));
      Message stale = edge.get("/a");
      assertThat(stale.text()).isEqualTo("old");
      assertThat(stale.field("Cache-Status"))
          .startsWith("nearcast; fwd=stale; fwd-status=503; ttl=-9; detail=stale-if-error;");
      origin.script(call -> call.cut());
      assertThat(edge.get("/a").text()).isEqualTo("old");
      edge.advanceSeconds(60);
      assertThat(edge.get("/a").status()).isEqualTo(502);
    }
  }

  @Test
  void noOriginIsAnErrorThatSaysSo() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("never")) {
      origin.stop();
      try (TestNode edge = TestNode.edge(origin)) {
        Message answer = edge.get("/a");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.field("Cache-Status")).startsWith("nearcast; fwd=uri-miss; detail=\"");
        assertThat(answer.field("Cache-Control")).isEqualTo("no-store");
      }
    }
  }

  @Test
  void onlyIfCachedAsksNobody() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("hello", FRESH);
        TestNode edge = TestNode.edge(origin)) {
      Message refused = edge.get("/a", "Cache-Control: only-if-cached");
      assertThat(refused.status()).isEqualTo(504);
      assertThat(refused.field("Cache-Status")).contains("only-if-cached");
      assertThat(origin.requests()).isEmpty();
      edge.get("/a");
      assertThat(edge.settle().get("/a", "Cache-Control: only-if-cached").status()).isEqualTo(200);
      assertThat(origin.requests()).hasSize(1);
    }
  }

  @Test
  void unsafeMethodsInvalidateWhatTheyMayHaveChanged() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              if (call.head().method().equals("GET")) {
                call.reply(200, "hello", FRESH);
              } else {
                call.reply(call.head().target().equals("/b") ? 500 : 200, "", "Location: /c");
              }
            });
        TestNode edge = TestNode.edge(origin)) {
      for (String target : new String[] {"/a", "/b", "/c"}) {
        edge.get(target);
      }
      edge.settle();
      edge.ask("POST", "/a", "Content-Length: 0");
      edge.ask("DELETE", "/b");
      assertThat(edge.settle().get("/a").field("Cache-Status")).contains("fwd=uri-miss");
      assertThat(edge.get("/b").field("Cache-Status"))
          .as("an error changes nothing")
          .contains("hit");
      assertThat(edge.get("/c").field("Cache-Status")).contains("fwd=uri-miss");
    }
  }

  @Test
  void aDateFromBeforeAnUnsafeRequestIsNotConfirmed() {
    try (ScriptedOrigin origin = ScriptedOrigin.answering("old", "Cache-Control: max-age=3600");
        TestNode edge = TestNode.edge(origin)) {
      String since = "If-Modified-Since: " + edge.get("/a").field("Date");
      edge.get("/b");
      edge.settle().advanceSeconds(10);
      origin.script(call -> call.reply(200, "new", "Cache-Control: max-age=3600"));
      edge.ask("POST", "/a", "Content-Length: 0");
      assertThat(edge.get("/a", since).text()).as("while it is fetched").isEqualTo("new");
      assertThat(edge.settle().get("/a", since).text()).as("once it is stored").isEqualTo("new");
      assertThat(edge.get("/b", since).status()).as("of another URL").isEqualTo(304);
    }
  }

  @Test
  void emptyAnswersHaveNoLength() {
    try (ScriptedOrigin origin = ScriptedOrigin.start(call -> call.reply(204, "", FRESH));
        TestNode edge = TestNode.edge(origin)) {
      assertThat(edge.get("/a").status()).isEqualTo(204);
      Message hit = edge.settle().get("/a");
      assertThat(hit.field("Cache-Status")).contains("; hit");
      assertThat(hit.field("Content-Length")).isNull();
    }
  }

  @Test
  void fieldsThatAreForOneClientReachOnlyTheFirst() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.answering(
                "hello", "Cache-Control: max-age=60, private=\"X-Mine\"", "X-Mine: 1");
        TestNode edge = TestNode.edge(origin)) {
      assertThat(edge.get("/a").field("X-Mine")).isEqualTo("1");
      assertThat(edge.settle().get("/a").field("X-Mine")).isNull();
      origin.script(call ->
          call.reply(200, "x", "Cache-Control: no-store, no-cache=\"X-Mine\"", "X-Mine: 2"));
      assertThat(edge.get("/b").field("X-Mine")).isEqualTo("2");
    }
  }

  @Test
  void bytesOfAnOldClientAreFramedByTheEnd() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call ->
                call.head(200, FRESH, "Transfer-Encoding: chunked").chunk("hello").lastChunk());
        TestNode edge = TestNode.edge(origin)) {
      Message old = Wire.ask(edge.address(), "GET /a HTTP/1.0\r\nHost: www.test\r\n\r\n");
      assertThat(old.text()).isEqualTo("hello");
      assertThat(old.field("Connection")).isEqualTo("close");
      assertThat(old.field("Transfer-Encoding")).isNull();
      Message chunked = edge.settle().get("/b");
      assertThat(chunked.text()).isEqualTo("hello");
      assertThat(chunked.field("Transfer-Encoding")).isEqualTo("chunked");
    }
  }
}
