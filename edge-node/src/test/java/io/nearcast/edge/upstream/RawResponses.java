package io.nearcast.edge.upstream;

import java.util.ArrayList;
import java.util.List;

/**
 * Answers as bytes, and what they are to be taken for. Each is followed by the end of the
 * connection.
 */
final class RawResponses {
  /**
   * @param method of the request that is answered
   * @param bytes the answer, one byte for each character
   * @param outcome as of {@link Recorder#outcome}; of a malformed one, how the detail begins
   */
  record Case(String name, String method, String bytes, String outcome) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";
  private static final String BEFORE = "closed before the head";
  private static final String WITHIN = "closed in the body";

  private RawResponses() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    whole(cases);
    cutOff(cases);
    badHeads(cases);
    badLengths(cases);
    badChunks(cases);
    return cases;
  }

  private static void whole(List<Case> cases) {
    get(cases, "length", OK + "Content-Length: 5\r\n\r\nhello", "200 hello");
    get(cases, "length of nothing", OK + "Content-Length: 0\r\n\r\n", "200 ");
    get(cases, "chunks", CHUNKED + "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "200 hello");
    get(
        cases,
        "chunk size in both cases",
        CHUNKED + "a\r\n0123456789\r\n00B\r\n01234567890\r\n0\r\n\r\n",
        "200 012345678901234567890");
    get(cases, "chunk extensions", CHUNKED + "5;a=\"b c\";d\r\nhello\r\n0;e\r\n\r\n", "200 hello");
    get(cases, "blank before an extension", CHUNKED + "5 ;a=b\r\nhello\r\n0\r\n\r\n", "200 hello");
    get(cases, "no chunk but the last", CHUNKED + "0\r\n\r\n", "200 ");
    get(
        cases,
        "trailers",
        CHUNKED + "5\r\nhello\r\n0\r\nA: b\r\nContent-Length: 9\r\n\r\n",
        "200 hello");
    get(
        cases,
        "coding in capitals",
        OK + "TRANSFER-ENCODING: CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        "200 hi");
    get(cases, "until close", OK + "\r\nhello", "200 hello");
    get(cases, "until close, of nothing", OK + "\r\n", "200 ");
    get(cases, "HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", "200 hello");
    get(cases, "no reason", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi", "200 hi");
    get(
        cases,
        "no space before no reason",
        "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi",
        "200 hi");
    get(cases, "no content", "HTTP/1.1 204 No Content\r\n\r\n", "204 ");
    get(
        cases,
        "no content although announced",
        "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n",
        "204 ");
    get(cases, "not modified", "HTTP/1.1 304 Not\r\nContent-Length: 5\r\n\r\n", "304 ");
    get(cases, "reset content", "HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n", "205 ");
    get(cases, "unknown status", "HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n", "799 ");
    get(
        cases,
        "interim",
        "HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n" + OK + "Content-Length: 2\r\n\r\nhi",
        "200 hi");
    get(
        cases,
        "same length twice",
        OK + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
        "200 hi");
    get(cases, "same length in a list", OK + "Content-Length: 2, 2\r\n\r\nhi", "200 hi");
    get(cases, "bytes above 127", OK + "Content-Length: 2\r\nName: caf\u00e9\r\n\r\nhi", "200 hi");
    get(cases, "tab in a value", OK + "A:\tb\tc \t\r\nContent-Length: 2\r\n\r\nhi", "200 hi");
    get(cases, "empty value", OK + "A:\r\nContent-Length: 2\r\n\r\nhi", "200 hi");
    get(cases, "bytes behind the end", OK + "Content-Length: 2\r\n\r\nhiHTTP/1.1 200", "200 hi");
    get(cases, "200 fields", OK + "A: b\r\n".repeat(199) + "Content-Length: 2\r\n\r\nhi", "200 hi");
    cases.add(new Case("HEAD", "HEAD", OK + "Content-Length: 5\r\n\r\n", "200 "));
    cases.add(new Case("HEAD of chunks", "HEAD", CHUNKED, "200 "));
    cases.add(new Case("HEAD of nothing said", "HEAD", OK + "\r\n", "200 "));
  }

  private static void cutOff(List<Case> cases) {
    get(cases, "nothing", "", BEFORE);
    get(cases, "end in the version", "HTT", BEFORE);
    get(cases, "end in the status line", "HTTP/1.1 20", BEFORE);
    get(cases, "end in the fields", OK + "Content-Length: 5\r\n", BEFORE);
    get(cases, "end after an interim", "HTTP/1.1 103 Early\r\n\r\n", BEFORE);
    get(cases, "end before the body", OK + "Content-Length: 5\r\n\r\n", WITHIN);
    get(cases, "end in the body", OK + "Content-Length: 5\r\n\r\nhell", WITHIN);
    get(cases, "end before the chunks", CHUNKED, WITHIN);
    get(cases, "end in a chunk's size", CHUNKED + "5", WITHIN);
    get(cases, "end in a chunk", CHUNKED + "5\r\nhell", WITHIN);
    get(cases, "end after a chunk", CHUNKED + "5\r\nhello", WITHIN);
    get(cases, "no last chunk", CHUNKED + "5\r\nhello\r\n", WITHIN);
    get(cases, "end after the last chunk", CHUNKED + "0\r\n", WITHIN);
    get(cases, "end in the trailers", CHUNKED + "0\r\nA: b\r\n", WITHIN);
  }

  private static void badHeads(List<Case> cases) {
    bad(cases, "HTTP/0.9", "<html>hello</html>", "does not begin");
    bad(cases, "another protocol", "SSH-2.0-OpenSSH\r\n", "does not begin");
    bad(cases, "HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "does not begin");
    bad(cases, "lower case", "http/1.1 200 OK\r\n\r\n", "does not begin");
    bad(cases, "empty line first", "\r\n" + OK + "\r\n", "does not begin");
    bad(cases, "HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", "the status line");
    bad(cases, "HTTP/1.10", "HTTP/1.10 200 OK\r\n\r\n", "the status line");
    bad(cases, "two spaces", "HTTP/1.1  200 OK\r\n\r\n", "the status is");
    bad(cases, "tab for a space", "HTTP/1.1\t200 OK\r\n\r\n", "the status line");
    bad(cases, "no status", "HTTP/1.1\r\n\r\n", "the status line");
    bad(cases, "two digits", "HTTP/1.1 20 OK\r\n\r\n", "the status is");
    bad(cases, "four digits", "HTTP/1.1 2000 OK\r\n\r\n", "the status is");
    bad(cases, "sign", "HTTP/1.1 +20 OK\r\n\r\n", "the status is");
    bad(cases, "below 100", "HTTP/1.1 099 OK\r\n\r\n", "the status is");
    bad(cases, "control in the reason", "HTTP/1.1 200 O\u0001K\r\n\r\n", "byte 1 ");
    bad(cases, "switching protocols", "HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n", "switches");
    bad(
        cases,
        "33 interims",
        "HTTP/1.1 103 Early\r\n\r\n".repeat(33) + OK + "\r\n",
        "more than 32");
    bad(cases, "bare LF everywhere", "HTTP/1.1 200 OK\nA: b\n\n", "a line that");
    bad(cases, "bare LF in the fields", OK + "A: b\nC: d\r\n\r\n", "a line that");
    bad(cases, "bare LF as the empty line", OK + "A: b\r\n\nhello", "a line that");
    bad(cases, "bare CR in a value", OK + "A: b\rC: d\r\n\r\n", "byte 13 ");
    bad(cases, "CR CR LF", OK + "A: b\r\r\n\r\n", "byte 13 ");
    bad(cases, "NUL in a value", OK + "A: b\u0000c\r\n\r\n", "byte 0 ");
    bad(cases, "NUL in a name", OK + "A\u0000: b\r\n\r\n", "byte 0 ");
    bad(cases, "DEL in a value", OK + "A: b\u007f\r\n\r\n", "byte 127 ");
    bad(cases, "folded line", OK + "A: b\r\n c\r\n\r\n", "a field line");
    bad(cases, "folded first line", OK + " A: b\r\n\r\n", "a field line");
    bad(cases, "blank before the colon", OK + "Content-Length : 5\r\n\r\nhello", "a field line");
    bad(cases, "no colon", OK + "A b\r\n\r\n", "a field line");
    bad(cases, "no name", OK + ": b\r\n\r\n", "a field line");
    bad(cases, "no token", OK + "A(b): c\r\n\r\n", "a field line");
    bad(cases, "byte above 127 in a name", OK + "caf\u00e9: c\r\n\r\n", "a field line");
    bad(cases, "201 fields", OK + "A: b\r\n".repeat(201) + "\r\n", "more than 200");
    bad(cases, "head too long", OK + "A: " + "b".repeat(65_536) + "\r\n\r\n", "a head of more");
  }

  private static void badLengths(List<Case> cases) {
    length(cases, "two lengths", "Content-Length: 5\r\nContent-Length: 6", "two different");
    length(cases, "two lengths in a list", "Content-Length: 5, 6", "two different");
    length(cases, "the same but for a zero", "Content-Length: 5, 05", "two different");
    length(cases, "negative", "Content-Length: -5", "Content-Length");
    length(cases, "plus", "Content-Length: +5", "Content-Length");
    length(cases, "hexadecimal", "Content-Length: 0x5", "Content-Length");
    length(cases, "decimal point", "Content-Length: 5.0", "Content-Length");
    length(cases, "empty", "Content-Length:", "Content-Length");
    length(cases, "empty in a list", "Content-Length: 5,", "two different");
    length(cases, "too long", "Content-Length: 9999999999999999999", "Content-Length");
    length(cases, "length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked", "both");
    length(cases, "chunks and length", "Transfer-Encoding: chunked\r\nContent-Length: 5", "both");
    length(cases, "gzip", "Transfer-Encoding: gzip", "Transfer-Encoding");
    length(cases, "gzip and chunks", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding");
    length(cases, "chunks not last", "Transfer-Encoding: chunked, gzip", "Transfer-Encoding");
    length(cases, "identity", "Transfer-Encoding: identity", "Transfer-Encoding");
    length(cases, "almost chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding");
    length(
        cases,
        "chunked twice",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding");
    bad(
        cases,
        "chunks in HTTP/1.0",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding in");
  }

  private static void length(List<Case> cases, String name, String fields, String detail) {
    bad(cases, "length: " + name, OK + fields + "\r\n\r\nhello", detail);
  }

  private static void badChunks(List<Case> cases) {
    chunk(cases, "not a number", "x\r\nhello\r\n0\r\n\r\n", "a chunk's size");
    chunk(cases, "empty", "\r\nhello\r\n0\r\n\r\n", "a chunk's size");
    chunk(cases, "negative", "-5\r\nhello\r\n0\r\n\r\n", "a chunk's size");
    chunk(cases, "0x", "0x5\r\nhello\r\n0\r\n\r\n", "a chunk's size is followed");
    chunk(cases, "blank first", " 5\r\nhello\r\n0\r\n\r\n", "a chunk's size");
    chunk(cases, "blank behind", "5 \r\nhello\r\n0\r\n\r\n", "a chunk's size is followed");
    chunk(cases, "overflow", "10000000000000005\r\nhello\r\n0\r\n\r\n", "a chunk's size");
    chunk(cases, "bare LF", "5\nhello\r\n0\r\n\r\n", "a chunk's first line");
    chunk(cases, "bare CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n", "a control");
    chunk(cases, "NUL in an extension", "5;a\u0000\r\nhello\r\n0\r\n\r\n", "a control");
    chunk(
        cases, "extension too long", "5;" + "a".repeat(5000) + "\r\nhello\r\n", "a chunk's first");
    chunk(cases, "longer than its size", "4\r\nhello\r\n0\r\n\r\n", "a chunk is longer");
    chunk(cases, "bare LF behind", "5\r\nhello\n0\r\n\r\n", "a chunk is longer");
    chunk(cases, "bare LF behind the last", "0\n\n", "a chunk's first line");
    chunk(cases, "trailer without colon", "0\r\nhello\r\n\r\n", "a field line");
    chunk(cases, "folded trailer", "0\r\nA: b\r\n c\r\n\r\n", "a field line");
    chunk(cases, "endless trailers", "0\r\n" + "A: b\r\n".repeat(12_000), "a head of more");
  }

  private static void chunk(List<Case> cases, String name, String chunks, String detail) {
    bad(cases, "chunk: " + name, CHUNKED + chunks, detail);
  }

  private static void get(List<Case> cases, String name, String bytes, String outcome) {
    cases.add(new Case(name, "GET", bytes, outcome));
  }

  private static void bad(List<Case> cases, String name, String bytes, String detail) {
    cases.add(new Case(name, "GET", bytes, "malformed: " + detail));
  }
}
