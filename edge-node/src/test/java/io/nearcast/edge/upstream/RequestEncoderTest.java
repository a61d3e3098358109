package io.nearcast.edge.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestEncoderTest {
  @Test
  void writesOneHead() {
    assertThat(encoded(request("GET", "/a?b=c", false, -1, "Accept", "*/*", "X-Name", "caf\u00e9")))
        .isEqualTo(
            "GET /a?b=c HTTP/1.1\r\nHost: Test.example:81\r\nAccept: */*\r\nX-Name: caf\u00e9\r\n\r\n");
  }

  @Test
  void framesBodies() {
    assertThat(encoded(request("POST", "/", true, 7))).contains("\r\nContent-Length: 7\r\n\r\n");
    assertThat(encoded(request("POST", "/", true, 0))).contains("\r\nContent-Length: 0\r\n\r\n");
    assertThat(encoded(request("GET", "/", true, 7))).contains("\r\nContent-Length: 7\r\n\r\n");
    assertThat(encoded(request("PUT", "/", true, -1)))
        .contains("\r\nTransfer-Encoding: chunked\r\n\r\n");
    assertThat(encoded(request("PUT", "/", false, -1))).contains("\r\nContent-Length: 0\r\n\r\n");
    assertThat(encoded(request("DELETE", "/", false, -1))).doesNotContain("Content-Length");
  }

  @Test
  void writesFramingAndConnectionItself() {
    String head =
        encoded(
            request(
                "POST",
                "/",
                true,
                7,
                "host",
                "evil",
                "CONTENT-LENGTH",
                "8",
                "Transfer-encoding",
                "chunked",
                "Connection",
                "close",
                "Keep-Alive",
                "timeout=5",
                "Upgrade",
                "h2c",
                "A",
                "b"));
    assertThat(head)
        .isEqualTo("POST / HTTP/1.1\r\nHost: Test.example:81\r\nA: b\r\nContent-Length: 7\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a b", "/a\r\nX: y", "/a\n", "/\u0000", "/\u007f", "/\u20ac", ""})
  void refusesTargetsThatEndEarly(String target) {
    assertThatThrownBy(() -> encoded(request("GET", target, false, -1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"b\r\nX: y", "b\nX: y", "b\r", "b\u0000", "b\u007f", "\u20ac"})
  void refusesValuesThatEndEarly(String value) {
    assertThatThrownBy(() -> encoded(request("GET", "/", false, -1, "A", value)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesNamesAndMethodsThatAreNone() {
    assertThatThrownBy(() -> encoded(request("GET", "/", false, -1, "A B", "c")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> encoded(request("GET", "/", false, -1, "", "c")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> encoded(request("GE T", "/", false, -1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> encoded(request("CONNECT", "test.example:81", false, -1)))
        .hasMessageContaining("CONNECT");
  }

  private static UpstreamRequest request(
      String method, String target, boolean hasBody, long length, String... fields) {
    RequestHead head = RequestHead.of(method, "http", "Test.example:81", target, Fields.of(fields));
    return new UpstreamRequest(head, hasBody, length);
  }

  private static String encoded(UpstreamRequest request) {
    ByteBuf head = RequestEncoder.head(ByteBufAllocator.DEFAULT, request, false);
    try {
      return head.toString(ISO_8859_1);
    } finally {
      head.release();
    }
  }
}
