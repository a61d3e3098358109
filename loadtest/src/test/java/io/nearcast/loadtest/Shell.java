package io.nearcast.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Commands of real clients, as a person types them. */
public final class Shell {
  private static final int SECONDS_MAX = 60;

  private Shell() {}

  /** The source tree that is tested. */
  public static Path root() {
    return Path.of(System.getProperty("nearcast.root", "..")).toAbsolutePath().normalize();
  }

  /** Runs a command by bash, and returns what it printed; it must succeed. */
  public static String run(String command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
    try {
      CompletableFuture<String> output =
          CompletableFuture.supplyAsync(() -> {
            try {
              return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
              return "cannot be read: " + e;
            }
          });
      assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).as(command).isTrue();
      assertThat(process.exitValue()).as("%s%n%s", command, output.join()).isZero();
      return output.join();
    } finally {
      process.destroyForcibly();
    }
  }
}
