package io.nearcast.edge.rules;

import static io.nearcast.edge.rules.Messages.NOW;
import static io.nearcast.edge.rules.Messages.fields;
import static io.nearcast.edge.rules.Messages.fresh;
import static io.nearcast.edge.rules.Messages.request;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * RFC 9110 section 13, RFC 9111 section 4.3.2. The time is three seconds after the response came.
 */
final class ConditionsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET  | 200 | ``                                          | `ETag: \"a\"`   | FULL",
        // 13.1.2: "the condition is false if one of the listed tags matches the entity tag"
        "GET  | 200 | `If-None-Match: \"a\"`                      | `ETag: \"a\"`   | NOT_MODIFIED",
        "HEAD | 200 | `If-None-Match: \"a\"`                      | `ETag: \"a\"`   | NOT_MODIFIED",
        "GET  | 200 | `If-None-Match: \"b\"`                      | `ETag: \"a\"`   | FULL",
        "GET  | 200 | `If-None-Match: \"a\", \"b\", \"c\"`        | `ETag: \"a\"`   | NOT_MODIFIED",
        "GET  | 200 | `If-None-Match: \"b\", \"a\", \"c\"`        | `ETag: \"a\"`   | NOT_MODIFIED",
        "GET  | 200 | `If-None-Match: \"b\",\"c\" ,\t\"a\"`       | `ETag: \"a\"`   | NOT_MODIFIED",
        "GET  | 200 | `If-None-Match: \"b\" | If-None-Match: \"a\"` | `ETag: \"a\"` | NOT_MODIFIED",
        "GET  | 200 | `If-None-Match: \"a,b\"`                    | `ETag: \"a,b\"` | NOT_MODIFIED",
        "GET  | 200 | `If-None-Match: \"a,b\"`                    | `ETag: \"b\"`   | FULL",
        "GET  | 200 | `If-None-Match: \"A\"`                      | `ETag: \"a\"`   | FULL",
        // "MUST use the weak comparison function"
        "GET  | 200 | `If-None-Match: W/\"a\"`                    | `ETag: W/\"a\"` | NOT_MODIFIED",
        "GET  | 200 | `If-None-Match: W/\"a\"`                    | `ETag: \"a\"`   | NOT_MODIFIED",
        "GET  | 200 | `If-None-Match: \"a\"`                      | `ETag: W/\"a\"` | NOT_MODIFIED",
        // 8.8.3: the W counts with its case; a tag has quotes.
        "GET  | 200 | `If-None-Match: w/\"a\"`                    | `ETag: w/\"a\"` | FULL",
        "GET  | 200 | `If-None-Match: a`                          | `ETag: \"a\"`   | FULL",
        "GET  | 200 | `If-None-Match: \"a\"`                      | `ETag: a`       | FULL",
        "GET  | 200 | `If-None-Match: \"a`                        | `ETag: \"a\"`   | FULL",
        "GET  | 200 | `If-None-Match:`                            | `ETag: \"a\"`   | FULL",
        "GET  | 200 | `If-None-Match: \"a\"`                      | `X: y`          | FULL",
        // "If the field value is *, the condition is false" where there is a representation
        "GET  | 200 | `If-None-Match: *`                          | `X: y`          | NOT_MODIFIED",
        "GET  | 200 | `If-None-Match: *, \"b\"`                   | `ETag: \"a\"`   | FULL",
        // 13.1.3: "the condition is false" if it "is earlier or equal to the date provided"
        "GET  | 200 | `If-Modified-Since: @-3000`                 | `Last-Modified: @-3000` | NOT_MODIFIED",
        "GET  | 200 | `If-Modified-Since: @-2000`                 | `Last-Modified: @-3000` | NOT_MODIFIED",
        "GET  | 200 | `If-Modified-Since: @-3001`                 | `Last-Modified: @-3000` | FULL",
        "GET  | 200 | `If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT` | `Last-Modified: @0` | NOT_MODIFIED",
        // "MUST ignore If-Modified-Since if the request contains an If-None-Match header field"
        "GET  | 200 | `If-None-Match: \"a\" | If-Modified-Since: @-9000` | `ETag: \"a\" | Last-Modified: @-5000` | NOT_MODIFIED",
        "GET  | 200 | `If-None-Match: \"b\" | If-Modified-Since: @0` | `ETag: \"a\" | Last-Modified: @-5000` | FULL",
        // "if the received field value is not a valid HTTP-date, the field value has more than one
        // member, or if the request method is neither GET nor HEAD"
        "GET  | 200 | `If-Modified-Since: yesterday`              | `Last-Modified: @-3000` | FULL",
        "GET  | 200 | `If-Modified-Since: @0 | If-Modified-Since: @0` | `Last-Modified: @-3000` | FULL",
        "POST | 200 | `If-Modified-Since: @0`                     | `Last-Modified: @-3000` | FULL",
        "POST | 200 | `If-None-Match: \"a\"`                      | `ETag: \"a\"`   | FULL",
        // 4.3.2: "SHOULD use the stored response's Date field value (or, if no Date field is
        // present, the time that the stored response was received)"
        "GET  | 200 | `If-Modified-Since: @-60`                   | `Date: @-60`    | NOT_MODIFIED",
        "GET  | 200 | `If-Modified-Since: @-61`                   | `Date: @-60`    | FULL",
        "GET  | 200 | `If-Modified-Since: @0`                     | `X: y`          | NOT_MODIFIED",
        "GET  | 200 | `If-Modified-Since: @-1`                    | `X: y`          | FULL",
        // Ours: a copy of that date, if it was made, could still be used without asking.
        "GET  | 200 | `If-Modified-Since: @-3000`                 | `Date: @0 | Cache-Control: max-age=10000` | NOT_MODIFIED",
        "GET  | 200 | `If-Modified-Since: @-3000`                 | `Date: @0 | Cache-Control: max-age=3000`  | FULL",
        "GET  | 200 | `If-Modified-Since: @-3000`                 | `Date: @0 | Cache-Control: max-age=10000, no-cache` | FULL",
        "GET  | 200 | `If-Modified-Since: @-3000`                 | `Date: @0 | Cache-Control: max-age=10000 | ETag: \"a\"` | FULL",
        // Only "by reusing a stored 200 (OK) or 206 (Partial Content) response"
        "GET  | 206 | `If-None-Match: \"a\"`                      | `ETag: \"a\"`   | NOT_MODIFIED",
        "GET  | 404 | `If-None-Match: \"a\"`                      | `ETag: \"a\"`   | FULL",
        "GET  | 301 | `If-None-Match: *`                          | `ETag: \"a\"`   | FULL",
      })
  void evaluates(
      String method, int status, String lines, String stored, Conditions.Outcome expected) {
    RequestHead request = request(method).withFields(fields(lines));
    ResponseHead head = new ResponseHead(status, fields(stored));
    assertThat(Conditions.evaluate(request, head, fresh(head), false, NOW + 3000))
        .isEqualTo(expected);
  }

  @Test
  void aCopyThatAPurgeMayHaveBeenAboutIsNotConfirmedByItsDateAlone() {
    ResponseHead head = new ResponseHead(200, fields("Date: @0 | Cache-Control: max-age=10000"));
    RequestHead request = Messages.get("If-Modified-Since", Messages.date(-3000));
    assertThat(Conditions.evaluate(request, head, fresh(head), false, NOW))
        .isEqualTo(Conditions.Outcome.NOT_MODIFIED);
    assertThat(Conditions.evaluate(request, head, fresh(head), true, NOW))
        .isEqualTo(Conditions.Outcome.FULL);
  }

  @Test
  void aTagMayHaveAnyBytesAboveAscii() {
    ResponseHead head = Messages.response(200, "ETag", "\"abcdef\u00fc\"");
    RequestHead request = Messages.get("If-None-Match", "\"abcdef\u00fc\"");
    assertThat(Conditions.evaluate(request, head, fresh(head), false, NOW))
        .isEqualTo(Conditions.Outcome.NOT_MODIFIED);
  }

  @Test
  void a304HasWhatUpdatesACopyAndNothingOfTheBody() {
    // RFC 9110 section 15.4.5: "Content-Location, Date, ETag, and Vary; Cache-Control and Expires"
    Fields stored =
        fields(
            "Date: @0 | ETag: \"a\" | Last-Modified: @-9 | Vary: x | Cache-Control: max-age=9"
                + " | Expires: @9 | Content-Location: /x | Content-Type: text/plain"
                + " | Content-Length: 5 | Content-Encoding: gzip | Content-Language: de"
                + " | Content-Range: x | Content-MD5: x | X-Other: y");
    assertThat(Conditions.notModifiedFields(new ResponseHead(200, stored)))
        .isEqualTo(
            fields(
                "Date: @0 | ETag: \"a\" | Vary: x | Cache-Control: max-age=9 | Expires: @9"
                    + " | Content-Location: /x | X-Other: y"));
  }

  @Test
  void a304ForAnotherCacheHasAllThatItMayTakeFromIt() {
    // "unless said metadata exists for the purpose of guiding cache updates"
    Fields stored =
        fields("ETag: \"a\" | Last-Modified: @-9 | Content-Type: text/plain | Content-Length: 5");
    assertThat(Conditions.notModifiedFieldsForCache(new ResponseHead(200, stored)))
        .isEqualTo(fields("ETag: \"a\" | Last-Modified: @-9 | Content-Type: text/plain"));
  }

  @Test
  void lastModifiedStandsInA304WithoutETag() {
    // "Last-Modified might be useful if the response does not have an ETag field"
    Fields stored = fields("Last-Modified: @-9 | Content-Length: 5");
    assertThat(Conditions.notModifiedFields(new ResponseHead(200, stored)))
        .isEqualTo(fields("Last-Modified: @-9"));
  }
}
