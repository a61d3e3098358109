package io.nearcast.loadtest.feed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.loadtest.Benchmark;
import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.ChildProcess;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long purges take from their sending to the last receipt, all in one run on one machine. */
@Tag("long")
class FeedSpeedTest {
  private static final double MILLIS_P99_MAX = 150;
  private static final Duration RUN_MAX = Duration.ofMinutes(5);

  @TempDir private Path directory;

  private final ObjectMapper mapper = new ObjectMapper();

  @Test
  void lastReceiptComesInTimeAndTheFeedDoesNotFallBehind() throws Exception {
    JsonNode many = load(null, 200, "20", 60, 20).getFirst();
    JsonNode most = load(null, 1_000, "2", 60, 20).getFirst();
    JsonNode fast = load(null, 50, "1000", 60, 15).getFirst();
    List<JsonNode> consul;
    Path data = Files.createDirectory(directory.resolve("consul"));
    try (ConsulServer server = ConsulServer.start(data)) {
      consul = load(server.address(), 50, "50,100,200,400,700,1000", 12, 4);
    }

    String report = report(List.of(many, most, fast), consul);
    System.out.println(report);
    Benchmark.write("feed", report);
    assertThat(List.of(many, most))
        .allSatisfy(result -> {
          assertThat(result.path("keptUp").asBoolean()).as(result.toString()).isTrue();
          assertThat(result.path("millisP99").asDouble())
              .as(result.toString())
              .isLessThan(MILLIS_P99_MAX);
        });
    assertThat(fast.path("keptUp").asBoolean()).as(fast.toString()).isTrue();
    assertThat(consul.getFirst().path("keptUp").asBoolean()).as(consul.toString()).isTrue();
  }

  private List<JsonNode> load(
      @Nullable URI consul, int nodes, String rates, int seconds, int warmUpSeconds)
      throws Exception {
    Path json = directory.resolve("results-" + nodes + "-" + rates + ".json");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "feed",
                "--nodes=" + nodes,
                "--rate=" + rates,
                "--duration=" + seconds + "s",
                "--warm-up=" + warmUpSeconds + "s",
                "--json=" + json));
    if (consul != null) {
      arguments.add("--consul=" + consul + "/speed");
    }
    try (ChildProcess load =
        ChildProcess.role(Shell.root(), "load", arguments.toArray(String[]::new))) {
      load.awaitExit(RUN_MAX);
      assertThat(json).as(load.output()).exists();
    }
    List<JsonNode> results = new ArrayList<>();
    for (String line : Files.readAllLines(json)) {
      results.add(mapper.readTree(line));
    }
    return results;
  }

  private static String report(List<JsonNode> sqlite, List<JsonNode> consul) {
    StringBuilder text = new StringBuilder("# Purges, from their sending to the last receipt\n\n");
    for (String line :
        Arrays.asList(
            "`bin/test long loadtest -Dtest=FeedSpeedTest`. A control plane as a process, and in another"
                + " process the nodes and the sender of the purges,",
            "all on one machine. The nodes follow the feed as edges do: client, index of purges, last"
                + " good copy synced to the same disk, reports, leases; they",
            "have no data plane. Each purge is one URL, sent when it is due whatever became of those"
                + " before, by a `POST` that waits for completion; its time",
            "counts from when it was due. Each completion is checked against what every node has"
                + " applied. Behind: under way when the last one was due.",
            "",
            "| store | nodes | purges/s | s | p50 ms | p99 ms | max ms | behind | kept up |"
                + " control plane, CPU ms per purge | nodes and sender, CPU ms per purge |",
            "|---|---|---|---|---|---|---|---|---|---|---|")) {
      text.append(line).append('\n');
    }
    sqlite.forEach(result -> text.append(row("SQLite", result)));
    consul.forEach(result -> text.append(row("Consul", result)));
    long best =
        consul.stream()
            .filter(result -> result.path("keptUp").asBoolean())
            .mapToLong(result -> result.path("purgesPerSecond").asLong())
            .max()
            .orElse(0);
    return text.append(
            "\nConsul is one server with its log on the same disk. 50 nodes kept up with ")
        .append(best)
        .append(" purges a second.\n")
        .toString();
  }

  private static String row(String store, JsonNode result) {
    return String.format(
        Locale.ROOT,
        "| %s | %,d | %,d | %d | %.1f | %.1f | %.1f | %,d | %s | %.2f | %.2f |%n",
        store,
        result.path("nodes").asLong(),
        result.path("purgesPerSecond").asLong(),
        result.path("seconds").asLong(),
        result.path("millisP50").asDouble(),
        result.path("millisP99").asDouble(),
        result.path("millisMax").asDouble(),
        result.path("underWayAtTheEnd").asLong(),
        result.path("keptUp").asBoolean() ? "yes" : "no",
        result.path("controlPlaneMillisPerPurge").asDouble(),
        result.path("nodesMillisPerPurge").asDouble());
  }
}
