package io.nearcast.edge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.edge.corpus.Corpus;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every raw response of the corpus behind an edge, and behind a shield behind an edge: what the
 * client gets, that nothing is stored of what is malformed or broke off although it said that it
 * might be, that its connection is ended, and that the next requests get their own answers.
 */
@Timeout(60)
final class ResponseCorpusTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String STORABLE = "Cache-Control: max-age=60\r\n";
  private static final int FEW_FIELDS = 4_000;
  private static final AtomicInteger CASES = new AtomicInteger();
  private static final AtomicInteger HELD = new AtomicInteger();

  private static ScriptedOrigin origin;
  private static TestNode edge;
  private static TestNode shield;
  private static TestNode before;

  static List<Corpus.Entry> entries() {
    return Corpus.responses();
  }

  @BeforeAll
  static void start() {
    origin = ScriptedOrigin.answering("clean");
    edge = TestNode.edge(origin);
    shield = TestNode.shield(origin);
    before = TestNode.edgeBefore(shield.url(), origin);
  }

  @AfterAll
  static void stop() {
    before.close();
    shield.close();
    edge.close();
    origin.close();
  }

  @ParameterizedTest
  @MethodSource("entries")
  void behindAnEdge(Corpus.Entry entry) {
    check(entry, edge, entry.get("client", "as it came"));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void behindAShield(Corpus.Entry entry) {
    check(entry, before, entry.get("client behind a shield", entry.get("client", "as it came")));
  }

  private static void check(Corpus.Entry entry, TestNode node, String client) {
    String path = "/r" + CASES.incrementAndGet();
    String method = entry.get("request", "GET");
    String outcome = new String(Corpus.bytes(entry.get("outcome")), ISO_8859_1);
    boolean malformed = outcome.startsWith("malformed");
    byte[] bytes = storable(entry.bytes(path));
    origin.script(call -> {
      if (!call.head().target().equals(path)) {
        call.reply(200, "clean " + call.head().target());
        return;
      }
      call.send(bytes);
      if (malformed) {
        untilClosed(call);
      }
      call.cut();
    });
    Message answer = ask(node, method, path);
    if (client.equals("502")) {
      assertThat(answer.status()).isEqualTo(502);
    } else if (Character.isDigit(outcome.charAt(0))) {
      assertThat(answer.complete()).as("it is complete").isTrue();
      assertThat((answer.status() + " " + answer.text()).strip()).isEqualTo(outcome);
    } else if (answer.status() == 502) {
      assertThat(answer.field("Cache-Status")).as("why").contains("detail=");
    } else {
      // The head had been passed on already: the client must see that the rest is missing.
      assertThat(outcome.equals("closed before the head")).isFalse();
      assertThat(answer.complete()).as("a transfer that looks whole").isFalse();
    }
    await("a malformed answer's connection is ended").until(() -> HELD.get() == 0);
    assertThat(answer.hasFieldLike("Nearcast-")).as("what tiers say stays there").isFalse();
    boolean whole = Character.isDigit(outcome.charAt(0));
    next(node, path, whole && !entry.get("stored", "yes").equals("no"));
  }

  private static Message ask(TestNode node, String method, String path) {
    try (Wire wire = node.connect()) {
      Message head = wire.send(Wire.request(method, path)).readHead();
      while (head.status() < 200) {
        head = wire.readHead();
      }
      return wire.rest(head, method.equals("HEAD"));
    }
  }

  /** Whoever asks next gets what the origin says now, unless what came was whole. */
  private static void next(TestNode node, String path, boolean mayBeStored) {
    origin.script(
        call -> call.reply(200, "clean " + call.head().target(), "Cache-Control: no-store"));
    assertThat(node.get(path + "/next").text()).isEqualTo("clean " + path + "/next");
    if (!mayBeStored) {
      Message again = node.get(path);
      assertThat(again.text()).as("nothing was stored").isEqualTo("clean " + path);
    }
  }

  /** The same answer with leave to store it, so that only its faults speak against that. */
  private static byte[] storable(byte[] bytes) {
    String text = new String(bytes, ISO_8859_1);
    boolean room =
        text.startsWith(OK) && text.length() < FEW_FIELDS && !text.contains("A: b\r\nA: b");
    return room ? (OK + STORABLE + text.substring(OK.length())).getBytes(ISO_8859_1) : bytes;
  }

  private static void untilClosed(ScriptedOrigin.Call call) throws IOException {
    HELD.incrementAndGet();
    try {
      while (call.in().read() >= 0) {
        Thread.onSpinWait();
      }
    } finally {
      HELD.decrementAndGet();
    }
  }
}
