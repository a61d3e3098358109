package io.nearcast.edge.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 section 7.6.2. */
final class MaxForwardsTest {

  @ParameterizedTest
  @CsvSource({
    // "If the received value is zero (0), the intermediary MUST NOT forward the request"
    "OPTIONS, 0,    true,  0",
    "OPTIONS, 000,  true,  000",
    // "the lesser of a) the received value decremented by one (1)"
    "OPTIONS, 1,    false, 0",
    "OPTIONS, 10,   false, 9",
    "OPTIONS, 010,  false, 9",
    "OPTIONS, 255,  false, 254",
    // "or b) the recipient's maximum supported value"
    "OPTIONS, 256,  false, 255",
    "OPTIONS, 99999999999999999999, false, 255",
    // "Max-Forwards = 1*DIGIT": anything else is none.
    "OPTIONS, -1,   false, -1",
    "OPTIONS, 1.5,  false, 1.5",
    "OPTIONS, x,    false, x",
    "OPTIONS, '',   false, ''",
    // "MAY ignore a Max-Forwards header field received with any other request methods"
    "GET,     0,    false, 0",
    "POST,    1,    false, 1",
  })
  void endsOrCountsDown(String method, String value, boolean last, String forwarded) {
    RequestHead request = Messages.request(method, "Max-Forwards", value, "X", "y");
    assertThat(MaxForwards.isLast(request)).isEqualTo(last);
    Fields fields = MaxForwards.forwarded(request);
    assertThat(fields.all("Max-Forwards")).containsExactly(forwarded);
    assertThat(fields.first("X")).isEqualTo("y");
  }

  @Test
  void twoOfThemSayNothing() {
    RequestHead request = Messages.request("OPTIONS", "Max-Forwards", "0", "Max-Forwards", "0");
    assertThat(MaxForwards.isLast(request)).isFalse();
    assertThat(MaxForwards.forwarded(request)).isEqualTo(request.fields());
  }
}
