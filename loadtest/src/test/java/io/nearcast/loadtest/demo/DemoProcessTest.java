package io.nearcast.loadtest.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code bin/nearcast demo} itself. */
class DemoProcessTest {
  private static final Pattern TOKEN_FILE = Pattern.compile("token file +(\\S+)");

  @Test
  void itNamesTakenPortsAndStopsCleanly() throws Exception {
    // All ports stay below those that the system gives to others.
    String offset = Integer.toString(ThreadLocalRandom.current().nextInt(12_000, 24_000));
    try (ChildProcess demo = ChildProcess.role(Shell.root(), "demo", "--port-offset", offset)) {
      assertThat(demo.awaitReady()).startsWith("ready demo http://127.0.0.1:");
      try (ChildProcess second = ChildProcess.role(Shell.root(), "demo", "--port-offset", offset)) {
        assertThat(second.awaitExit(Duration.ofSeconds(30))).isEqualTo(2);
        assertThat(second.output())
            .contains("process " + demo.pid())
            .contains("(control plane)", "(edge fra-1)", "(router DNS)", "--port-offset");
      }
      Path data = dataDirectory(demo);
      long begun = System.nanoTime();
      assertThat(demo.terminate()).isZero();
      // Two seconds on a machine that does nothing else.
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(6));
      assertThat(data).doesNotExist();
    }
  }

  private static Path dataDirectory(ChildProcess demo) throws InterruptedException {
    org.awaitility.Awaitility.await().until(() -> TOKEN_FILE.matcher(demo.output()).find());
    Matcher matcher = TOKEN_FILE.matcher(demo.output());
    assertThat(matcher.find()).isTrue();
    Path data = Path.of(matcher.group(1)).getParent().getParent();
    assertThat(data).isDirectory();
    return data;
  }
}
