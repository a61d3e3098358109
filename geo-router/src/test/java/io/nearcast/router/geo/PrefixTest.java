package io.nearcast.router.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PrefixTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.7, 192.0.2.7/32",
    "192.0.2.7/24, 192.0.2.0/24",
    "255.255.255.255/0, 0.0.0.0/0",
    "2001:db8::1, 2001:db8::1/128",
    "2001:db8:ffff::1/33, 2001:db8:8000::/33",
    "2001:db8::ff:0:0:1/64, 2001:db8::/64",
    "::/0, ::/0",
    "::ffff:192.0.2.1, 192.0.2.1/32",
  })
  void bitsBeyondTheLengthDoNotCount(String text, String network) {
    assertThat(Prefix.parse(text)).hasToString(network);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/24",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.01",
        "0x7f.0.0.1",
        "2130706433",
        "192.0.2.1/",
        "192.0.2.1/33",
        "192.0.2.1/-1",
        "192.0.2.1/024",
        "2001:db8::/129",
        "2001:db8::1%eth0",
        "[2001:db8::1]",
        "::ffff:192.0.2.1/120",
        "localhost",
        "www.example.com/24",
      })
  void whatIsNoNetworkIsRefused(String text) {
    assertThatThrownBy(() -> Prefix.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.1.2.3, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.0.0.0/8, 10.0.0.0/7, false",
    "0.0.0.0/0, 2001:db8::1, false",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/96, 2001:db8::1:0:1, false",
    "2001:db8::/96, 2001:db8::ffff:1, true",
  })
  void aNetworkContainsWhatSharesItsBits(String network, String other, boolean contains) {
    assertThat(Prefix.parse(network).contains(Prefix.parse(other))).isEqualTo(contains);
  }

  @Test
  void bitsAreCountedFromTheLeft() {
    assertThat(Prefix.parse("128.0.0.1").bit(0)).isEqualTo(1);
    assertThat(Prefix.parse("128.0.0.1").bit(1)).isEqualTo(0);
    assertThat(Prefix.parse("128.0.0.1").bit(31)).isEqualTo(1);
    assertThat(Prefix.parse("::1").bit(127)).isEqualTo(1);
    assertThat(Prefix.parse("0:0:0:1::").bit(63)).isEqualTo(1);
  }
}
