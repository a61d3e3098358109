package io.nearcast.router.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.router.geo.Prefix;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClientAddressTest {
  private static final List<Prefix> PROXIES =
      List.of(Prefix.parse("10.0.0.0/8"), Prefix.parse("2001:db8:9::/48"));

  private static Prefix client(List<Prefix> trusted, String peer, HttpHeaders headers) {
    Ask ask = new Ask("GET", "www.shop.example", "/", headers, InetAddress.ofLiteral(peer));
    return new ClientAddress(trusted).of(ask);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.1 | 192.0.2.1 | 192.0.2.1",
        "10.0.0.1 | 198.51.100.1, 192.0.2.1 | 192.0.2.1",
        "10.0.0.1 | 198.51.100.1, 192.0.2.1, 10.0.0.2 | 192.0.2.1",
        "10.0.0.1 | 10.0.0.3, 10.0.0.2 | 10.0.0.3",
        "10.0.0.1 | 192.0.2.1:4711 | 192.0.2.1",
        "10.0.0.1 | 2001:db8::1 | 2001:db8::1",
        "10.0.0.1 | [2001:db8::1]:4711 | 2001:db8::1",
        "10.0.0.1 | 192.0.2.1, unknown | 10.0.0.1",
        "10.0.0.1 | 192.0.2.1, nonsense, 10.0.0.2 | 10.0.0.2",
        "10.0.0.1 | '' | 10.0.0.1",
        "2001:db8:9::1 | 192.0.2.1 | 192.0.2.1",
        "203.0.113.9 | 192.0.2.1 | 203.0.113.9",
      })
  void trustedProxiesVouchForTheAddressBefore(String peer, String forwardedFor, String client) {
    assertThat(client(PROXIES, peer, new DefaultHttpHeaders().add("X-Forwarded-For", forwardedFor)))
        .isEqualTo(Prefix.parse(client));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "for=192.0.2.1 | 192.0.2.1",
        "For=\"192.0.2.1:80\";proto=http;by=10.0.0.9 | 192.0.2.1",
        "proto=https;for=\"[2001:db8::1]:4711\" | 2001:db8::1",
        "for=198.51.100.1, for=192.0.2.1, for=10.0.0.2 | 192.0.2.1",
        "for=192.0.2.1, for=_hidden | 10.0.0.1",
        "for=192.0.2.1, by=10.0.0.4 | 10.0.0.1",
      })
  void forwardedCountsBeforeTheOlderHeader(String forwarded, String client) {
    HttpHeaders headers =
        new DefaultHttpHeaders().add("Forwarded", forwarded).add("X-Forwarded-For", "203.0.113.77");

    assertThat(client(PROXIES, "10.0.0.1", headers)).isEqualTo(Prefix.parse(client));
  }

  @Test
  void linesOfOneHeaderAreOneList() {
    HttpHeaders headers =
        new DefaultHttpHeaders()
            .add("X-Forwarded-For", "192.0.2.1")
            .add("X-Forwarded-For", "10.0.0.2");

    assertThat(client(PROXIES, "10.0.0.1", headers)).isEqualTo(Prefix.parse("192.0.2.1"));
  }

  @Test
  void nobodyIsTrustedByDefault() {
    HttpHeaders headers = new DefaultHttpHeaders().add("X-Forwarded-For", "192.0.2.1");

    assertThat(client(List.of(), "127.0.0.1", headers)).isEqualTo(Prefix.parse("127.0.0.1"));
  }
}
