package io.nearcast.config.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a process ends: with real processes and real signals. */
@Timeout(60)
final class ServeTest {
  private Process process;
  private BufferedReader output;

  @AfterEach
  void endProcess() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aSignalDrainsAndEndsWithZero(String signal) throws Exception {
    start();
    assertThat(output.readLine()).isEqualTo("ready fake 127.0.0.1:1");
    signal(signal);
    assertThat(output.readLine()).isEqualTo("closing");
    assertThat(output.readLine()).isEqualTo("closed");
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void aSecondSignalEndsAtOnce() throws Exception {
    start("--stuck");
    assertThat(output.readLine()).startsWith("ready");
    signal("TERM");
    assertThat(output.readLine()).isEqualTo("closing");
    signal("TERM");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(output.readLine()).isNull();
  }

  @Test
  void aRoleThatCannotCloseEndsWithOne() throws Exception {
    start("--broken");
    assertThat(output.readLine()).startsWith("ready");
    signal("TERM");
    assertThat(process.waitFor()).isEqualTo(1);
  }

  @Test
  void aBadOptionEndsWithTwo() throws Exception {
    start("--bad");
    assertThat(process.waitFor()).isEqualTo(2);
  }

  private void start(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(ServingProcess.class.getName());
    command.addAll(List.of(args));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    output = process.inputReader(StandardCharsets.UTF_8);
  }

  private void signal(String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }
}
