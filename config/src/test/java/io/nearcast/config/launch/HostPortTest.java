package io.nearcast.config.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostPortTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8080, 127.0.0.1, 8080",
    "localhost:0, localhost, 0",
    "[::1]:65535, ::1, 65535",
    "[::]:80, ::, 80"
  })
  void whatIsReadIsWrittenTheSame(String text, String host, int port) {
    HostPort address = HostPort.parse(text);
    assertThat(address).isEqualTo(new HostPort(host, port));
    assertThat(address).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "8080",
        ":8080",
        "a:",
        "a:b",
        "a:-1",
        "a:65536",
        "::1:80",
        "::1",
        "[::1]",
        "[::1",
        "[::1]80",
        "[]:80",
        "[a]:80",
        "a b:80",
        "a:1:2",
        "[::1]]:80",
        "a:99999999999999999999"
      })
  void anotherFormIsRefused(String text) {
    assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void thePortCanBeLeftOutWhereThereIsADefault() {
    assertThat(HostPort.parse("10.0.0.1", 80)).isEqualTo(new HostPort("10.0.0.1", 80));
    assertThat(HostPort.parse("10.0.0.1:81", 80)).isEqualTo(new HostPort("10.0.0.1", 81));
    assertThat(HostPort.parse("[::1]", 80)).isEqualTo(new HostPort("::1", 80));
  }

  @Test
  void itIsTheAddressOfASocket() {
    InetSocketAddress socket = new HostPort("127.0.0.1", 80).toSocketAddress();
    assertThat(HostPort.of(socket)).isEqualTo(new HostPort("127.0.0.1", 80));
    assertThatThrownBy(() -> new HostPort("no.such.host.invalid", 80).toSocketAddress())
        .isInstanceOf(StartFailure.class)
        .hasMessage("cannot resolve the host of no.such.host.invalid:80: write its IP address");
  }
}
