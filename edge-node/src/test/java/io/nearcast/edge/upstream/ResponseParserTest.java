package io.nearcast.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.upstream.ResponseParser.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ResponseParserTest {
  static List<RawResponses.Case> cases() {
    return RawResponses.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void readsAnswersThatComeAtOnce(RawResponses.Case answer) {
    assertThat(outcome(answer, Integer.MAX_VALUE)).startsWith(answer.outcome());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void readsAnswersThatComeByteByByte(RawResponses.Case answer) {
    assertThat(outcome(answer, 1)).startsWith(answer.outcome());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void readsAnswersThatComeInSmallPieces(RawResponses.Case answer) {
    assertThat(outcome(answer, 7)).startsWith(answer.outcome());
  }

  @Test
  void keepsTrailersWithoutFraming() throws MalformedResponse {
    ResponseParser parser = new ResponseParser(false);
    parser.expect(false);
    ByteBuf in =
        bytes(
            String.join(
                "\r\n",
                "HTTP/1.1 200 OK",
                "Transfer-Encoding: chunked",
                "",
                "0",
                "Digest: x",
                "Content-Length: 5",
                "Trailer: y",
                "",
                ""));
    assertThat(parser.next(in)).isEqualTo(Event.HEAD);
    assertThat(parser.next(in)).isEqualTo(Event.END);
    assertThat(parser.trailers().size()).isEqualTo(1);
    assertThat(parser.trailers().first("digest")).isEqualTo("x");
    in.release();
  }

  @Test
  void leavesWhatIsBehindTheAnswer() throws MalformedResponse {
    ResponseParser parser = new ResponseParser(false);
    parser.expect(false);
    ByteBuf in = bytes("HTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
    assertThat(parser.next(in)).isEqualTo(Event.HEAD);
    assertThat(parser.next(in)).isEqualTo(Event.END);
    assertThat(parser.next(in)).isEqualTo(Event.MORE);
    assertThat(in.toString(StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200");
    in.release();
  }

  @Test
  void saysWhetherTheConnectionPersists() throws MalformedResponse {
    assertThat(framing("HTTP/1.1 204 No\r\n\r\n").persistent()).isTrue();
    assertThat(framing("HTTP/1.1 204 No\r\nConnection: x, Close\r\n\r\n").persistent()).isFalse();
    assertThat(framing("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n").persistent()).isFalse();
    assertThat(framing("HTTP/1.0 204 No\r\n\r\n").persistent()).isFalse();
    assertThat(framing("HTTP/1.0 204 No\r\nConnection: keep-alive\r\n\r\n").persistent()).isTrue();
    assertThat(framing("HTTP/1.1 200 OK\r\n\r\n").persistent()).isFalse();
  }

  @Test
  void readsHowLongTheServerKeepsTheConnection() throws MalformedResponse {
    String start = "HTTP/1.1 204 No\r\nKeep-Alive: ";
    assertThat(framing(start + "timeout=5, max=100\r\n\r\n").keepAliveSeconds()).isEqualTo(5);
    assertThat(framing(start + "max=9, Timeout=120\r\n\r\n").keepAliveSeconds()).isEqualTo(120);
    assertThat(framing(start + "max=9\r\n\r\n").keepAliveSeconds()).isEqualTo(-1);
    assertThat(framing(start + "timeout=\r\n\r\n").keepAliveSeconds()).isEqualTo(-1);
  }

  private static Framing framing(String head) throws MalformedResponse {
    ResponseParser parser = new ResponseParser(false);
    parser.expect(false);
    ByteBuf in = bytes(head);
    assertThat(parser.next(in)).isEqualTo(Event.HEAD);
    in.release();
    return parser.framing();
  }

  private static String outcome(RawResponses.Case answer, int pieceLength) {
    byte[] all = answer.bytes().getBytes(StandardCharsets.ISO_8859_1);
    return outcome(answer.method().equals("HEAD"), all, pieceLength);
  }

  /** What bytes that come in pieces of a length are taken for, as of {@link Recorder#outcome}. */
  static String outcome(boolean toHead, byte[] all, int pieceLength) {
    ResponseParser parser = new ResponseParser(false);
    parser.expect(toHead);
    ByteBuf in = Unpooled.buffer(all.length);
    StringBuilder body = new StringBuilder();
    int status = 0;
    try {
      int given = 0;
      while (true) {
        switch (parser.next(in)) {
          case INTERIM -> assertThat(parser.head().status()).isBetween(100, 199);
          case HEAD -> status = parser.head().status();
          case DATA -> {
            ByteBuf data = parser.takeData(in);
            body.append(data.toString(StandardCharsets.ISO_8859_1));
            data.release();
          }
          case SWITCHED -> {
            return "switched";
          }
          case END -> {
            return status + " " + body;
          }
          case MORE -> {
            if (given == all.length) {
              return atClose(parser, status, body);
            }
            int piece = Math.min(pieceLength, all.length - given);
            in.writeBytes(all, given, piece);
            given += piece;
          }
        }
      }
    } catch (MalformedResponse e) {
      return "malformed: " + e.detail();
    } finally {
      in.release();
    }
  }

  private static String atClose(ResponseParser parser, int status, StringBuilder body) {
    if (parser.endsAtClose()) {
      return status + " " + body;
    }
    return status == 0 ? "closed before the head" : "closed in the body";
  }

  private static ByteBuf bytes(String latin1) {
    return Unpooled.copiedBuffer(latin1, StandardCharsets.ISO_8859_1);
  }
}
