package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.fields;
import static io.nearcast.edge.rules.Messages.get;
import static io.nearcast.edge.rules.Messages.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 sections 14 and 13.1.5. */
final class RangesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 14.1.2, with a representation of 10000 bytes
        "bytes=0-499                     | 0-499",
        "bytes=500-999                   | 500-999",
        "bytes=-500                      | 9500-9999",
        "bytes=9500-                     | 9500-9999",
        "`bytes=0-0,-1`                  | 0-0 9999-9999",
        "`bytes= 0-999, 4500-5499, -1000` | 0-999 4500-5499 9000-9999",
        "BYTES=0-0                       | 0-0",
        // "if the value is greater than or equal to the current length ..., the byte range is
        // interpreted as the remainder of the representation"
        "bytes=9990-99999                | 9990-9999",
        "bytes=0-99999999999999999999999 | 0-9999",
        // "If the selected representation is shorter than the specified suffix-length, the entire
        // representation is used."
        "bytes=-10001                    | 0-9999",
        "bytes=-99999999999999999999999  | 0-9999",
        // "an int-range with a first-pos that is less than the current length" or "a suffix-range
        // with a non-zero suffix-length"
        "bytes=10000-                    | none",
        "bytes=99999999999999999999999-  | none",
        "bytes=-0                        | none",
        "`bytes=10000-, -0`              | none",
        "`bytes=10000-, 0-1`             | 0-1",
        // 14.2: "MAY ignore or reject a Range header field that contains an invalid
        // ranges-specifier"
        "bytes=                          | whole",
        "bytes=-                         | whole",
        "bytes=5-4                       | whole",
        "bytes=a-b                       | whole",
        "bytes=1-2-3                     | whole",
        "bytes=+1-2                      | whole",
        "bytes=1 - 2                     | whole",
        "`bytes=0-1, 5-4`                | whole",
        "`bytes=0-1, x`                  | whole",
        "bytes 0-1                       | whole",
        "bytes                           | whole",
        // "An origin server MUST ignore a Range header field that contains a range unit it does not
        // understand."
        "lines=0-1                       | whole",
        // 15.3.7.2: "a server MAY coalesce any of the ranges that overlap"
        "`bytes=500-600,601-999`         | 500-999",
        "`bytes=500-700,601-999`         | 500-999",
        "`bytes=0-9, 100-109, 5-20`      | 0-20 100-109",
        "`bytes=100-109, 0-9, 10-99`     | 0-109",
        // "in the same order that the corresponding range-spec appeared"
        "`bytes=100-109, 0-9`            | 100-109 0-9",
        // 14.2: "a ranges-specifier with more than two overlapping ranges"
        "`bytes=0-, 0-, 0-, 0-`          | whole",
        "`bytes=0-9, 5-14, 10-19, 3-17`  | whole",
      })
  void selects(String range, String expected) {
    ResponseHead stored = new ResponseHead(200, Fields.EMPTY);
    assertThat(word(Ranges.select(get("Range", range), stored, 10_000))).isEqualTo(expected);
  }

  @Test
  void asManyRangesAsTheBoundAndNoMore() {
    String ranges = ranges(Ranges.RANGES_MAX);
    ResponseHead stored = new ResponseHead(200, Fields.EMPTY);
    assertThat(Ranges.select(get("Range", ranges), stored, 10_000))
        .isInstanceOfSatisfying(
            Ranges.Several.class, several -> assertThat(several.parts()).hasSize(16));
    assertThat(Ranges.select(get("Range", ranges(17)), stored, 10_000)).isEqualTo(Ranges.Whole.ALL);
  }

  private static String ranges(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> i * 10 + "-" + i * 10)
        .collect(Collectors.joining(",", "bytes=", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 14.2: "GET is the only method for which range handling is defined."
        "HEAD | 200 | `Range: bytes=0-1`                     | whole",
        "POST | 200 | `Range: bytes=0-1`                     | whole",
        // "only if the result in absence of the Range header field would be a 200 (OK) response"
        "GET  | 404 | `Range: bytes=0-1`                     | whole",
        "GET  | 203 | `Range: bytes=0-1`                     | whole",
        "GET  | 200 | `Range: bytes=0-1`                     | 0-1",
        "GET  | 200 | `Range: bytes=0-1 | Range: bytes=2-3`  | whole",
        "GET  | 200 | ``                                     | whole",
        // 13.1.5: "using the strong comparison function"
        "GET  | 200 | `Range: bytes=0-1 | If-Range: \"a\"`   | 0-1",
        "GET  | 200 | `Range: bytes=0-1 | If-Range: \"b\"`   | whole",
        "GET  | 200 | `Range: bytes=0-1 | If-Range: W/\"a\"` | whole",
        "GET  | 200 | `Range: bytes=0-1 | If-Range: a`       | whole",
        "GET  | 200 | `Range: bytes=0-1 | If-Range: *`       | whole",
        "GET  | 200 | `Range: bytes=0-1 | If-Range: \"a\" | If-Range: \"a\"` | whole",
        // "If the HTTP-date validator provided exactly matches the Last-Modified field value"
        "GET  | 200 | `Range: bytes=0-1 | If-Range: @-60`    | 0-1",
        "GET  | 200 | `Range: bytes=0-1 | If-Range: @-59`    | whole",
        "GET  | 200 | `Range: bytes=0-1 | If-Range: @-61`    | whole",
        // "MUST ignore an If-Range header field received in a request that does not contain a
        // Range"
        "GET  | 200 | `If-Range: \"a\"`                      | whole",
      })
  void applies(String method, int status, String lines, String expected) {
    RequestHead request = request(method).withFields(fields(lines));
    Fields stored = fields("ETag: \"a\" | Last-Modified: @-60 | Date: @0");
    assertThat(word(Ranges.select(request, new ResponseHead(status, stored), 10)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 13.1.5: "If the HTTP-date validator provided is not a strong validator ..., the condition
        // is false"; 8.8.2.2: "at least one second after the Last-Modified value"
        "`Last-Modified: @-60 | Date: @-59` | 0-1",
        "`Last-Modified: @-60 | Date: @-60` | whole",
        "`Last-Modified: @-60`              | whole",
        "`ETag: W/\"a\"`                    | whole",
      })
  void aDateMustBeStrong(String stored, String expected) {
    RequestHead request = get().withFields(fields("Range: bytes=0-1 | If-Range: @-60"));
    assertThat(word(Ranges.select(request, new ResponseHead(200, fields(stored)), 10)))
        .isEqualTo(expected);
  }

  @Test
  void nothingOfNothingIsTheWhole() {
    ResponseHead stored = new ResponseHead(200, Fields.EMPTY);
    assertThat(Ranges.select(get("Range", "bytes=0-1"), stored, 0)).isEqualTo(Ranges.Whole.ALL);
    assertThat(Ranges.select(get("Range", "bytes=-1"), stored, 0)).isEqualTo(Ranges.Whole.ALL);
  }

  @Test
  void writesContentRange() {
    assertThat(Ranges.contentRange(new Ranges.Single(42, 1233), 1234))
        .isEqualTo("bytes 42-1233/1234");
    assertThat(Ranges.unsatisfiedContentRange(1234)).isEqualTo("bytes */1234");
  }

  private static String word(Ranges.Selection selection) {
    return switch (selection) {
      case Ranges.Whole _ -> "whole";
      case Ranges.Unsatisfiable _ -> "none";
      case Ranges.Single single -> word(single);
      case Ranges.Several several ->
          several.parts().stream().map(RangesTest::word).collect(Collectors.joining(" "));
    };
  }

  private static String word(Ranges.Single single) {
    assertThat(single.length()).isEqualTo(single.last() - single.first() + 1);
    return single.first() + "-" + single.last();
  }
}
