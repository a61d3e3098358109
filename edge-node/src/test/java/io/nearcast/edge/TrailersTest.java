package io.nearcast.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.testing.ScriptedOrigin;
import io.nearcast.edge.testing.Wire;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RFC 9110 section 6.5, RFC 9112 section 7.1.2. */
@Timeout(60)
final class TrailersTest {
  private static final String TRAILERS =
      "0|X-Sum: 42|Set-Cookie: a=b|Cache-Control: public|Nearcast-As-Of: -;9|Content-Length: 3||";

  private static ScriptedOrigin origin(String cacheControl) {
    return ScriptedOrigin.start(call -> {
      call.readBody();
      call.head(200, "Transfer-Encoding: chunked", "Trailer: X-Sum", cacheControl);
      call.chunk("hello").send(TRAILERS.replace("|", "\r\n"));
    });
  }

  /** All that comes behind the head. */
  private static String body(TestNode node, String method, String... fields) {
    try (Wire wire = node.connect()) {
      wire.send(Wire.request(method, "/a", fields)).readHead();
      return new String(wire.readBytes(10_000), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void goOnToWhoTakesThemAndNotIntoTheHead() {
    try (ScriptedOrigin origin = origin("Cache-Control: no-store");
        TestNode shield = TestNode.shield(origin);
        TestNode edge = TestNode.edgeBefore(shield.url(), origin)) {
      String close = "Connection: close, TE";
      assertThat(body(edge, "PUT", "Content-Length: 0", "TE: trailers", close))
          .isEqualTo("5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n");
      assertThat(origin.request().field("TE")).isEqualTo("trailers");
      assertThat(origin.request().field("Connection")).isEqualTo("TE");
      assertThat(body(edge, "PUT", "Content-Length: 0", close))
          .isEqualTo("5\r\nhello\r\n0\r\n\r\n");
      assertThat(origin.requests().getLast().field("TE")).isNull();
      shield.settle();
    }
  }

  @Test
  void areNotStored() {
    try (ScriptedOrigin origin = origin("Cache-Control: max-age=60");
        TestNode edge = TestNode.edge(origin)) {
      edge.get("/a");
      assertThat(body(edge.settle(), "GET", "TE: trailers", "Connection: close"))
          .isEqualTo("hello");
      assertThat(origin.request().field("TE")).as("what is shared is asked for alike").isNull();
    }
  }

  @Test
  void ofRequestsEndHere() {
    try (ScriptedOrigin origin =
            ScriptedOrigin.start(call -> {
              byte[] sent = call.in().readNBytes("5\r\nhello\r\n0\r\n\r\n".length());
              call.reply(200, new String(sent, StandardCharsets.US_ASCII), "Connection: close")
                  .cut();
            });
        TestNode edge = TestNode.edge(origin);
        Wire wire = edge.connect()) {
      wire.send(Wire.request("PUT", "/a", "Transfer-Encoding: chunked", "Trailer: X-Sum"));
      wire.send("5\r\nhello\r\n0\r\nX-Sum: 42\r\nHost: evil\r\n\r\n");
      assertThat(wire.read().text()).isEqualTo("5\r\nhello\r\n0\r\n\r\n");
      assertThat(origin.request().field("Trailer")).isNull();
    }
  }
}
