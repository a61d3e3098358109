package io.nearcast.edge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.corpus.Corpus;
import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.RecordingOrigin;
import io.nearcast.edge.testing.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every raw request of the corpus at an edge, and at an edge behind which is a shield: what is
 * answered, what the origin gets of it, and that whoever asks afterwards, on the same connection or
 * another one, gets what the origin would have said to an innocent client.
 */
@Timeout(60)
final class RequestCorpusTest {
  private static final String HOST = "www.test";
  private static final int BYTE_BY_BYTE_MAX = 600;
  private static final AtomicInteger CASES = new AtomicInteger();

  private static RecordingOrigin origin;
  private static TestNode edge;
  private static RecordingOrigin behindShield;
  private static TestNode shield;
  private static TestNode before;

  static List<Corpus.Entry> entries() {
    return Corpus.requests();
  }

  static List<Corpus.Entry> shortEntries() {
    return entries().stream().filter(entry -> entry.bytes("/").length <= BYTE_BY_BYTE_MAX).toList();
  }

  @BeforeAll
  static void start() {
    origin = RecordingOrigin.start();
    edge = TestNode.edge(origin.url());
    behindShield = RecordingOrigin.start();
    shield = TestNode.shield(behindShield.url());
    before = TestNode.edgeBefore(shield.url(), behindShield.url());
  }

  @AfterAll
  static void stop() {
    edge.close();
    origin.close();
    before.close();
    shield.close();
    behindShield.close();
    assertThat(origin.takeBroken()).isEmpty();
    assertThat(behindShield.takeBroken()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("entries")
  void atAnEdge(Corpus.Entry entry) {
    check(entry, edge, origin, false);
  }

  @ParameterizedTest
  @MethodSource("shortEntries")
  void atAnEdgeByteByByte(Corpus.Entry entry) {
    check(entry, edge, origin, true);
  }

  @ParameterizedTest
  @MethodSource("entries")
  void atAnEdgeBeforeAShield(Corpus.Entry entry) {
    check(entry, before, behindShield, false);
  }

  /** What the header says, which may say something else of an edge before a shield. */
  private static List<String> said(Corpus.Entry entry, String name, TestNode node) {
    List<String> other = node.equals(before) ? entry.all(name + " behind a shield") : List.of();
    return other.isEmpty() ? entry.all(name) : other;
  }

  private static void check(
      Corpus.Entry entry, TestNode node, RecordingOrigin from, boolean byteByByte) {
    String path = "/c" + CASES.incrementAndGet();
    from.takeRequests();
    try (Wire wire = node.connect()) {
      send(wire, entry.bytes(path), byteByByte);
      assertThat(statuses(wire, entry))
          .as("answers")
          .isEqualTo(said(entry, "answers", node).getFirst());
      List<String> expected = new ArrayList<>();
      said(entry, "origin", node).stream()
          .filter(line -> !line.equals("none"))
          .forEach(line ->
              expected.add(new String(Corpus.bytes(line.replace("{path}", path)), ISO_8859_1)));
      assertThat(from.takeRequests()).as("what the origin gets").isEqualTo(expected);
      if (entry.get("then").equals("open")) {
        Message probe = wire.send(Wire.request("GET", path + "/probe")).read();
        assertThat(probe.text()).isEqualTo(RecordingOrigin.clean("GET", path + "/probe", HOST));
      } else {
        assertThat(wire.ended()).as("the connection has ended").isTrue();
      }
    }
    innocent(node, path);
    assertThat(from.takeBroken()).isEmpty();
  }

  private static void send(Wire wire, byte[] bytes, boolean byteByByte) {
    if (!byteByByte) {
      wire.trySend(bytes);
      return;
    }
    for (byte b : bytes) {
      wire.trySend(new byte[] {b});
    }
  }

  private static String statuses(Wire wire, Corpus.Entry entry) {
    if (entry.get("answers").equals("none")) {
      return "none";
    }
    int count = entry.get("answers").split(", ", -1).length;
    List<String> statuses = new ArrayList<>();
    boolean toHead = entry.raw().startsWith("HEAD ");
    while (statuses.size() < count) {
      Message answer = wire.read(toHead);
      if (answer == null) {
        return statuses + " and the end";
      }
      if (answer.status() >= 200) {
        assertThat(answer.complete()).as("the answer is complete").isTrue();
        statuses.add(String.valueOf(answer.status()));
      }
    }
    return String.join(", ", statuses);
  }

  /** What the attack was aimed at, asked for by somebody else. */
  private static void innocent(TestNode node, String path) {
    for (String target : List.of(path, path + "/smuggled")) {
      Message answer = node.get(target);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo(RecordingOrigin.clean("GET", target, HOST));
    }
  }
}
