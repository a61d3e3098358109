package io.nearcast.loadtest.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

/**
 * The public suite of tests for HTTP caches, cache-tests.fyi, with its own origin and client.
 *
 * @param folder where the suite is: the npm package, or a checkout of its repository
 * @param work where the run's files go
 */
record CacheTests(Path folder, Path work) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration RUN_MAX = Duration.ofMinutes(5);

  /** What the suite is run against. */
  enum SetUp {
    /** A standalone edge. */
    EDGE("a standalone edge"),
    /** An edge that asks a shield, which asks the origin. */
    EDGE_AND_SHIELD("edge and shield");

    private final String words;

    SetUp(String words) {
      this.words = words;
    }

    /** For people. */
    String words() {
      return words;
    }
  }

  /** A test of the suite and what came of it. */
  record Outcome(String suite, String id, String name, String kind, String result, String detail) {
    boolean passed() {
      return result.equals("pass") || result.equals("yes");
    }

    /** Whether a cache can be right or wrong here; the others ask what a cache does. */
    boolean scored() {
      return !kind.equals("check");
    }
  }

  /** The npm package, which bin/setup fetches. */
  static CacheTests npm(Path work) throws Exception {
    Path suite = Shell.root().resolve("target/tools/cache-tests/node_modules/http-cache-tests");
    assertThat(suite).as("bin/setup cache-tests fetches it").isDirectory();
    return new CacheTests(suite.toRealPath(), work);
  }

  /**
   * Runs all tests.
   *
   * @param options more options of the edge
   */
  List<Outcome> run(SetUp setUp, String... options) throws Exception {
    int port = StandaloneEdge.freePort();
    Map<String, String> environment =
        Map.of(
            "npm_config_protocol", "http",
            "npm_config_port", Integer.toString(port),
            "npm_config_pidfile", work.resolve("server.pid").toString());
    List<String> command = List.of("node", code("server/server.mjs").toString());
    try (ChildProcess origin =
        ChildProcess.start("cache-tests origin", "Listening on", environment, command)) {
      origin.awaitReady();
      try {
        return run(setUp, URI.create("http://127.0.0.1:" + port), List.of(options));
      } finally {
        // It was told to end by a signal, which is no success in its own eyes.
        origin.kill();
      }
    }
  }

  private List<Outcome> run(SetUp setUp, URI origin, List<String> options) throws Exception {
    List<String> edgeOptions = new ArrayList<>(List.of("--memory", "64m"));
    edgeOptions.addAll(options);
    return switch (setUp) {
      case EDGE -> {
        try (StandaloneEdge edge = started(origin, edgeOptions)) {
          yield outcomes(edge.url());
        }
      }
      case EDGE_AND_SHIELD -> {
        try (StandaloneEdge shield = StandaloneEdge.startShield(origin, "--memory", "64m")) {
          edgeOptions.addAll(List.of("--shield", shield.url().toString()));
          try (StandaloneEdge edge = started(origin, edgeOptions)) {
            yield outcomes(edge.url());
          }
        }
      }
    };
  }

  private static StandaloneEdge started(URI origin, List<String> options) throws Exception {
    return StandaloneEdge.start(origin, options.toArray(String[]::new));
  }

  /** Server and client, which have moved within the suite. */
  private Path code(String path) {
    Path moved = folder.resolve("test-engine").resolve(path);
    return Files.exists(moved) ? moved : folder.resolve(path);
  }

  /** Runs the suite's own client, and returns the file with what it prints. */
  private Path results(URI edge) throws Exception {
    Path results = work.resolve("results.json");
    Map<String, String> environment =
        Map.of(
            "npm_config_base", edge.toString(), "npm_config_id", "", "npm_package_config_id", "");
    String line =
        "cd '"
            + folder
            + "' && exec node --no-warnings "
            + code("cli.mjs")
            + " > '"
            + results
            + "'";
    try (ChildProcess client =
        ChildProcess.start(
            "cache-tests client", "no such line", environment, List.of("bash", "-c", line))) {
      assertThat(client.awaitExit(RUN_MAX)).as(client.output()).isZero();
    }
    return results;
  }

  private List<Outcome> outcomes(URI edge) throws Exception {
    Path results = results(edge);
    Path script = work.resolve("outcomes.mjs");
    try (InputStream in = CacheTests.class.getResourceAsStream("outcomes.mjs")) {
      Files.write(script, in.readAllBytes());
    }
    String printed =
        Shell.run("node --no-warnings '" + script + "' '" + folder + "' '" + results + "'");
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
}
