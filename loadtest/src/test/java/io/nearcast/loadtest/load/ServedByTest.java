package io.nearcast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServedByTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "edge; hit                                        | EDGE",
        "edge;hit;ttl=30                                  | EDGE",
        "shield; fwd=uri-miss; stored, edge; hit; ttl=376 | EDGE",
        "shield; hit, edge; fwd=uri-miss                  | SHIELD",
        "shield; hit, edge; fwd=miss; collapsed           | SHIELD",
        "edge; fwd=uri-miss; collapsed                    | COLLAPSED",
        "shield; fwd=miss, edge; fwd=miss; stored         | ORIGIN",
        "edge; fwd=stale; fwd-status=304                  | ORIGIN",
        "edge; fwd=miss; detail=\"; hit, x; hit\"         | ORIGIN",
        "edge; fwd=miss; key=\"a\\\"; hit\"; hitx         | ORIGIN",
        "hit; fwd=miss                                    | ORIGIN",
      })
  void theTierNearestToTheClientIsLast(String header, ServedBy expected) {
    assertThat(ServedBy.of(List.of(header))).isEqualTo(expected);
  }

  @Test
  void severalLinesAreOneList() {
    assertThat(ServedBy.of(List.of("shield; hit", "edge; fwd=miss"))).isEqualTo(ServedBy.SHIELD);
    assertThat(ServedBy.of(List.of())).isEqualTo(ServedBy.UNKNOWN);
  }
}
