package io.nearcast.edge.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.Coding;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 section 12.5.3, one row for what each sentence means. */
final class AcceptedCodingsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          gzip                            | gzip
          GZip                            | gzip
          x-gzip                          | gzip
          gzip;q=0, x-gzip                | none
          br, zstd, gzip                  | br
          gzip, zstd, br                  | br
          zstd, gzip                      | zstd
          gzip;q=1.0, zstd;q=0.9          | gzip
          br;q=0.8, zstd;q=0.8, gzip;q=0.8 | br
          br;q=0.001                      | br
          br;q=0                          | none
          br;q=0.000                      | none
          deflate                         | none
          compress, deflate               | none
          *                               | br
          *;q=0.1                         | br
          *, br;q=0                       | zstd
          br;q=0, zstd;q=0, *             | gzip
          gzip, *;q=0                     | gzip
          *;q=0                           | none
          identity                        | none
          identity;q=0                    | none
          identity;q=0, *                 | br
          identity;q=1, *;q=0             | none
          identity;q=0.5, gzip;q=0.4      | none
          identity;q=0.5, gzip;q=0.5      | gzip
          identity;q=0.5, gzip            | gzip
          ''                              | none
          ,                               | none
          gzip, br;q=2                    | none
          gzip br                         | none
          br;level=9                      | none
          gzip;q=0.5;x=1                  | none
          """)
  void theBestOfWhatIsAcceptable(String value, String best) {
    Coding coding = AcceptedCodings.parse(value).best(Coding.ALL);
    assertThat(coding == null ? null : coding.token()).isEqualTo(best);
  }

  @Test
  void amongEqualsTheServersOrderCounts() {
    AcceptedCodings all = AcceptedCodings.parse("br, zstd, gzip");
    assertThat(all.best(List.of(Coding.GZIP, Coding.BR))).isEqualTo(Coding.GZIP);
    assertThat(all.best(List.of(Coding.ZSTD))).isEqualTo(Coding.ZSTD);
    assertThat(all.best(List.of())).isNull();
    assertThat(AcceptedCodings.parse("br;q=0.5, gzip").best(List.of(Coding.BR, Coding.GZIP)))
        .isEqualTo(Coding.GZIP);
    assertThat(AcceptedCodings.NONE.best(Coding.ALL)).isNull();
  }
}
