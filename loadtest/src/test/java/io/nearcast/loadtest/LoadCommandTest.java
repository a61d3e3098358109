package io.nearcast.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.loadtest.cdn.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/nearcast load} as a user runs it. */
class LoadCommandTest {
  private static final Duration RUN_MAX = Duration.ofSeconds(90);

  @TempDir private Path directory;

  @Test
  void withoutATargetItStartsAWholeCdnAndReports() throws Exception {
    Path json = directory.resolve("report.json");
    Path html = directory.resolve("report.html");
    try (ChildProcess load =
        ChildProcess.role(
            Shell.root(),
            "load",
            "--duration=2s",
            "--warm-up=1s",
            "--objects=200",
            "--memory=16m",
            "--json=" + json,
            "--html=" + html)) {
      assertThat(load.awaitExit(RUN_MAX)).as(load.output()).isZero();
      assertThat(load.output()).contains("    3 s").contains("hit ratio").contains("0 wrong");
    }
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.at("/total/hitRatio").asDouble()).isGreaterThan(0.5);
    assertThat(report.at("/total/servedBy/unknown").asLong()).isZero();
    assertThat(html).content().contains("<svg");
  }

  @Test
  void anEdgeThatIsNotThereIsNamed() throws Exception {
    try (ChildProcess load =
        ChildProcess.role(Shell.root(), "load", "--target=http://127.0.0.1:1")) {
      assertThat(load.awaitExit(RUN_MAX)).isEqualTo(2);
      assertThat(load.output()).contains("http://127.0.0.1:1").contains("start the edge first");
    }
  }

  @Test
  void anOptionOutOfItsRangeIsNamed() throws Exception {
    try (ChildProcess load = ChildProcess.role(Shell.root(), "load", "--exponent=9")) {
      assertThat(load.awaitExit(RUN_MAX)).isEqualTo(2);
      assertThat(load.output()).contains("--exponent must be from 0 to 5");
    }
  }
}
