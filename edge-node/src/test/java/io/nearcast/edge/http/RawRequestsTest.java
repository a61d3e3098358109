package io.nearcast.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.testing.Message;
import io.nearcast.edge.testing.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What becomes of bytes on a client connection: the statuses that are answered, whether the
 * connection goes on, and which requests reach the handler. A row that says 400 and names no
 * request is one that could otherwise be smuggled past the cache.
 */
final class RawRequestsTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";
  private static final String POST = "POST /p HTTP/1.1\r\nHost: a\r\n";
  private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";
  private static final String PROBE = "GET /probe HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

  /**
   * One row.
   *
   * @param open whether the connection can be used afterwards
   * @param statuses of all final answers, in order
   * @param seen what reaches the handler
   */
  record Row(String name, String bytes, boolean open, List<Integer> statuses, List<String> seen) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final RecordingHandler HANDLER = new RecordingHandler();
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = new TestServer(HANDLER, TestServer.PATIENT);
  }

  @BeforeEach
  void forget() {
    HANDLER.seen.clear();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Row answered(String name, String bytes, String... seen) {
    return new Row(name, bytes, true, List.of(seen).stream().map(_ -> 200).toList(), List.of(seen));
  }

  private static Row answeredLast(String name, String bytes, String... seen) {
    Row open = answered(name, bytes, seen);
    return new Row(name, bytes, false, open.statuses(), open.seen());
  }

  /** Refused, and everything behind it with it; what stands before it is answered. */
  private static Row refused(int status, String name, String bytes, String... seen) {
    List<Integer> statuses = new ArrayList<>(answered(name, bytes, seen).statuses());
    statuses.add(status);
    return new Row(name, bytes, false, statuses, List.of(seen));
  }

  static Stream<Row> rows() {
    return Stream.of(
            framing(),
            transferCodings(),
            chunks(),
            lines(),
            hosts(),
            targets(),
            versions(),
            limits(),
            expectations(),
            pipelines())
        .flatMap(List::stream);
  }

  static Stream<Row> shortRows() {
    return rows().filter(row -> row.bytes().length() < 600);
  }

  private static List<Row> framing() {
    return List.of(
        refused(
            400,
            "length and chunked",
            POST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED),
        refused(
            400,
            "chunked and length",
            POST + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + SMUGGLED),
        refused(
            400,
            "two lengths",
            POST + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + SMUGGLED),
        refused(
            400, "two equal lengths", POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab"),
        refused(
            400,
            "two lengths of other case",
            POST + "Content-Length: 0\r\ncontent-length: 44\r\n\r\n" + SMUGGLED),
        refused(400, "a list of lengths", POST + "Content-Length: 0, 44\r\n\r\n" + SMUGGLED),
        refused(400, "a list of equal lengths", POST + "Content-Length: 2, 2\r\n\r\nab"),
        refused(400, "length with a plus", POST + "Content-Length: +2\r\n\r\nab"),
        refused(400, "length with a minus", POST + "Content-Length: -2\r\n\r\nab"),
        refused(400, "hexadecimal length", POST + "Content-Length: 0x2\r\n\r\nab"),
        refused(400, "length with a fraction", POST + "Content-Length: 2.0\r\n\r\nab"),
        refused(400, "empty length", POST + "Content-Length:\r\n\r\n" + SMUGGLED),
        refused(400, "blank inside the length", POST + "Content-Length: 1 0\r\n\r\n" + SMUGGLED),
        refused(400, "length beyond a long", POST + "Content-Length: 9999999999999999999\r\n\r\n"),
        refused(400, "length in another script", POST + "Content-Length: \u00b2\r\n\r\nab"),
        answered(
            "length with leading zeros", POST + "Content-Length: 002\r\n\r\nab", "POST a /p ab"),
        answered(
            "length with blanks around",
            POST + "Content-Length:  \t2 \t\r\n\r\nab",
            "POST a /p ab"),
        answered("length 0", POST + "Content-Length: 0\r\n\r\n", "POST a /p"),
        answered("no length is no body", POST + "\r\n", "POST a /p"),
        answered("a GET with a body", GET + "Content-Length: 2\r\n\r\nab", "GET a / ab"),
        answered(
            "a length in the body is body",
            POST + "Content-Length: 19\r\n\r\nContent-Length: 44\n",
            "POST a /p Content-Length: 44\n"));
  }

  private static List<Row> transferCodings() {
    return List.of(
        answered("chunked", CHUNKED + "2\r\nab\r\n0\r\n\r\n", "POST a /p ab"),
        answered(
            "chunked in capitals",
            POST + "Transfer-Encoding: CHUNKED\r\n\r\n2\r\nab\r\n0\r\n\r\n",
            "POST a /p ab"),
        refused(501, "gzip, chunked", POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        refused(501, "chunked, gzip", POST + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
        refused(
            501, "chunked, chunked", POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        refused(501, "identity", POST + "Transfer-Encoding: identity\r\n\r\n" + SMUGGLED),
        refused(501, "xchunked", POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        refused(
            501,
            "chunked with a parameter",
            POST + "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n"),
        refused(501, "chunked in quotes", POST + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
        refused(501, "empty coding", POST + "Transfer-Encoding:\r\n\r\n" + SMUGGLED),
        refused(501, "chunked with a comma", POST + "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
        refused(
            400,
            "two codings",
            POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
        refused(
            400,
            "chunked twice",
            POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        refused(
            400,
            "vertical tab before chunked",
            POST + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n"),
        refused(
            400,
            "chunked over HTTP/1.0",
            "POST /p HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        answered(
            "another field of that length",
            POST + "Transfer_Encoding: chunked\r\n\r\n",
            "POST a /p"));
  }

  private static List<Row> chunks() {
    return List.of(
        answered(
            "several chunks",
            CHUNKED + "1\r\na\r\n0002\r\nbc\r\nA\r\n0123456789\r\n0\r\n\r\n",
            "POST a /p abc0123456789"),
        answered("a chunk extension", CHUNKED + "2;a=\"b\"\r\nab\r\n0;c\r\n\r\n", "POST a /p ab"),
        answered(
            "trailers are dropped",
            CHUNKED + "2\r\nab\r\n0\r\nA: b\r\nContent-Length: 3\r\n\r\n",
            "POST a /p ab"),
        answered("only the last chunk", CHUNKED + "0\r\n\r\n", "POST a /p"),
        answered("many zeros are the last chunk", CHUNKED + "000\r\n\r\n", "POST a /p"),
        refused(400, "no chunk size", CHUNKED + "\r\nab\r\n0\r\n\r\n"),
        refused(400, "a chunk size that is no number", CHUNKED + "g\r\nab\r\n0\r\n\r\n"),
        refused(400, "a negative chunk size", CHUNKED + "-2\r\nab\r\n0\r\n\r\n"),
        refused(400, "a chunk size with 0x", CHUNKED + "0x2\r\nab\r\n0\r\n\r\n"),
        refused(400, "a chunk size with a blank before", CHUNKED + " 2\r\nab\r\n0\r\n\r\n"),
        refused(400, "a chunk size with a blank behind", CHUNKED + "2 \r\nab\r\n0\r\n\r\n"),
        refused(
            400, "a chunk size that overflows", CHUNKED + "10000000000000002\r\nab\r\n0\r\n\r\n"),
        refused(400, "a chunk size line that ends with LF", CHUNKED + "2\nab\r\n0\r\n\r\n"),
        refused(400, "a chunk that ends with LF", CHUNKED + "2\r\nab\n0\r\n\r\n"),
        refused(400, "a chunk that is longer", CHUNKED + "2\r\nabc\r\n0\r\n\r\n"),
        refused(400, "CR in a chunk extension", CHUNKED + "2;a\rb\r\nab\r\n0\r\n\r\n"),
        refused(400, "NUL in a chunk extension", CHUNKED + "2;\0\r\nab\r\n0\r\n\r\n"),
        refused(400, "LF in a chunk extension", CHUNKED + "2;a\nb\r\nab\r\n0\r\n\r\n"),
        refused(
            400,
            "an endless chunk extension",
            CHUNKED + "2;" + "x".repeat(300) + "\r\nab\r\n0\r\n\r\n"),
        refused(400, "a trailer without a name", CHUNKED + "0\r\n: b\r\n\r\n"),
        refused(400, "a trailer without a colon", CHUNKED + "0\r\nGET / HTTP/1.1\r\n\r\n"),
        refused(400, "a trailer with NUL", CHUNKED + "0\r\na: \0\r\n\r\n"),
        refused(400, "a folded trailer", CHUNKED + "0\r\na: b\r\n c\r\n\r\n"),
        refused(400, "a trailer that ends with LF", CHUNKED + "0\r\na: b\n\r\n"),
        refused(
            431,
            "endless trailers",
            CHUNKED + "0\r\n" + ("a: " + "x".repeat(997) + "\r\n").repeat(9) + "\r\n"));
  }

  private static List<Row> lines() {
    return List.of(
        refused(400, "bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n"),
        refused(400, "bare LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        refused(400, "bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
        refused(400, "bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n" + SMUGGLED),
        refused(400, "bare CR in a value", GET + "X: a\rb\r\n\r\n"),
        refused(400, "bare CR before a field", GET + "\rX: a\r\n\r\n"),
        refused(400, "CR CR LF", GET + "X: a\r\r\n\r\n"),
        refused(400, "NUL in a value", GET + "X: a\0b\r\n\r\n"),
        refused(400, "DEL in a value", GET + "X: a\u007fb\r\n\r\n"),
        refused(400, "NUL in a name", GET + "X\0: a\r\n\r\n"),
        refused(400, "blank before the colon", GET + "Content-Length : 44\r\n\r\n" + SMUGGLED),
        refused(400, "tab before the colon", GET + "Content-Length\t: 44\r\n\r\n" + SMUGGLED),
        refused(400, "no colon", GET + "Content-Length\r\n\r\n"),
        refused(400, "no name", GET + ": a\r\n\r\n"),
        refused(400, "folded line", GET + "X: a\r\n b\r\n\r\n"),
        refused(400, "folded line with a tab", GET + "X: a\r\n\tb\r\n\r\n"),
        refused(400, "folded first line", "GET / HTTP/1.1\r\n X: a\r\nHost: a\r\n\r\n"),
        refused(400, "folded length", POST + "Content-Length:\r\n 44\r\n\r\n" + SMUGGLED),
        refused(400, "quote in a name", GET + "X\"Y: a\r\n\r\n"),
        refused(400, "slash in a name", GET + "X/Y: a\r\n\r\n"),
        refused(400, "eight bits in a name", GET + "X\u00e4: a\r\n\r\n"),
        answered("eight bits in a value", GET + "X: \u00e4\u00ff\r\n\r\n", "GET a /"),
        answered("tab in a value", GET + "X: a\tb\r\n\r\n", "GET a /"),
        answered("empty value", GET + "X:\r\n\r\n", "GET a /"),
        answered("one empty line before", "\r\n" + GET + "\r\n", "GET a /"),
        answered("two empty lines before", "\r\n\r\n" + GET + "\r\n", "GET a /"),
        refused(400, "three empty lines before", "\r\n\r\n\r\n" + GET + "\r\n"),
        refused(400, "a bare LF before", "\n" + GET + "\r\n"),
        refused(400, "a blank before", " " + GET + "\r\n"));
  }

  private static List<Row> hosts() {
    return List.of(
        refused(400, "no Host", "GET / HTTP/1.1\r\nX: a\r\n\r\n"),
        refused(400, "two Hosts", GET + "Host: b\r\n\r\n"),
        refused(400, "two equal Hosts", GET + "host: a\r\n\r\n"),
        refused(400, "empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        refused(400, "Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        refused(400, "Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        refused(400, "Host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        refused(400, "Host that is a list", "GET / HTTP/1.1\r\nHost: a\tb\r\n\r\n"),
        refused(400, "Host with eight bits", "GET / HTTP/1.1\r\nHost: \u00e4\r\n\r\n"),
        refused(400, "Host with a bad port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"),
        refused(400, "Host with a port beyond 65535", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
        refused(
            400,
            "Host with an endless port",
            "GET / HTTP/1.1\r\nHost: a:" + "9".repeat(40) + "\r\n\r\n"),
        refused(400, "Host with only a port", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"),
        refused(400, "Host with two ports", "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n"),
        refused(400, "Host with half an address", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        refused(
            400,
            "Host longer than a name",
            "GET / HTTP/1.1\r\nHost: " + "a".repeat(256) + "\r\n\r\n"),
        answered("Host with a port", "GET / HTTP/1.1\r\nHost: a:8080\r\n\r\n", "GET a:8080 /"),
        answered(
            "Host with an address", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET [::1]:80 /"),
        answered(
            "absolute form counts, Host does not",
            "GET http://b:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET b:81 /x?y"),
        answered(
            "absolute form without path", "GET http://b HTTP/1.1\r\nHost: a\r\n\r\n", "GET b /"),
        answered(
            "absolute form with only a query",
            "GET HTTP://b?q HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET b /?q"),
        refused(400, "absolute form with a user", "GET http://u@b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "absolute form without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "absolute form still needs Host", "GET http://b/ HTTP/1.1\r\n\r\n"),
        refused(
            400, "absolute form of another scheme", "GET ftp://b/ HTTP/1.1\r\nHost: a\r\n\r\n"));
  }

  private static List<Row> targets() {
    return List.of(
        answered("asterisk form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS a *"),
        refused(400, "asterisk form of GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "a target without a slash", "GET x HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "a fragment", "GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "a blank in the target", "GET /x y HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "a tab for a blank", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "eight bits in the target", "GET /\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "a method with a bracket", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "an endless method", "G".repeat(33) + " / HTTP/1.1\r\nHost: a\r\n\r\n"),
        answered(
            "a method of another case is another method",
            "get / HTTP/1.1\r\nHost: a\r\n\r\n",
            "get a /"),
        answered(
            "what origins see every day",
            "GET /a|b\"<>{}^`\\ HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET a /a|b\"<>{}^`\\"),
        answered("dots", "GET /a/../b/%2e/c?../d HTTP/1.1\r\nHost: a\r\n\r\n", "GET a /b/c?../d"),
        answered(
            "dots behind an authority",
            "GET http://b/../x HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET b /x"),
        answered("encoded letters", "GET /%7e%41%2f HTTP/1.1\r\nHost: a\r\n\r\n", "GET a /~A%2F"),
        answered(
            "asterisk form as a proxy gets it",
            "OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n",
            "OPTIONS b *"),
        refused(400, "encoded NUL", "GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "half an encoding", "GET /a%2 HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "dots that some see", "GET /a/..%2fb HTTP/1.1\r\nHost: a\r\n\r\n"));
  }

  private static List<Row> versions() {
    return List.of(
        answeredLast("HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET a /"),
        answeredLast("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "GET  /"),
        answered(
            "HTTP/1.0 with keep-alive",
            "GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n",
            "GET a /"),
        answeredLast("Connection: close", GET + "Connection: close\r\n\r\n", "GET a /"),
        answeredLast("Connection: a, CLOSE", GET + "Connection: a, CLOSE\r\n\r\n", "GET a /"),
        answeredLast(
            "nothing counts behind Connection: close",
            GET + "Connection: close\r\n\r\n" + SMUGGLED,
            "GET a /"),
        refused(400, "HTTP/0.9", "GET /\r\n"),
        refused(505, "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        refused(505, "HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n"),
        refused(505, "HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        refused(400, "http/1.1 in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"),
        refused(400, "HTTP/1.1 and a blank", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        refused(400, "HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
        refused(400, "TLS", "\u0016\u0003\u0001\u0002\0\u0001\0"));
  }

  private static List<Row> limits() {
    return List.of(
        answered(
            "100 fields",
            "GET / HTTP/1.1\r\nHost: a\r\n" + "x: y\r\n".repeat(99) + "\r\n",
            "GET a /"),
        refused(431, "101 fields", GET + "x: y\r\n".repeat(100) + "\r\n"),
        refused(431, "a long field", GET + "X: " + "y".repeat(33_000) + "\r\n\r\n"),
        refused(431, "a long field without an end", GET + "X: " + "y".repeat(33_000)),
        refused(
            431, "many long fields", GET + ("X: " + "y".repeat(997) + "\r\n").repeat(33) + "\r\n"),
        answered(
            "a target of 8192 bytes",
            "GET /" + "x".repeat(8191) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET a /" + "x".repeat(8191)),
        refused(
            414,
            "a target of 8193 bytes",
            "GET /" + "x".repeat(8192) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
        refused(414, "a target without an end", "GET /" + "x".repeat(8300)));
  }

  private static List<Row> expectations() {
    return List.of(
        answered(
            "Expect: 100-continue without a body", GET + "Expect: 100-continue\r\n\r\n", "GET a /"),
        answered(
            "Expect: 100-continue with the body at once",
            POST + "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\nab",
            "POST a /p ab"),
        refused(417, "another expectation", GET + "Expect: 200-ok\r\n\r\n"),
        refused(417, "an empty expectation", GET + "Expect:\r\n\r\n"),
        refused(417, "a list of expectations", GET + "Expect: 100-continue, x\r\n\r\n"),
        refused(
            400, "two expectations", GET + "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n"));
  }

  private static List<Row> pipelines() {
    return List.of(
        answered(
            "three requests",
            GET + "\r\n" + CHUNKED + "2\r\nab\r\n0\r\n\r\n" + GET + "\r\n",
            "GET a /",
            "POST a /p ab",
            "GET a /"),
        answered(
            "an empty line between requests",
            GET + "\r\n\r\n" + GET + "\r\n",
            "GET a /",
            "GET a /"),
        refused(400, "a bad one behind a good one", GET + "\r\nGET\r\n\r\n", "GET a /"),
        refused(
            400,
            "a body that is longer than said",
            POST + "Content-Length: 1\r\n\r\na b\r\n\r\n",
            "POST a /p a"),
        refused(
            505, "the preface behind a request", GET + "\r\nPRI * HTTP/2.0\r\n\r\n", "GET a /"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void inOnePacket(Row row) {
    try (Wire wire = server.connect()) {
      wire.trySend(row.bytes().getBytes(StandardCharsets.ISO_8859_1));
      check(row, wire);
    }
  }

  @ParameterizedTest
  @MethodSource("shortRows")
  void byteByByte(Row row) {
    try (Wire wire = server.connect()) {
      for (byte b : row.bytes().getBytes(StandardCharsets.ISO_8859_1)) {
        wire.trySend(new byte[] {b});
      }
      check(row, wire);
    }
  }

  private void check(Row row, Wire wire) {
    for (int status : row.statuses()) {
      Message answer = wire.read();
      assertThat(answer).as("an answer").isNotNull();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.complete()).isTrue();
    }
    assertThat(HANDLER.seen).isEqualTo(row.seen());
    if (row.open()) {
      assertThat(wire.send(PROBE).read().status()).isEqualTo(200);
      assertThat(HANDLER.seen).hasSize(row.seen().size() + 1).contains("GET a /probe");
    } else {
      assertThat(wire.ended()).as("the connection has ended").isTrue();
    }
  }
}
