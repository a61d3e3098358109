package io.nearcast.loadtest.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.loadtest.Benchmark;
import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.ChildProcess;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The public suite of tests for HTTP caches, cache-tests.fyi, against a standalone edge. */
class CacheTestsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration RUN_MAX = Duration.ofMinutes(5);

  /** Suites about plain freshness and storing: none of their required tests may fail. */
  private static final Set<String> PLAIN =
      Set.of("cc-freshness", "cc-response", "expires-freshness", "heuristic-freshness", "status");

  @TempDir private Path work;

  /** A test of the suite and what came of it. */
  private record Outcome(
      String suite, String id, String name, String kind, String result, String detail) {
    boolean passed() {
      return result.equals("pass") || result.equals("yes");
    }
  }

  @Test
  void noFewerTestsPassThanBefore() throws Exception {
    List<Outcome> outcomes = run();

    Properties least = new Properties();
    try (InputStream in = CacheTestsTest.class.getResourceAsStream("cache-tests.properties")) {
      least.load(in);
    }
    assertThat(failures(outcomes).filter(outcome -> PLAIN.contains(outcome.suite)))
        .as("required tests of freshness and storing")
        .isEmpty();
    assertThat(passed(outcomes, "required"))
        .as("required, of %d; failing: %s", all(outcomes, "required"), ids(outcomes, "required"))
        .isGreaterThanOrEqualTo(Long.parseLong(least.getProperty("required")));
    assertThat(passed(outcomes, "optimal"))
        .as("optimal, of %d; failing: %s", all(outcomes, "optimal"), ids(outcomes, "optimal"))
        .isGreaterThanOrEqualTo(Long.parseLong(least.getProperty("optimal")));
  }

  @Test
  @Tag("long")
  void figuresAreWrittenDown() throws Exception {
    List<Outcome> outcomes = run();
    Benchmark.write("cache-tests", report(outcomes));
    assertThat(passed(outcomes, "required")).isPositive();
  }

  private List<Outcome> run() throws Exception {
    Path suite = Shell.root().resolve("target/tools/cache-tests/node_modules/http-cache-tests");
    assertThat(suite).as("bin/setup cache-tests fetches it").isDirectory();
    Path server = suite.toRealPath();
    int port = StandaloneEdge.freePort();
    Map<String, String> environment =
        Map.of(
            "npm_config_protocol", "http",
            "npm_config_port", Integer.toString(port),
            "npm_config_pidfile", work.resolve("server.pid").toString());
    List<String> command = List.of("node", server.resolve("server/server.mjs").toString());
    try (ChildProcess origin =
        ChildProcess.start("cache-tests origin", "Listening on", environment, command)) {
      origin.awaitReady();
      try (StandaloneEdge edge =
          StandaloneEdge.start(URI.create("http://127.0.0.1:" + port), "--memory", "64m")) {
        return outcomes(server, results(server, edge.url()));
      } finally {
        // It was told to end by a signal, which is no success in its own eyes.
        origin.kill();
      }
    }
  }

  /** Runs the suite's own client, and returns the file with what it prints. */
  private Path results(Path suite, URI edge) throws Exception {
    Path results = work.resolve("results.json");
    Map<String, String> environment =
        Map.of(
            "npm_config_base", edge.toString(), "npm_config_id", "", "npm_package_config_id", "");
    String line = "cd '" + suite + "' && exec node --no-warnings cli.mjs > '" + results + "'";
    try (ChildProcess client =
        ChildProcess.start(
            "cache-tests client", "no such line", environment, List.of("bash", "-c", line))) {
      assertThat(client.awaitExit(RUN_MAX)).as(client.output()).isZero();
    }
    return results;
  }

  private List<Outcome> outcomes(Path suite, Path results) throws Exception {
    Path script = work.resolve("outcomes.mjs");
    try (InputStream in = CacheTestsTest.class.getResourceAsStream("outcomes.mjs")) {
      Files.write(script, in.readAllBytes());
    }
    String printed =
        Shell.run("node --no-warnings '" + script + "' '" + suite + "' '" + results + "'");
    List<Outcome> outcomes = new ArrayList<>();
    for (JsonNode node : JSON.readTree(printed)) {
      outcomes.add(
          new Outcome(
              node.get("suite").asText(),
              node.get("id").asText(),
              node.get("name").asText(),
              node.get("kind").asText(),
              node.get("outcome").asText(),
              node.get("detail").asText()));
    }
    // Some are for browsers' caches only.
    outcomes.removeIf(outcome -> outcome.result.equals("untested"));
    assertThat(outcomes).hasSizeGreaterThan(300);
    return outcomes;
  }

  private static java.util.stream.Stream<Outcome> failures(List<Outcome> outcomes) {
    return outcomes.stream()
        .filter(outcome -> outcome.kind.equals("required") && !outcome.passed());
  }

  private static long passed(List<Outcome> outcomes, String kind) {
    return outcomes.stream().filter(o -> o.kind.equals(kind) && o.passed()).count();
  }

  private static long all(List<Outcome> outcomes, String kind) {
    return outcomes.stream().filter(outcome -> outcome.kind.equals(kind)).count();
  }

  private static String ids(List<Outcome> outcomes, String kind) {
    return outcomes.stream()
        .filter(outcome -> outcome.kind.equals(kind) && !outcome.passed())
        .map(outcome -> outcome.id + " (" + outcome.result + ": " + outcome.detail + ")")
        .collect(Collectors.joining(", "));
  }

  private static String report(List<Outcome> outcomes) {
    StringBuilder text = new StringBuilder("# cache-tests\n\n");
    text.append(
        "The npm package `http-cache-tests` against a standalone edge (`bin/nearcast edge"
            + " --origin URL --memory 64m`).\nA test counts as passed only if those that it depends on pass too.\n\n");
    text.append("| kind | passed | of |\n|---|---|---|\n");
    for (String kind : List.of("required", "optimal", "check")) {
      text.append("| ").append(kind).append(" | ").append(passed(outcomes, kind));
      text.append(" | ").append(all(outcomes, kind)).append(" |\n");
    }
    text.append("\n(A `check` is neither right nor wrong: it asks what a cache does.)\n");
    for (String kind : List.of("required", "optimal")) {
      text.append("\n## Not passed: ").append(kind).append("\n\n");
      outcomes.stream()
          .filter(outcome -> outcome.kind.equals(kind) && !outcome.passed())
          .forEach(outcome ->
              text.append("- `")
                  .append(outcome.suite)
                  .append("` `")
                  .append(outcome.id)
                  .append("`: ")
                  .append(outcome.name)
                  .append(" (")
                  .append(outcome.result)
                  .append(outcome.detail.isEmpty() ? "" : ": " + outcome.detail)
                  .append(")\n"));
    }
    return text.toString();
  }
}
