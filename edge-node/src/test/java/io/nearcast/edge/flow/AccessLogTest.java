package io.nearcast.edge.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.http.Request;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The access log. */
@Timeout(60)
final class AccessLogTest {
  private static AccessLog.Entry entry(String target, String... fields) {
    RequestHead head = RequestHead.of("GET", "http", "www.test", target, Fields.of(fields));
    return new AccessLog.Entry(
        1_795_255_200_000L,
        new InetSocketAddress("192.0.2.7", 1234),
        new Request(head, false, true, false, Request.Framing.NONE, -1),
        200,
        512,
        Outcome.hit(Reason.FRESH),
        213_999,
        Fields.of("Content-Encoding", "gzip"),
        null);
  }

  @Test
  void lineIsTheCombinedFormatWithWhatBecameOfIt(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("access.log");
    try (AccessLog log = AccessLog.to(file)) {
      log.add(entry("/a?b", "User-Agent", "curl/8", "Referer", "http://r/"));
    }
    assertThat(Files.readString(file))
        .isEqualTo(
            "192.0.2.7 - - [21/Nov/2026:10:00:00 +0000] \"GET /a?b HTTP/1.1\" 200 512"
                + " \"http://r/\" \"curl/8\" www.test fresh 0.000213 gzip\n");
  }

  @Test
  void nothingThatAClientSendsEndsTheQuotesOrTheLine() {
    StringWriter out = new StringWriter();
    try (AccessLog log = new AccessLog(out)) {
      log.add(entry("/\"x", "User-Agent", "a\" \\ \u00e4\tb"));
    }
    assertThat(out.toString())
        .contains("\"GET /\\x22x HTTP/1.1\"")
        .contains("\"a\\x22 \\x5C \\xE4\\x09b\"")
        .endsWith("\n");
    assertThat(out.toString().lines()).hasSize(1);
  }

  @Test
  void everythingThatWasQueuedIsWrittenBeforeTheEnd() {
    StringWriter out = new StringWriter();
    try (AccessLog log = new AccessLog(out)) {
      for (int i = 0; i < 5_000; i++) {
        log.add(entry("/" + i));
      }
    }
    assertThat(out.toString().lines()).hasSize(5_000);
  }

  @Test
  void fullQueueDropsAndCounts() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    StringWriter out = new StringWriter();
    Writer slow =
        new Writer() {
          @Override
          public void write(char[] text, int from, int length) {
            writing.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            out.write(text, from, length);
          }

          @Override
          public void flush() {
            out.flush();
          }

          @Override
          public void close() {
            out.flush();
          }
        };
    try (AccessLog log = new AccessLog(slow)) {
      log.add(entry("/first"));
      writing.await();
      for (int i = 0; i < AccessLog.QUEUE_MAX + 7; i++) {
        log.add(entry("/more"));
      }
      assertThat(log.dropped()).isEqualTo(7);
      go.countDown();
    }
    assertThat(out.toString().lines()).hasSize(AccessLog.QUEUE_MAX + 1);
  }
}
