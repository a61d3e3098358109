package io.nearcast.loadtest.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.loadtest.Benchmark;
import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.standalone.CacheTests.Outcome;
import io.nearcast.loadtest.standalone.CacheTests.SetUp;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every test of the public suite passes, but for the few that are named with their reasons. */
class CacheTestsTest {
  private static final String EXCEPTIONS = "cache-tests-exceptions.txt";

  /** A checkout of the suite's repository, which is ahead of its npm package. */
  private static final String NEWEST = "nearcast.cacheTests";

  @TempDir private Path work;

  @ParameterizedTest
  @EnumSource
  void allPassButTheNamedExceptions(SetUp setUp) throws Exception {
    List<Outcome> outcomes = CacheTests.npm(work).run(setUp);

    Map<String, String> failed =
        failed(outcomes).collect(Collectors.toMap(Outcome::id, CacheTestsTest::describe));
    Map<String, String> exceptions = exceptions();
    Map<String, String> unexpected = new TreeMap<>(failed);
    unexpected.keySet().removeAll(exceptions.keySet());
    assertThat(unexpected).as("tests that fail through %s", setUp.words()).isEmpty();
    assertThat(exceptions.keySet())
        .as("tests that pass through %s: take them out of %s", setUp.words(), EXCEPTIONS)
        .isSubsetOf(failed.keySet());
  }

  @Test
  @Tag("long")
  void figuresAreWrittenDown() throws Exception {
    StringBuilder text = new StringBuilder("# cache-tests\n\n");
    text.append(
        "The public suite of tests for HTTP caches, <https://cache-tests.fyi>, against a standalone"
            + " edge (`bin/nearcast edge --origin URL`), and\nthrough edge and shield (`edge"
            + " --shield URL --origin URL`). A test counts as passed only if those that it depends"
            + " on pass too. A `check`\nis neither right nor wrong: it asks what a cache does. Why"
            + " the others fail that fail is in decision 0006.\n");
    report(text, CacheTests.npm(work), "the npm package `http-cache-tests` 0.4.5");
    String newest = System.getProperty(NEWEST);
    if (newest != null) {
      String commit = Shell.run("git -C '" + newest + "' log -1 --format='%h of %cs'").strip();
      CacheTests repository = new CacheTests(Path.of(newest), work);
      report(text, repository, "the suite's repository, " + commit);
      report(
          text,
          repository,
          "the suite's repository, by an edge with `--stale-if-error 1d`",
          "--stale-if-error",
          "1d");
    }
    Benchmark.write("cache-tests", text.toString());
  }

  private static void report(StringBuilder text, CacheTests suite, String name, String... options)
      throws Exception {
    text.append("\n## By ").append(name).append("\n\n");
    text.append("| through | required | optimal | check |\n|---|---|---|---|\n");
    StringBuilder lists = new StringBuilder();
    for (SetUp setUp : SetUp.values()) {
      List<Outcome> outcomes = suite.run(setUp, options);
      text.append("| ").append(setUp.words());
      for (String kind : List.of("required", "optimal", "check")) {
        text.append(" | ").append(score(outcomes, kind));
      }
      text.append(" |\n");
      lists.append("\nNot passed through ").append(setUp.words()).append(":\n\n");
      failed(outcomes)
          .forEach(outcome ->
              lists
                  .append("- `")
                  .append(outcome.id())
                  .append("` ")
                  .append(describe(outcome))
                  .append('\n'));
    }
    text.append(lists);
  }

  private static Map<String, String> exceptions() throws Exception {
    try (InputStream in = CacheTestsTest.class.getResourceAsStream(EXCEPTIONS)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .map(line -> line.split(": ", 2))
          .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    }
  }

  private static Stream<Outcome> failed(List<Outcome> outcomes) {
    return outcomes.stream().filter(outcome -> outcome.scored() && !outcome.passed());
  }

  private static String describe(Outcome outcome) {
    return String.format(
        "(%s, %s): %s (%s)", outcome.kind(), outcome.result(), outcome.name(), outcome.detail());
  }

  private static String score(List<Outcome> outcomes, String kind) {
    List<Outcome> all = outcomes.stream().filter(outcome -> outcome.kind().equals(kind)).toList();
    return all.stream().filter(Outcome::passed).count() + " of " + all.size();
  }
}
