package io.nearcast.edge.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 5.6.7, RFC 9111 section 4.2. */
final class HttpDateTest {
  private static final long NOW = Instant.parse("2026-11-21T12:00:00Z").toEpochMilli();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // "A recipient that parses a timestamp value in an HTTP field MUST accept all three
        // formats."
        "Sun, 06 Nov 1994 08:49:37 GMT   | 1994-11-06T08:49:37Z",
        "Sunday, 06-Nov-94 08:49:37 GMT  | 1994-11-06T08:49:37Z",
        "Sun Nov  6 08:49:37 1994        | 1994-11-06T08:49:37Z",
        "Wed Nov 16 08:49:37 1994        | 1994-11-16T08:49:37Z",
        // "a cache recipient SHOULD match the field value case-insensitively"
        "SUN, 06 nOV 1994 08:49:37 gmt   | 1994-11-06T08:49:37Z",
        "sunday, 06-NOV-94 08:49:37 gMt  | 1994-11-06T08:49:37Z",
        "sun NOV  6 08:49:37 1994        | 1994-11-06T08:49:37Z",
        // "MUST interpret a timestamp that appears to be more than 50 years in the future as
        // representing the most recent year in the past that had the same last two digits"
        "Thursday, 18-Aug-50 02:01:18 GMT   | 2050-08-18T02:01:18Z",
        "Saturday, 21-Nov-76 11:59:59 GMT   | 2076-11-21T11:59:59Z",
        "Monday, 23-Nov-76 12:00:01 GMT     | 1976-11-23T12:00:01Z",
        "Saturday, 01-Jan-77 00:00:00 GMT   | 1977-01-01T00:00:00Z",
        "Tuesday, 29-Feb-00 00:00:00 GMT    | 2000-02-29T00:00:00Z",
        // "00:00:00 - 23:59:60 (leap second)"
        "Sat, 31 Dec 2016 23:59:60 GMT   | 2017-01-01T00:00:00Z",
        "Thu, 29 Feb 2024 00:00:00 GMT   | 2024-02-29T00:00:00Z",
        "Sun, 21 Nov 2286 04:46:39 GMT   | 2286-11-21T04:46:39Z",
        "Tue, 19 Jan 2038 14:14:08 GMT   | 2038-01-19T14:14:08Z",
      })
  void readsWhatIsADate(String text, Instant expected) {
    assertThat(HttpDate.parse(text, NOW)).isEqualTo(expected.toEpochMilli());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "-1",
        "784111777",
        "Sun, 06 Nov 1994 08:49:37",
        // "A cache recipient SHOULD consider a date with a zone abbreviation other than GMT to be
        // invalid"
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 AEST",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun 06 Nov 1994 08:49:37 GMT",
        "Sun, 06  Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08.49.37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 29 Feb 2023 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Foo, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "Someday, 06-Nov-94 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-9x 08:49:37 GMT",
        "Sunday, 06 Nov 94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov 006 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "Sun,",
        "Sunday,"
      })
  void refusesWhatIsNone(String text) {
    assertThat(HttpDate.parse(text, NOW)).isEqualTo(HttpDate.INVALID);
  }

  @Test
  void absentIsNoDate() {
    assertThat(HttpDate.parse(null, NOW)).isEqualTo(HttpDate.INVALID);
  }

  @Test
  void writesAndReadsEveryKindOfDay() {
    long seed = 7;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      long seconds = random.nextLong(-62_135_596_800L, 253_402_300_800L);
      String text = HttpDate.format(seconds * 1000);
      assertThat(HttpDate.parse(text, NOW)).as("%s, seed %d", text, seed).isEqualTo(seconds * 1000);
    }
  }

  @Test
  void writesThePreferredForm() {
    assertThat(HttpDate.format(Messages.NOW + 999)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
  }
}
