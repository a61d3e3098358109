package io.nearcast.edge.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.Coding;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.config.model.Size;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What has coded forms, and under which head. */
final class ContentCodingsTest {
  private static final CompressionPolicy ON = CompressionPolicy.DEFAULT;

  private static ResponseHead html(String... fields) {
    Fields.Builder all = Fields.builder().add("Content-Type", "text/html");
    return new ResponseHead(200, all.addAll(Fields.of(fields)).build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          text/html                           | true
          text/html; charset=utf-8            | true
          TEXT/CSS                            | true
          text/javascript                     | true
          application/javascript              | true
          application/json                    | true
          application/json ; charset=utf-8    | true
          application/ld+json                 | true
          application/problem+json            | true
          application/xml                     | true
          application/atom+xml                | true
          image/svg+xml                       | true
          application/wasm                    | true
          font/ttf                            | true
          font/woff2                          | false
          font/woff                           | false
          image/png                           | false
          image/jpeg                          | false
          video/mp4                           | false
          application/zip                     | false
          application/gzip                    | false
          application/octet-stream            | false
          application/jsonx                   | false
          multipart/byteranges; boundary=x    | false
          text                                | false
          ''                                  | false
          """)
  void typesThatProfit(String type, boolean eligible) {
    ResponseHead head = new ResponseHead(200, Fields.of("Content-Type", type));
    assertThat(ContentCodings.eligible(head, 2_000, ON)).isEqualTo(eligible);
  }

  @Test
  void withoutATypeNothingIsKnown() {
    assertThat(ContentCodings.eligible(new ResponseHead(200, Fields.EMPTY), 2_000, ON)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Cache-Control       | public, max-age=60             | true
          Cache-Control       | max-age=60, no-transform       | false
          Cache-Control       | No-Transform                   | false
          CDN-Cache-Control   | max-age=60, no-transform       | false
          Content-Encoding    | gzip                           | false
          Content-Encoding    | identity                       | false
          content-encoding    | br                             | false
          Content-Range       | bytes 0-1/2                    | false
          Content-MD5         | Q2hlY2s=                       | false
          Content-Digest      | sha-256=:AAAA:                 | false
          Repr-Digest         | sha-256=:AAAA:                 | false
          Digest              | sha-256=AAAA                   | false
          Signature-Input     | s=("content-length")           | false
          Content-Language    | en                             | true
          Vary                | Origin                         | true
          """)
  void whatForbidsIt(String name, String value, boolean eligible) {
    assertThat(ContentCodings.eligible(html(name, value), 2_000, ON)).isEqualTo(eligible);
  }

  @ParameterizedTest
  @CsvSource({
    "-1,true",
    "0,false",
    "1023,false",
    "1024,true",
    "16777216,true",
    "16777217,false",
  })
  void lengthsThatProfit(long length, boolean eligible) {
    assertThat(ContentCodings.eligible(html(), length, ON)).isEqualTo(eligible);
  }

  @ParameterizedTest
  @CsvSource({"200,true", "203,false", "204,false", "206,false", "304,false", "404,false"})
  void onlyAWholeRepresentation(int status, boolean eligible) {
    ResponseHead head = new ResponseHead(status, html().fields());
    assertThat(ContentCodings.eligible(head, 2_000, ON)).isEqualTo(eligible);
  }

  @Test
  void thePolicyCounts() {
    CompressionPolicy images =
        new CompressionPolicy(List.of("image/*"), new Size(10), List.of(Coding.BR));
    ResponseHead image = new ResponseHead(200, Fields.of("Content-Type", "image/png"));
    assertThat(ContentCodings.eligible(image, 10, images)).isTrue();
    assertThat(ContentCodings.eligible(image, 9, images)).isFalse();
    assertThat(ContentCodings.eligible(html(), 2_000, images)).isFalse();
    assertThat(ContentCodings.eligible(html(), 2_000, CompressionPolicy.OFF)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          none                       | Accept-Encoding
          ''                         | Accept-Encoding
          Origin                     | Origin, Accept-Encoding
          Accept-Encoding            | Accept-Encoding
          Origin,accept-encoding     | Origin,accept-encoding
          *                          | *
          Accept-Encoding-X          | Accept-Encoding-X, Accept-Encoding
          """)
  void varyNamesAcceptEncodingOnce(String vary, String sent) {
    ResponseHead stored = vary == null ? html() : html("Vary", vary);
    assertThat(ContentCodings.identity(stored).fields().all("Vary")).containsExactly(sent);
    assertThat(ContentCodings.coded(stored, Coding.BR).fields().all("Vary")).containsExactly(sent);
  }

  @Test
  void severalVaryLinesBecomeOne() {
    ResponseHead stored = html("Vary", "Origin", "Vary", "Cookie");
    assertThat(ContentCodings.identity(stored).fields().all("Vary"))
        .containsExactly("Origin, Cookie, Accept-Encoding");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "1"    | W/"1"
          W/"1"  | W/"1"
          ""     | W/""
          """)
  void theTagOfACodedFormIsWeak(String tag, String sent) {
    ResponseHead stored = html("ETag", tag);
    assertThat(ContentCodings.coded(stored, Coding.GZIP).fields().all("ETag"))
        .containsExactly(sent);
    assertThat(ContentCodings.identity(stored).fields().all("ETag")).containsExactly(tag);
  }

  @Test
  void aCodedFormSaysItsCodingAndInvitesNoRanges() {
    ResponseHead stored = html("Accept-Ranges", "bytes", "Content-Length", "2000", "Age", "1");
    ResponseHead coded = ContentCodings.form(stored, Coding.ZSTD);
    assertThat(coded)
        .isEqualTo(html("Age", "1", "Vary", "Accept-Encoding", "Content-Encoding", "zstd"));
    assertThat(ContentCodings.form(stored, null)).isEqualTo(ContentCodings.identity(stored));
    assertThat(ContentCodings.identity(stored).fields().has("Accept-Ranges")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Range           | bytes=0-1                | true
          Cache-Control   | no-transform             | true
          Cache-Control   | max-age=0, no-transform  | true
          Cache-Control   | no-cache                 | false
          Accept          | text/html                | false
          """)
  void requestsForTheStoredForm(String name, String value, boolean stored) {
    assertThat(ContentCodings.storedFormOnly(Fields.of(name, value))).isEqualTo(stored);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "none",
      textBlock =
          """
          Mon, 01 Jan 2022 00:00:00 GMT  | gzip  | true
          Mon, 01 Jan 2022 00:00:00 GMT  | ``    | false
          "1"                            | gzip  | false
          W/"1"                          | gzip  | false
          none                           | gzip  | false
          """)
  void aDateIsTheSameForAllForms(String ifRange, String accepted, boolean ambiguous) {
    Fields request = ifRange == null ? Fields.EMPTY : Fields.of("If-Range", ifRange);
    assertThat(ContentCodings.rangeIsAmbiguous(request, AcceptedCodings.parse(accepted)))
        .isEqualTo(ambiguous);
  }
}
