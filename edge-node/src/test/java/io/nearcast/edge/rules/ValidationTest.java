package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.fields;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.edge.rules.Validation.HeadEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9111 sections 3.2 and 4.3. */
final class ValidationTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 4.3.1: "MUST send the relevant entity tags"; "SHOULD send the Last-Modified value"
        "`ETag: \"a\"`                          | `If-None-Match: \"a\"`",
        "`ETag: W/\"a\"`                        | `If-None-Match: W/\"a\"`",
        "`Last-Modified: @-9`                   | `If-Modified-Since: @-9`",
        "`Last-Modified: @-9 | ETag: \"a\"`     | `If-None-Match: \"a\" | If-Modified-Since: @-9`",
        "`Date: @0`                             | ``",
      })
  void asksWithTheStoredValidators(String stored, String expected) {
    assertThat(Validation.conditionalFields(stored(stored))).isEqualTo(fields(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 4.3.3: "those strong validators identify a selected representation for update"
        "304 | `ETag: \"a\"`           | `ETag: \"a\"`                        | true",
        "304 | `ETag: W/\"a\"`         | `ETag: W/\"a\"`                      | true",
        "304 | `ETag: \"a\"`           | ``                                   | true",
        "304 | `Last-Modified: @-9`    | `Last-Modified: @-9`                 | true",
        "304 | `Last-Modified: @-9`    | ``                                   | true",
        "304 | `Last-Modified: @-9`    | `ETag: \"a\" | Last-Modified: @-9`   | true",
        // "none of the initial set contains at least one of the same strong validators"
        "304 | `Last-Modified: @-9`    | `Last-Modified: @-1`                 | false",
        // Ours: the one tag that was named is the one that was found to match.
        "304 | `ETag: \"a\"`           | `ETag: \"b\"`                        | true",
        // Nothing was asked.
        "304 | `Date: @0`              | ``                                   | false",
        "200 | `ETag: \"a\"`           | `ETag: \"a\"`                        | false",
      })
  void confirms(int status, String stored, String answer, boolean expected) {
    assertThat(Validation.confirms(stored(stored), new ResponseHead(status, fields(answer))))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // 3.2: "add each header field in the provided response to the stored response, replacing
        // field values that are already present"
        "Test-Header, a, b, b",
        "Cache-Control, max-age=1, max-age=3600, max-age=3600",
        "Content-Type, text/plain, text/html, text/html",
        "Content-Location, /foo, /bar, /bar",
        "Content-Foo, a, b, b",
        "Set-Cookie, a=b, a=c, a=c",
        "Expires, Fri, Mon, Mon",
        "Vary, A, B, B",
        "Last-Modified, a, b, b",
        "Date, a, b, b",
        // "and the Content-Length header field", and what else describes the stored bytes.
        "Content-Length, 5, 10, 5",
        "Content-Encoding, gzip, br, gzip",
        "Content-Range, a, b, a",
        "Content-MD5, a, b, a",
        "ETag, \"a\", \"b\", \"a\"",
      })
  void updates(String row) {
    String[] columns = row.split(", ", -1);
    ResponseHead stored = Messages.response(200, columns[0], columns[1], "Other", "kept");
    ResponseHead newer = Messages.response(304, columns[0], columns[2]);
    ResponseHead updated = Validation.update(stored, newer);
    assertThat(updated.status()).isEqualTo(200);
    assertThat(updated.fields().all(columns[0])).containsExactly(columns[3]);
    assertThat(updated.fields().first("Other")).isEqualTo("kept");
  }

  @Test
  void updatesDropWhatIsNotStored() {
    // "Header fields excepted from storage in Section 3.1"
    ResponseHead updated =
        Validation.update(
            stored("A: 1 | Age: 9"),
            new ResponseHead(
                304,
                fields(
                    "Connection: x | X: y | Keep-Alive: 5 | Cache-Control: private=\"p\" | P: q"
                        + " | Nearcast-As-Of: 7 | Content-Length: 0")));
    assertThat(updated.fields()).isEqualTo(fields("A: 1 | Cache-Control: private=\"p\""));
  }

  @Test
  void whatNewerDirectivesNameIsNotKept() {
    // 5.2.2.4: such a field "MUST NOT be sent in the response to a subsequent request"
    ResponseHead updated =
        Validation.update(
            stored("A: 1 | P: q"),
            new ResponseHead(304, fields("Cache-Control: no-cache=\"p\", max-age=60")));
    assertThat(updated.fields())
        .isEqualTo(fields("A: 1 | Cache-Control: no-cache=\"p\", max-age=60"));
  }

  @Test
  void allLinesOfAFieldAreReplacedByAllOfTheNewOnes() {
    ResponseHead updated =
        Validation.update(
            stored("Link: a | X: y | Link: b"),
            new ResponseHead(304, fields("Link: c | Link: d | Age: 3")));
    assertThat(updated.fields()).isEqualTo(fields("X: y | Link: c | Link: d | Age: 3"));
  }

  @Test
  void anEntityTagThatWasMissingIsAdded() {
    ResponseHead updated =
        Validation.update(
            stored("Last-Modified: @-9"),
            new ResponseHead(304, fields("Last-Modified: @-9 | ETag: \"a\"")));
    assertThat(updated.fields().first("ETag")).isEqualTo("\"a\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // 4.3.5: "matching values for any received validator fields ... and, if the HEAD response
        // has a Content-Length header field, the value of Content-Length matches"
        "200 | `ETag: \"a\" | Content-Length: 5` | UPDATE",
        "200 | `Content-Length: 5`               | UPDATE",
        "200 | `Content-Length: 5, 5`            | UPDATE",
        // No validator was received, so none differs.
        "200 | `X: y`                            | UPDATE",
        "200 | `ETag: \"b\" | Content-Length: 5` | STALE",
        "200 | `ETag: \"a\" | Content-Length: 6` | STALE",
        "200 | `Last-Modified: @-1`              | STALE",
        "404 | ``                                | STALE",
        "410 | ``                                | STALE",
        "304 | `ETag: \"a\"`                     | NONE",
        "500 | ``                                | NONE",
        "302 | ``                                | NONE",
      })
  void headsUpdateOrInvalidate(int status, String lines, HeadEffect expected) {
    ResponseHead stored = stored("ETag: \"a\" | Last-Modified: @-9 | Content-Length: 5");
    ResponseHead chunked = stored("ETag: \"a\" | Last-Modified: @-9");
    ResponseHead head = new ResponseHead(status, fields(lines));
    assertThat(Validation.headEffect(stored, 5, head)).isEqualTo(expected);
    assertThat(Validation.headEffect(chunked, 5, head))
        .as("came in chunks, of the same length")
        .isEqualTo(expected);
  }

  @Test
  void aFillAsksWithoutTheClientsConditionsAndRange() {
    Fields request =
        fields(
            "If-Match: a | If-None-Match: b | If-Range: c | Range: bytes=0-1 | If-Modified-Since: @0"
                + " | If-Unmodified-Since: @0 | Accept: x");
    assertThat(Validation.unconditional(request)).isEqualTo(fields("Accept: x"));
  }

  @Test
  void whatComesWithoutAUsableDateIsDated() {
    // RFC 9110 section 6.6.1: "MUST record the time it was received and append a corresponding
    // Date"
    assertThat(stored("A: 1").dated(Messages.NOW).fields()).isEqualTo(fields("A: 1 | Date: @0"));
    // "MAY replace that value with the time that response was received"
    assertThat(stored("Date: foo | A: 1").dated(Messages.NOW).fields())
        .isEqualTo(fields("Date: @0 | A: 1"));
    ResponseHead dated = stored("Date: @-9");
    assertThat(dated.dated(Messages.NOW)).isSameAs(dated);
  }

  private static ResponseHead stored(String lines) {
    return new ResponseHead(200, fields(lines));
  }
}
