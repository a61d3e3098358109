package io.nearcast.edge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.Wire;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a client connection lives and ends. */
@Timeout(60)
final class ServerConnectionTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final int MUCH = 8 * 1024 * 1024;

  private final RecordingHandler handler = new RecordingHandler();

  private static String get(String target, String... fields) {
    return Wire.request("GET", target, fields);
  }

  @Test
  void halfClosedClientIsAnsweredAllThatItAsked() throws Exception {
    handler.held = true;
    try (TestServer server = new TestServer(handler, TestServer.PATIENT);
        Wire wire = server.connect()) {
      wire.send(get("/1") + get("/2") + "GET /3 HTT").endOutput();
      handler.answers.take().run();
      assertThat(wire.read().status()).isEqualTo(200);
      handler.answers.take().run();
      assertThat(wire.read().status()).isEqualTo(200);
      assertThat(wire.ended()).isTrue();
      assertThat(handler.seen).containsExactly("GET www.test /1", "GET www.test /2");
    }
  }

  @Test
  void halfCloseDoesNotCutAnAnswerThatIsBeingWritten() {
    handler.length = MUCH;
    try (TestServer server = new TestServer(handler, TestServer.PATIENT)) {
      for (String connection : new String[] {"Connection: keep-alive", "Connection: close"}) {
        try (Wire wire = Wire.narrow(server.server.address())) {
          wire.send(get("/", connection));
          Message head = wire.readHead();
          wire.endOutput();
          Message whole = wire.rest(head, false);
          assertThat(whole.complete()).isTrue();
          assertThat(wire.ended()).isTrue();
        }
      }
    }
  }

  @Test
  void halfCloseInABodyBreaksTheRequest() {
    try (TestServer server = new TestServer(handler, TestServer.PATIENT);
        Wire wire = server.connect()) {
      wire.send(Wire.request("POST", "/", "Content-Length: 10") + "abc").endOutput();
      assertThat(wire.ended()).isTrue();
      await().until(() -> handler.gone.contains("POST www.test /"));
      assertThat(handler.seen).isEmpty();
    }
  }

  @Test
  void resetInABodyBreaksTheRequest() {
    try (TestServer server = new TestServer(handler, TestServer.PATIENT);
        Wire wire = server.connect()) {
      wire.send(Wire.request("POST", "/", "Transfer-Encoding: chunked") + "5\r\nab");
      await().until(() -> server.server.connections() == 1);
      wire.reset();
      await().until(() -> server.server.connections() == 0);
      assertThat(handler.seen).isEmpty();
    }
  }

  @Test
  void badChunkBreaksTheRequestAndIsRefused() {
    try (TestServer server = new TestServer(handler, TestServer.PATIENT);
        Wire wire = server.connect()) {
      wire.send(Wire.request("POST", "/", "Transfer-Encoding: chunked") + "2\r\nabX");
      wire.send("0\r\n\r\n");
      assertThat(wire.read().status()).isEqualTo(400);
      assertThat(wire.ended()).isTrue();
      assertThat(handler.seen).isEmpty();
      assertThat(handler.gone).containsExactly("POST www.test /");
    }
  }

  @Test
  void slowHeadIsToldAndClosed() {
    Limits limits = TestServer.impatient(SHORT, LONG, LONG);
    try (TestServer server = new TestServer(handler, limits);
        Wire wire = server.connect()) {
      wire.send("GET / HTTP/1.1\r\nHost: a\r\n");
      Message answer = wire.read();
      assertThat(answer.status()).isEqualTo(408);
      assertThat(answer.field("Connection")).isEqualTo("close");
      assertThat(wire.ended()).isTrue();
      assertThat(handler.seen).isEmpty();
    }
  }

  @Test
  void idleConnectionIsClosedWithoutAWord() {
    Limits limits = TestServer.impatient(LONG, SHORT, LONG);
    try (TestServer server = new TestServer(handler, limits);
        Wire wire = server.connect()) {
      assertThat(wire.send(get("/")).read().status()).isEqualTo(200);
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void connectionThatNeverSpeaksIsClosed() {
    Limits limits = TestServer.impatient(LONG, SHORT, LONG);
    try (TestServer server = new TestServer(handler, limits);
        Wire wire = server.connect()) {
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void stalledReaderIsCutOff() {
    handler.length = MUCH;
    Limits limits = TestServer.impatient(LONG, LONG, SHORT);
    try (TestServer server = new TestServer(handler, limits);
        Wire wire = Wire.narrow(server.server.address())) {
      wire.send(get("/"));
      await().until(() -> handler.seen.size() == 1);
      await("it is cut off").until(() -> server.server.connections() == 0);
    }
  }

  @Test
  void stalledUploadIsCutOff() {
    Limits limits = TestServer.impatient(LONG, LONG, SHORT);
    try (TestServer server = new TestServer(handler, limits);
        Wire wire = server.connect()) {
      wire.send(Wire.request("POST", "/", "Content-Length: 10") + "abc");
      assertThat(wire.ended()).isTrue();
      await().until(() -> handler.gone.contains("POST www.test /"));
    }
  }

  @Test
  void slowAnswerIsNoStall() throws Exception {
    handler.held = true;
    Limits limits = TestServer.impatient(SHORT, SHORT, SHORT);
    try (TestServer server = new TestServer(handler, limits);
        Wire wire = server.connect()) {
      wire.send(get("/"));
      Runnable answer = handler.answers.take();
      // Another connection meets all of the time-outs meanwhile.
      try (Wire idle = server.connect()) {
        assertThat(idle.ended()).isTrue();
      }
      answer.run();
      assertThat(wire.read().status()).isEqualTo(200);
    }
  }

  @Test
  void connectionsBeyondTheLimitAreClosedAtOnce() {
    Limits one = new Limits(32 * 1024, 8 * 1024, 100, 1, LONG, LONG, LONG, false);
    try (TestServer server = new TestServer(handler, one);
        Wire first = server.connect()) {
      assertThat(first.send(get("/")).read().status()).isEqualTo(200);
      try (Wire second = server.connect()) {
        assertThat(second.ended()).isTrue();
      }
      assertThat(first.send(get("/")).read().status()).isEqualTo(200);
    }
  }

  @Test
  void drainEndsIdleConnectionsAndLetsAnswersBeFinished() throws Exception {
    handler.held = true;
    try (TestServer server = new TestServer(handler, TestServer.PATIENT);
        Wire idle = server.connect();
        Wire busy = server.connect()) {
      busy.send(get("/"));
      Runnable answer = handler.answers.take();
      Thread drain = Thread.ofVirtual().start(() -> server.server.drain(LONG));
      assertThat(idle.ended()).isTrue();
      answer.run();
      Message answered = busy.read();
      assertThat(answered.status()).isEqualTo(200);
      assertThat(answered.field("Connection")).isEqualTo("close");
      assertThat(busy.ended()).isTrue();
      drain.join();
    }
  }
}
