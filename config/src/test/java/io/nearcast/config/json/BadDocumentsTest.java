package io.nearcast.config.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.model.Pop;
import io.nearcast.config.model.Service;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What users are told of documents that cannot be used. */
final class BadDocumentsTest {
  private static final String ORIGINS = "origins: [{name: o, url: 'http://o'}]";

  /** Each row: a service in YAML, the pointer of its only problem, what the problem says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {name: a, ORIGINS}                                   | /domains    | needs at least 1 entry
          {domains: [a.b], ORIGINS}                            | /name       | is missing: write a string
          {name: null, domains: [a.b], ORIGINS}                | /name       | is missing: write a string
          {name: A, domains: [a.b], ORIGINS}                   | /name       | must be 1 to 63 of a-z, 0-9 and -, not beginning or ending with -
          {name: 12, domains: [a.b], ORIGINS}                  | /name       | must be a string: put it in quotes
          {name: true, domains: [a.b], ORIGINS}                | /name       | must be a string: put it in quotes
          {name: {x: 1}, domains: [a.b], ORIGINS}              | /name       | must be a string
          {name: a, name: a, domains: [a.b], ORIGINS}          | /name       | stands twice: leave one out
          {name: a, domains: a.b, ORIGINS}                     | /domains    | must be a list
          {name: a, domains: [], ORIGINS}                      | /domains    | needs at least 1 entry
          {name: a, domains: [a.b, 7], ORIGINS}                | /domains/1  | must be a string: put it in quotes
          {name: a, domains: [a.b, null], ORIGINS}             | /domains/1  | must not be null: write a string or leave it out
          {name: a, domains: [a.b, a_b], ORIGINS}              | /domains/1  | is not a host name: write labels of a-z, 0-9 and - with dots between
          {name: a, domains: [a.b, A.B], ORIGINS}              | /domains/1  | stands twice: leave one out
          {name: a, domain: a.b, domains: [a.b], ORIGINS}      | /domain     | is an unknown field: did you mean domains?
          {name: a, domains: [a.b], ORIGINS, a/b~c: 1}         | /a~1b~0c    | is an unknown field: known are name, domains, origins, cache, purge, rules, upgrades
          {name: a, domains: [a.b], origins: []}               | /origins    | needs at least 1 entry
          {name: a, domains: [a.b], origins: {}}               | /origins    | must be a list
          {name: a, domains: [a.b], origins: [x]}              | /origins/0  | must be an object with fields
          {name: a, domains: [a.b], origins: [{name: o}]}      | /origins/0/url | is missing: write a URL, as in http://HOST:PORT
          {name: a, domains: [a.b], origins: [{name: o, url: 'a b'}]}         | /origins/0/url | is not a URL: write a URL, as in http://HOST:PORT
          {name: a, domains: [a.b], origins: [{name: o, url: 'ftp://o'}]}     | /origins/0/url | must begin with http:// or https://
          {name: a, domains: [a.b], origins: [{name: o, url: 'o:80'}]}        | /origins/0/url | must begin with http:// or https://
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://o/x'}]}  | /origins/0/url | must be scheme, host and port only: write http://HOST[:PORT]
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://'}]}     | /origins/0/url | is not a URL: write a URL, as in http://HOST:PORT
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://o:0'}]}  | /origins/0/url | has a port out of 1 to 65535
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://o', backup: 1}]}    | /origins/0/backup | must be true or false
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://o', backup: true}]} | /origins | has only backups: leave out backup for at least one
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://o'}, {name: o, url: 'http://p'}]} | /origins/1/name | is used twice: give each origin a name of its own
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://o', healthcheck: {path: /}}]}     | /origins/0/healthcheck | is an unknown field: did you mean healthCheck?
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://o', healthCheck: {}}]}            | /origins/0/healthCheck/path | is missing: write a string
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://o', healthCheck: {path: up}}]}    | /origins/0/healthCheck/path | must begin with /
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://o', healthCheck: {path: /, interval: 5}}]}    | /origins/0/healthCheck/interval | must be a string: write a duration, as in 30s
          {name: a, domains: [a.b], origins: [{name: o, url: 'http://o', healthCheck: {path: /, timeout: 9m}}]}    | /origins/0/healthCheck/timeout | must be from 100ms to 1m
          {name: a, domains: [a.b], ORIGINS, cache: none}                         | /cache            | must be an object with fields
          {name: a, domains: [a.b], ORIGINS, cache: {defaultTTL: 2m}}             | /cache/defaultTTL | is an unknown field: did you mean defaultTtl?
          {name: a, domains: [a.b], ORIGINS, cache: {defaultTtl: 2 min}}          | /cache/defaultTtl | is not a duration: write a number with ms, s, m, h or d, as in 30s
          {name: a, domains: [a.b], ORIGINS, cache: {defaultTtl: -1s}}            | /cache/defaultTtl | is not a duration: write a number with ms, s, m, h or d, as in 30s
          {name: a, domains: [a.b], ORIGINS, cache: {defaultTtl: 366d}}           | /cache/defaultTtl | must be from 0s to 365d
          {name: a, domains: [a.b], ORIGINS, cache: {staleIfError: 999999999999999d}} | /cache/staleIfError | is too long a time
          {name: a, domains: [a.b], ORIGINS, cache: {key: {query: {include: [a], exclude: [b]}}}} | /cache/key/query/exclude | cannot stand beside include: keep the one that says what is meant
          {name: a, domains: [a.b], ORIGINS, cache: {key: {query: {sort: 1}}}}  | /cache/key/query/sort | must be true or false
          {name: a, domains: [a.b], ORIGINS, cache: {compression: none}}          | /cache/compression | must be on, off, or an object with types, minSize and codings
          {name: a, domains: [a.b], ORIGINS, cache: {compression: [br]}}          | /cache/compression | must be on, off, or an object with types, minSize and codings
          {name: a, domains: [a.b], ORIGINS, cache: {compression: {level: 9}}}    | /cache/compression/level | is an unknown field: known are types, minSize, codings
          {name: a, domains: [a.b], ORIGINS, cache: {compression: {types: []}}}   | /cache/compression/types | needs at least 1 entry
          {name: a, domains: [a.b], ORIGINS, cache: {compression: {types: [text/*, html]}}} | /cache/compression/types/1 | is not a media type: write type/subtype with at most one *, as in text/*
          {name: a, domains: [a.b], ORIGINS, cache: {compression: {types: [text/*a*]}}}     | /cache/compression/types/0 | is not a media type: write type/subtype with at most one *, as in text/*
          {name: a, domains: [a.b], ORIGINS, cache: {compression: {minSize: 1000}}}         | /cache/compression/minSize | must be a string: write a size, as in 1k
          {name: a, domains: [a.b], ORIGINS, cache: {compression: {minSize: 1 KB}}}         | /cache/compression/minSize | is not a size: write a number with k, m, g or t, as in 512m
          {name: a, domains: [a.b], ORIGINS, cache: {compression: {minSize: 17m}}}          | /cache/compression/minSize | is above 16m, the longest body that is compressed
          {name: a, domains: [a.b], ORIGINS, cache: {compression: {codings: [brotli]}}}     | /cache/compression/codings/0 | must be one of br, zstd, gzip
          {name: a, domains: [a.b], ORIGINS, cache: {compression: {codings: [br, br]}}}     | /cache/compression/codings | names one twice: leave one out
          {name: a, domains: [a.b], ORIGINS, purge: {whenCutOff: refuse}}         | /purge/whenCutOff | must be one of serve, revalidate
          {name: a, domains: [a.b], ORIGINS, purge: {whenCutOff: 1}}              | /purge/whenCutOff | must be one of serve, revalidate
          {name: a, domains: [a.b], ORIGINS, purge: {refreshRate: 0}}             | /purge/refreshRate | must be 1 to 100000 refreshes per second
          {name: a, domains: [a.b], ORIGINS, rules: [{cache: bypass}]}            | /rules/0/match    | is missing: write an object
          {name: a, domains: [a.b], ORIGINS, upgrades: [h2c]}                     | /upgrades/0       | must be websocket: this release only knows that
          {name: a, domains: [a.b], ORIGINS, rules: [{match: {}, cache: bypass}]} | /rules/0/match/path | is missing: write a string
          {name: a, domains: [a.b], ORIGINS, rules: [{match: {path: x}, cache: bypass}]}  | /rules/0/match/path | must begin with / or with *
          {name: a, domains: [a.b], ORIGINS, rules: [{match: {path: /}}]}                 | /rules/0/cache | is missing: write bypass, or an object with what differs from the service's cache
          {name: a, domains: [a.b], ORIGINS, rules: [{match: {path: /}, cache: pass}]}    | /rules/0/cache | must be bypass, or an object with what differs from the service's cache
          {name: a, domains: [a.b], ORIGINS, rules: [{match: {path: /, when: now}, cache: bypass}]}    | /rules/0/match/when | is an unknown field: known are path
          {name: a, domains: [a.b], ORIGINS, rules: [{match: {path: /}, cache: {defaultTTL: 1s}}]}   | /rules/0/cache/defaultTTL | is an unknown field: did you mean defaultTtl?
          {name: a, domains: [a.b], ORIGINS, rules: [{match: {path: /}, cache: {defaultTtl: 999d}}]} | /rules/0/cache/defaultTtl | must be from 0s to 365d
          {name: &n a, domains: [*n], ORIGINS}                 | /domains/0  | is a YAML alias: write the value out
          """)
  void aProblemSaysWhereItIsAndWhatToWrite(String yaml, String pointer, String detail) {
    assertThat(problems(Service.class, yaml.replace("ORIGINS", ORIGINS)))
        .containsExactly(new Problem(pointer, detail));
  }

  @Test
  void allProblemsAreFoundAtOnce() {
    String yaml =
        """
        nam: a
        domains: [a.b, 7]
        origins:
          - {name: O, url: "http://o"}
          - {name: p, url: "http://p/x", bakup: true}
        cache: {defaultTtl: 1, staleIfError: 2}
        rules:
          - {match: {path: x}, cache: bypass}
          - {match: {path: /y}, cache: {key: {querry: {}}}}
        """;
    assertThat(problems(Service.class, yaml))
        .extracting(Problem::pointer)
        .containsExactly(
            "/nam",
            "/name",
            "/domains/1",
            "/origins/0/name",
            "/origins/1/bakup",
            "/cache/defaultTtl",
            "/cache/staleIfError",
            "/rules/0/match/path",
            "/rules/1/cache/key/querry");
  }

  @Test
  void kindsAreCheckedByTheirType() {
    assertThat(problems(Change.class, "{name: fra}"))
        .containsExactly(
            new Problem(
                "/type",
                "is missing: write one of serviceActivated, serviceRemoved, purgeIssued, warmOrdered, popChanged,"
                    + " popRemoved, nodeDrained, tierKeyChanged"));
    assertThat(problems(Change.class, "{type: popGone, name: fra}"))
        .extracting(Problem::pointer)
        .containsExactly("/type");
    assertThat(problems(Change.class, "{type: nodeDrained, node: 1, nodes: 2}"))
        .containsExactly(
            new Problem("/nodes", "is an unknown field: did you mean node?"),
            new Problem("/node", "must be a string: put it in quotes"));
  }

  @Test
  void numbersAreCheckedForKindAndRange() {
    assertThat(problems(Pop.class, "{name: fra, latitude: 91, longitude: 0}"))
        .containsExactly(new Problem("/latitude", "must be from -90 to 90 degrees"));
    assertThat(problems(Pop.class, "{name: fra, latitude: north, longitude: .nan}"))
        .containsExactly(
            new Problem("/latitude", "must be a number"),
            new Problem("/longitude", "must be a number"));
    String entry = "{sequence: 1.5, at: today, change: {type: popRemoved, name: fra}}";
    assertThat(problems(FeedEntry.class, entry))
        .containsExactly(
            new Problem(
                "/sequence",
                "must be a whole number from -9223372036854775808 to 9223372036854775807"),
            new Problem("/at", "is not a time: write a time, as in 2026-01-31T12:00:00Z"));
    assertThat(problems(FeedEntry.class, entry.replace("1.5", "99999999999999999999")))
        .extracting(Problem::pointer)
        .containsExactly("/sequence", "/at");
  }

  @Test
  void constantsAndMapsAreCheckedInside() {
    assertThat(
            problems(
                NodeReport.class,
                "{boot: b, role: cdn, pop: p, address: a, appliedSequence: 0, state: serving,"
                    + " matched: {'a/b': x, c: null}}"))
        .containsExactly(
            new Problem("/role", "must be one of edge, shield, router"),
            new Problem("/matched/a~1b", "must be a number"),
            new Problem("/matched/c", "must not be null: write a number or leave it out"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``             | is empty: write a JSON document
          `   `          | is empty: write a JSON document
          {              | is not JSON: it ends too early at line 1, column 2
          {"name": }     | is not JSON: look at what stands at line 1, column 10
          {"name": "a    | is not JSON: it ends too early at line 1, column 12
          {name: a}      | is not JSON: look at what stands at line 1, column 2
          {"a": 01}      | is not JSON: look at what stands at line 1, column 8
          {"a": NaN}     | is not JSON: look at what stands at line 1, column 10
          {} {}          | goes on after its end at line 1, column 4: write one only
          nonsense       | is not JSON: look at what stands at line 1, column 1
          """)
  void whatIsNoJsonIsMalformed(String json, String detail) {
    InvalidDocument invalid = invalidJson(json.getBytes(UTF_8));
    assertThat(invalid.malformed()).isTrue();
    assertThat(invalid.problems()).containsExactly(new Problem("", detail));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a: [          | is not YAML: look at what stands at line 1, column 5
          a: b: c       | is not YAML: look at what stands at line 1, column 5
          '{a: "'       | is not YAML: look at what stands at line 1, column 1
          '? [a]'       | is not YAML: look at what stands at line 1, column 4
          %             | is not YAML: look at what stands at line 1, column 1
          """)
  void whatIsNoYamlIsMalformed(String yaml, String detail) {
    InvalidDocument invalid = invalid(Service.class, yaml);
    assertThat(invalid.malformed()).isTrue();
    assertThat(invalid.problems()).containsExactly(new Problem("", detail));
  }

  @Test
  void bytesThatAreNoTextAreMalformed() {
    assertThat(invalidJson(new byte[] {'"', (byte) 0xff, '"'}).getMessage())
        .isEqualTo("the document is not UTF-8: save it in that encoding");
    assertThat(invalid(Service.class, "a: \u0001").malformed()).isTrue();
    assertThat(invalid(Service.class, "--- {a: 1}\n--- {a: 2}\n").malformed()).isTrue();
  }

  @Test
  void sizeAndDepthAreBounded() {
    assertThat(invalid(Service.class, " ".repeat(Documents.BYTES_MAX + 1)).getMessage())
        .contains("has 1048577 bytes: at most 1048576 are read");
    assertThat(invalidJson(new byte[Documents.JSON_BYTES_MAX + 1]).getMessage())
        .contains("at most 16777216 are read");
    assertThat(invalidJson("[".repeat(100_000).getBytes(UTF_8)).getMessage())
        .contains("nests deeper than 32 levels");
    assertThat(invalid(JsonNode.class, "[".repeat(100_000)).getMessage())
        .contains("nests deeper than 32 levels");
    String wide = "{" + "\"x\":1,".repeat(150_000) + "\"y\":1}";
    assertThat(invalidJson(wide.getBytes(UTF_8)).problems()).hasSizeLessThanOrEqualTo(50);
  }

  @Test
  void aMarkOfTheByteOrderIsPassedOver() {
    byte[] json = "\uFEFF{\"type\":\"popRemoved\",\"name\":\"fra\"}".getBytes(UTF_8);
    assertThat(Documents.readJson(Change.class, json)).isEqualTo(new Change.PopRemoved("fra"));
  }

  @Test
  void noMessageHasTheParsersOwnWords() {
    for (String bad :
        List.of("{", "{]", "{\"a\":tru}", "{'a':1}", "[1,]", "{\"a\":\"\\x\"}", "-")) {
      assertThat(invalidJson(bad.getBytes(UTF_8)).getMessage())
          .doesNotContainIgnoringCase("jackson")
          .doesNotContain("Unexpected", "token", "JsonParser", "Source:");
    }
  }

  private static List<Problem> problems(Class<?> type, String yaml) {
    InvalidDocument invalid = invalid(type, yaml);
    assertThat(invalid.malformed()).as(invalid.getMessage()).isFalse();
    return invalid.problems();
  }

  private static InvalidDocument invalid(Class<?> type, String yaml) {
    return catchThrowableOfType(
        InvalidDocument.class, () -> Documents.readYaml(type, yaml.getBytes(UTF_8)));
  }

  private static InvalidDocument invalidJson(byte[] json) {
    return catchThrowableOfType(
        InvalidDocument.class, () -> Documents.readJson(Service.class, json));
  }
}
