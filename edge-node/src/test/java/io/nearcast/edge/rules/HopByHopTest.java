package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.fields;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 7.6.1, RFC 9111 section 3.1. */
final class HopByHopTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection",
        "Keep-Alive",
        "Proxy-Connection",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "HTTP2-Settings",
        "Proxy-Authenticate",
        "Proxy-Authentication-Info",
        "Proxy-Authorization",
        "proxy-authorization",
        // What Nearcast's tiers say to each other is nobody else's.
        "Nearcast-Min",
        "nearcast-as-of",
      })
  void isDroppedOnBothSides(String name) {
    Fields fields = Fields.of("A", "1", name, "x", "B", "2");
    Fields kept = Fields.of("A", "1", "B", "2");
    assertThat(HopByHop.forUpstream(fields)).isEqualTo(kept);
    assertThat(HopByHop.forStore(fields)).isEqualTo(kept);
    assertThat(HopByHop.forClient(fields)).isEqualTo(kept);
  }

  @Test
  void whatConnectionNamesIsDropped() {
    // "for each connection-option in this field, remove any header field(s) with the same name"
    Fields fields = fields("Connection: a, B | A: 1 | b: 2 | C: 3 | Connection: d | D: 4");
    assertThat(HopByHop.forStore(fields)).isEqualTo(fields("C: 3"));
    assertThat(HopByHop.forUpstream(fields)).isEqualTo(fields("C: 3"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Host", "Authorization", "Cookie", "Set-Cookie", "Cache-Control", "Vary", "Age"})
  void connectionCannotNameWhatIsForEveryRecipient(String name) {
    // "A sender MUST NOT send a connection option corresponding to a field that is intended for all
    // recipients"
    Fields fields = Fields.of("Connection", name + ", x", name, "1", "X", "2");
    assertThat(HopByHop.forUpstream(fields)).isEqualTo(Fields.of(name, "1"));
  }

  @Test
  void whatIsPrivateOrNotCachedIsNotStored() {
    Fields fields =
        fields(
            "Cache-Control: max-age=9, private=\"a\", no-cache=\"b, C\" | A: 1 | B: 2 | c: 3 | D: 4");
    assertThat(HopByHop.forStore(fields))
        .isEqualTo(fields("Cache-Control: max-age=9, private=\"a\", no-cache=\"b, C\" | D: 4"));
    assertThat(HopByHop.forClient(fields)).isEqualTo(fields);
  }

  @Test
  void whatHasNothingToDropIsTheSame() {
    Fields fields = fields("A: 1 | B: 2");
    assertThat(HopByHop.forStore(fields)).isSameAs(fields);
    assertThat(HopByHop.forUpstream(fields)).isSameAs(fields);
  }
}
