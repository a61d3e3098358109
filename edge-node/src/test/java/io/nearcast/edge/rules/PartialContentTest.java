package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.fields;
import static io.nearcast.edge.rules.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9111 sections 3.3 and 3.4, RFC 9110 sections 14.4 and 15.3.7.3. */
final class PartialContentTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes 0-4/10  | 5 | 0 | 4 | 10 | false | true",
        "bytes 5-9/10  | 5 | 5 | 9 | 10 | true  | true",
        "bytes 0-4/*   | 5 | 0 | 4 | -1 | false | true",
        "BYTES 0-4/10  | 5 | 0 | 4 | 10 | false | true",
        // Shorter than it says: it ends where it ends.
        "bytes 4-9/10  | 5 | 4 | 8 | 10 | true  | false",
      })
  void readsAPart(
      String range, long length, long first, long last, long complete, boolean end, boolean exact) {
    assertThat(part(range, length))
        .isEqualTo(new PartialContent(first, last, complete, end, exact));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bytes",
        "bytes 0-4",
        "bytes */10",
        "bytes 0-/10",
        "bytes -4/10",
        "bytes 0-4/",
        "bytes 0-4/1x",
        "bytes 0-4/10 ",
        "bytes 0- 4/10",
        "lines 0-4/10",
        // "a last-pos value less than its first-pos value, or a complete-length value less than or
        // equal to its last-pos value"
        "bytes 4-0/10",
        "bytes 0-4/4",
        "bytes 0-99999999999999999999/999999999999999999999",
        // More bytes than it says.
        "bytes 0-3/10",
      })
  void whatIsNoPartIsNotStored(String range) {
    assertThat(part(range, 5)).isNull();
  }

  @Test
  void aPartMustBeOfA206WithOneRangeAndAByte() {
    assertThat(PartialContent.of(new ResponseHead(200, fields("Content-Range: bytes 0-4/10")), 5))
        .isNull();
    Fields twice = fields("Content-Range: bytes 0-4/10 | Content-Range: bytes 0-4/10");
    assertThat(PartialContent.of(new ResponseHead(206, twice), 5)).isNull();
    assertThat(part("bytes 0-4/10", 0)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 3.3: "the request is partial and specifies a range wholly within the incomplete response"
        "bytes 2-6/10 | 5 | `Range: bytes=2-6`       | 2-6",
        "bytes 2-6/10 | 5 | `Range: bytes=3-4`       | 3-4",
        "bytes 2-6/10 | 5 | `Range: bytes=1-4`       | elsewhere",
        "bytes 2-6/10 | 5 | `Range: bytes=3-7`       | elsewhere",
        "bytes 2-6/10 | 5 | `Range: bytes=3-`        | elsewhere",
        "bytes 2-6/10 | 5 | `Range: bytes=-3`        | elsewhere",
        "bytes 2-6/10 | 5 | `Range: bytes=2-3,5-6`   | elsewhere",
        "bytes 2-6/10 | 5 | `Range: lines=2-3`       | elsewhere",
        "bytes 2-6/10 | 5 | ``                       | elsewhere",
        "bytes 2-6/10 | 5 | `Range: bytes=20-`       | elsewhere",
        "bytes 5-9/10 | 5 | `Range: bytes=-5`        | 5-9",
        "bytes 5-9/10 | 5 | `Range: bytes=-2`        | 8-9",
        "bytes 5-9/10 | 5 | `Range: bytes=-6`        | elsewhere",
        "bytes 5-9/10 | 5 | `Range: bytes=7-`        | 7-9",
        "bytes 5-9/10 | 5 | `Range: bytes=7-99`      | 7-9",
        "bytes 5-9/10 | 5 | `Range: bytes=10-`       | elsewhere",
        "bytes 5-9/*  | 5 | `Range: bytes=-2`        | elsewhere",
        "bytes 5-9/*  | 5 | `Range: bytes=6-7`       | 6-7",
        // A part that is shorter than it says.
        "bytes 4-9/10 | 5 | `Range: bytes=-5`        | 4-8",
        "bytes 4-9/10 | 5 | `Range: bytes=6-8`       | 6-8",
        "bytes 4-9/10 | 5 | `Range: bytes=6-`        | 6-8",
        "bytes 4-9/10 | 5 | `Range: bytes=-1`        | 8-8",
        // If-Range is evaluated as for a whole one.
        "bytes 2-6/10 | 5 | `Range: bytes=2-6 | If-Range: \"a\"` | 2-6",
        "bytes 2-6/10 | 5 | `Range: bytes=2-6 | If-Range: \"b\"` | elsewhere",
      })
  void finds(String range, long length, String lines, String expected) {
    RequestHead request = get().withFields(fields(lines));
    ResponseHead stored = new ResponseHead(206, fields("ETag: \"a\""));
    String found =
        switch (part(range, length).find(request, stored)) {
          case PartialContent.Found.Here(Ranges.Single at) -> at.first() + "-" + at.last();
          case PartialContent.Found.Elsewhere _ -> "elsewhere";
        };
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 3.3: "complete a stored incomplete response by making a subsequent range request"
        "bytes 0-4/10 | 5  | ``                                 | `Range: bytes=5-`",
        "bytes 0-4/*  | 5  | ``                                 | `Range: bytes=5-`",
        "bytes 5-9/10 | 5  | ``                                 | `Range: bytes=0-4`",
        "bytes 0-4/10 | 5  | `ETag: \"a\"`                      | `Range: bytes=5- | If-Range: \"a\"`",
        "bytes 0-4/10 | 5  | `ETag: W/\"a\" | Last-Modified: @-9 | Date: @0` | `Range: bytes=5-`",
        "bytes 0-4/10 | 5  | `Last-Modified: @-9 | Date: @0`    | `Range: bytes=5- | If-Range: @-9`",
        "bytes 0-4/10 | 5  | `Last-Modified: @0 | Date: @0`     | `Range: bytes=5-`",
        "bytes 2-6/10 | 5  | `ETag: \"a\"`                      | ``",
        "bytes 4-9/10 | 5  | `ETag: \"a\"`                      | ``",
        "bytes 0-9/10 | 10 | `ETag: \"a\"`                      | ``",
      })
  void asksForTheRest(String range, long length, String stored, String expected) {
    ResponseHead head = new ResponseHead(206, fields(stored));
    assertThat(part(range, length).completing(head)).isEqualTo(fields(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bytes 0-4/10 | bytes 5-9/10 | `ETag: \"a\"` | `ETag: \"a\"` | 0-9 whole",
        "bytes 5-9/10 | bytes 0-4/10 | `ETag: \"a\"` | `ETag: \"a\"` | 0-9 whole",
        "bytes 0-4/10 | bytes 3-7/10 | `ETag: \"a\"` | `ETag: \"a\"` | 0-7",
        "bytes 0-4/*  | bytes 5-9/10 | `ETag: \"a\"` | `ETag: \"a\"` | 0-9 whole",
        "bytes 0-4/10 | bytes 6-9/10 | `ETag: \"a\"` | `ETag: \"a\"` | none",
        // 3.4: "if they all share the same strong validator"
        "bytes 0-4/10 | bytes 5-9/10 | `ETag: \"a\"` | `ETag: \"b\"` | none",
        "bytes 0-4/10 | bytes 5-9/10 | `ETag: W/\"a\"` | `ETag: W/\"a\"` | none",
        "bytes 0-4/10 | bytes 5-9/10 | `ETag: \"a\"` | ``            | none",
        "bytes 0-4/10 | bytes 5-9/10 | ``            | ``            | none",
        "bytes 0-4/10 | bytes 5-9/10 | `Last-Modified: @-9 | Date: @0` | `Last-Modified: @-9 | Date: @5` | 0-9 whole",
        "bytes 0-4/10 | bytes 5-9/10 | `Last-Modified: @-9 | Date: @-9` | `Last-Modified: @-9 | Date: @5` | none",
        "bytes 0-4/10 | bytes 5-9/11 | `ETag: \"a\"` | `ETag: \"a\"` | none",
      })
  void combines(String one, String other, String stored, String response, String expected) {
    PartialContent first = exact(one);
    PartialContent second = exact(other);
    PartialContent union =
        first.combine(
            new ResponseHead(206, fields(stored)), new ResponseHead(206, fields(response)), second);
    assertThat(
            union == null
                ? "none"
                : union.first() + "-" + union.last() + (union.whole() ? " whole" : ""))
        .isEqualTo(expected);
  }

  @Test
  void whatIsNotExactIsNotCombined() {
    ResponseHead head = new ResponseHead(206, fields("ETag: \"a\""));
    PartialContent tooShort = part("bytes 4-9/10", 5);
    assertThat(tooShort.combine(head, head, exact("bytes 9-9/10"))).isNull();
    assertThat(exact("bytes 0-4/10").combine(head, head, tooShort)).isNull();
  }

  @Test
  void theWholeIsA200WithItsLength() {
    // RFC 9110 section 15.3.7.3: "process the combined response as if it were a complete 200 (OK)
    // response, including a Content-Length header field that reflects the complete length"
    ResponseHead stored =
        new ResponseHead(
            206,
            fields(
                "A: 1 | B: 1 | Content-Range: bytes 0-4/10 | Content-Length: 5 | Content-MD5: x"
                    + " | Content-Digest: sha-256=:eA==: | Repr-Digest: sha-256=:eQ==:"));
    ResponseHead response =
        new ResponseHead(206, fields("A: 2 | Content-Range: bytes 5-9/10 | Content-Length: 5"));
    assertThat(
            PartialContent.combinedHead(stored, response, new PartialContent(0, 9, 10, true, true)))
        .isEqualTo(
            new ResponseHead(
                200, fields("B: 1 | Content-Length: 10 | Repr-Digest: sha-256=:eQ==: | A: 2")));
    assertThat(
            PartialContent.combinedHead(
                stored, response, new PartialContent(0, 7, 10, false, true)))
        .isEqualTo(
            new ResponseHead(
                206,
                fields(
                    "B: 1 | Content-Length: 8 | Repr-Digest: sha-256=:eQ==: | A: 2"
                        + " | Content-Range: bytes 0-7/10")));
  }

  @Test
  void aPrefixOfA200ThatBrokeOffCanBeCompleted() {
    PartialContent prefix = PartialContent.prefix(5, 10);
    assertThat(prefix.whole()).isFalse();
    assertThat(prefix.completing(new ResponseHead(200, fields("ETag: \"a\""))))
        .isEqualTo(fields("Range: bytes=5- | If-Range: \"a\""));
  }

  @Test
  void writesItsContentRange() {
    assertThat(exact("bytes 2-6/10").contentRange(new Ranges.Single(3, 4)))
        .isEqualTo("bytes 3-4/10");
    assertThat(exact("bytes 2-6/*").contentRange(new Ranges.Single(3, 4))).isEqualTo("bytes 3-4/*");
  }

  private static PartialContent part(String range, long length) {
    return PartialContent.of(Messages.response(206, "Content-Range", range), length);
  }

  private static PartialContent exact(String range) {
    ContentRange at = ContentRange.of(Fields.of("Content-Range", range));
    return part(range, at.length());
  }
}
