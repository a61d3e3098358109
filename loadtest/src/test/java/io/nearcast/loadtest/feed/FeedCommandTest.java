package io.nearcast.loadtest.feed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/nearcast load feed} as a user runs it; how fast it is stands in
 * docs/benchmarks/feed.md.
 */
class FeedCommandTest {
  private static final Duration RUN_MAX = Duration.ofMinutes(3);

  @TempDir private Path directory;

  @Test
  void everyPurgeIsCompletedAndNoneBeforeEachNodeHasAppliedIt() throws Exception {
    Path json = directory.resolve("results.json");
    try (ChildProcess load =
        ChildProcess.role(
            Shell.root(),
            "load",
            "feed",
            "--nodes=20",
            "--rate=20",
            "--duration=3s",
            "--warm-up=0s",
            "--json=" + json)) {
      // How long a purge takes is not asked for here, so neither is whether the rate was kept.
      load.awaitExit(RUN_MAX);
      assertThat(json).as(load.output()).exists();
    }
    JsonNode result = new ObjectMapper().readTree(json.toFile());
    assertThat(result.path("purges").asLong()).isEqualTo(60);
    assertThat(result.path("failed").asLong()).isZero();
    assertThat(result.path("unsent").asLong()).isZero();
    assertThat(result.path("tooEarly").asLong()).isZero();
    assertThat(result.path("millisP50").asDouble()).isPositive();
  }

  @Test
  void anOptionOutOfItsRangeIsNamed() throws Exception {
    try (ChildProcess load = ChildProcess.role(Shell.root(), "load", "feed", "--nodes=0")) {
      assertThat(load.awaitExit(RUN_MAX)).isEqualTo(2);
      assertThat(load.output()).contains("--nodes must be from 1 to 10000");
    }
  }
}
