package io.nearcast.config.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

final class LaunchTest {
  @TempDir Path directory;

  private final Map<String, String> environment = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Role role = new Role();

  @Command(name = "edge", description = "An edge for tests.")
  static final class Role implements Callable<Integer> {
    @Mixin MemberOptions member;

    @Option(
        names = "--listen",
        paramLabel = "ADDR:PORT",
        defaultValue = "0.0.0.0:8080",
        description = "where clients connect")
    HostPort listen;

    @Option(names = "--disk-size", paramLabel = "SIZE", converter = SizeConverter.class)
    long diskBytes;

    @Option(
        names = "--compression",
        paramLabel = "on|off",
        arity = "1",
        converter = OnOffConverter.class)
    Boolean compression;

    @Option(names = "--drain-time", paramLabel = "TIME", defaultValue = "30s")
    Duration drainTime;

    @Option(names = "--shield", paramLabel = "URL", split = ",")
    List<URI> shields = List.of();

    @Option(names = "--threads", paramLabel = "N", defaultValue = "2")
    int threads;

    @Option(names = "--verbose")
    boolean verbose;

    RuntimeException failure;

    @Override
    public Integer call() {
      if (failure != null) {
        throw failure;
      }
      return 0;
    }
  }

  @Command(name = "needy")
  static final class Needy implements Runnable {
    @Option(names = "--origin", paramLabel = "URL", required = true)
    URI origin;

    @Override
    public void run() {}
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws IOException {
    Path file = file("{listen: '1.1.1.1:1', disk-size: 1k, threads: 7, verbose: true}");
    environment.put("NEARCAST_LISTEN", "2.2.2.2:2");
    environment.put("NEARCAST_DISK_SIZE", "2k");
    assertThat(run("--listen", "3.3.3.3:3", "--config", file.toString())).isZero();
    assertThat(role.listen).isEqualTo(new HostPort("3.3.3.3", 3));
    assertThat(role.diskBytes).isEqualTo(2048);
    assertThat(role.threads).isEqualTo(7);
    assertThat(role.verbose).isTrue();
    assertThat(role.drainTime).isEqualTo(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @CsvSource({"true, --verbose, true", "false, --verbose, true", "true,, true", "false,, false"})
  void aFlagIsOnWhereverItStands(String variable, String argument, boolean on) {
    environment.put("NEARCAST_VERBOSE", variable);
    assertThat(argument == null ? run() : run(argument)).isZero();
    assertThat(role.verbose).isEqualTo(on);
  }

  @ParameterizedTest
  @CsvSource({"on, true", "off, false"})
  void aSwitchSaysOnOrOffWhereverItStands(String word, boolean on) throws IOException {
    assertThat(run()).isZero();
    assertThat(role.compression).isNull();
    assertThat(run("--compression", word)).isZero();
    assertThat(role.compression).isEqualTo(on);
    assertThat(run("--config", file("compression: " + word).toString())).isZero();
    assertThat(role.compression).isEqualTo(on);
    environment.put("NEARCAST_COMPRESSION", word);
    assertThat(run()).isZero();
    assertThat(role.compression).isEqualTo(on);
    environment.clear();
    assertMistake("edge: --compression: 'maybe' must be on or off", "--compression", "maybe");
  }

  @Test
  void anEmptyVariableIsNone() {
    environment.put("NEARCAST_LISTEN", "");
    assertThat(run()).isZero();
    assertThat(role.listen).isEqualTo(new HostPort("0.0.0.0", 8080));
  }

  @Test
  void theCommandLineReplacesAListOfTheEnvironment() {
    environment.put("NEARCAST_SHIELD", "http://a,http://b:1");
    assertThat(run("--shield", "http://c")).isZero();
    assertThat(role.shields).containsExactly(URI.create("http://c"));
  }

  @Test
  void theEnvironmentCanNameTheFile() throws IOException {
    environment.put("NEARCAST_CONFIG", file("drain-time: 1m").toString());
    assertThat(run()).isZero();
    assertThat(role.drainTime).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void aListIsSeveralOptionsOnCommandLineOneWithCommasElsewhere() throws IOException {
    List<URI> both = List.of(URI.create("http://a"), URI.create("http://b:1"));
    assertThat(run("--shield", "http://a", "--shield", "http://b:1")).isZero();
    assertThat(role.shields).isEqualTo(both);
    Path file = file("shield: [http://a, 'http://b:1']\ncontrol-plane: [http://c, http://d]");
    assertThat(run("--config=" + file)).isZero();
    assertThat(role.shields).isEqualTo(both);
    assertThat(role.member.controlPlanes())
        .containsExactly(URI.create("http://c"), URI.create("http://d"));
    environment.put("NEARCAST_SHIELD", "http://a,http://b:1");
    assertThat(run()).isZero();
    assertThat(role.shields).isEqualTo(both);
  }

  @Test
  void aMistakeIsOneLineThatNamesWhereItIs() throws IOException {
    assertMistake(
        "edge: --listen: 'x' is not ADDR:PORT: write an address and a port, as in 127.0.0.1:8080"
            + " or [::1]:8080",
        "--listen",
        "x");
    assertMistake("edge: '--lisen' is unknown: did you mean --listen?", "--lisen=a");
    assertMistake("edge: --threads: 'many' is not an int", "--threads", "many");
    assertMistake(
        "edge: --disk-size: '1x' is not a size: write a number with k, m, g or t, as in 512m",
        "--disk-size=1x");
    assertMistake("edge: --shield: 'a b' is not a URL: write http://HOST[:PORT]", "--shield=a b");

    environment.put("NEARCAST_DRAIN_TIME", "soon");
    assertMistake(
        "edge: NEARCAST_DRAIN_TIME: 'soon' is not a duration: write a number with ms, s, m, h or d,"
            + " as in 30s");
    environment.clear();

    Path bad = file("threads: some");
    assertMistake("edge: " + bad + ": threads: 'some' is not an int", "--config=" + bad);
    Path unknown = file("thread: 2");
    assertMistake(
        "nearcast: " + unknown + ": thread is no option: did you mean threads?",
        "--config=" + unknown);
    Path nested = file("threads: {a: 1}");
    assertMistake(
        "nearcast: " + nested + ": threads must be one value, or a list of values",
        "--config=" + nested);
    assertMistake(
        "nearcast: /does/not/exist: no such file: name another with --config",
        "--config",
        "/does/not/exist");

    environment.put("NEARCAST_LOG", "loud");
    assertMistake(
        "nearcast: NEARCAST_LOG: 'loud' is no level: write one of trace, debug, info, warn, error,"
            + " off");
  }

  @Test
  void aMissingOptionIsNamedWithItsVariable() {
    assertThat(run(new Needy())).isEqualTo(2);
    assertThat(errors())
        .isEqualTo("needy: --origin is missing: give it URL, or set NEARCAST_ORIGIN\n");
    environment.put("NEARCAST_ORIGIN", "http://o");
    assertThat(run(new Needy())).isZero();
  }

  @Test
  void aStartFailureIsOneLineAndABugIsAStackTrace() {
    role.failure = new StartFailure("the port is taken: choose another with --listen");
    assertMistake("edge: the port is taken: choose another with --listen");
    role.failure = new IllegalStateException("a bug");
    assertThat(run()).isEqualTo(1);
    assertThat(errors()).contains("IllegalStateException: a bug").contains("\tat ");
  }

  @Test
  void helpListsEveryOptionWithItsVariableAndDefault() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(UTF_8))
        .contains("--listen=ADDR:PORT", "[NEARCAST_LISTEN; default 0.0.0.0:8080]")
        .contains("[NEARCAST_CONTROL_PLANE]", "[NEARCAST_CONFIG]", "--version")
        .contains("[NEARCAST_DISK_SIZE]", "[NEARCAST_THREADS; default 2]")
        .contains("NEARCAST_LOG sets what is logged");
  }

  @Test
  void versionIsThatOfTheBuild() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString(UTF_8)).matches("nearcast [0-9]+\\.[0-9]+\\.[0-9]+\\S*\n");
  }

  @Test
  void aMemberNeedsIdTokenAndData() throws IOException {
    Path token = directory.resolve("token");
    Files.writeString(token, " secret \n");
    run("--id", "edge-1", "--token-file", token.toString(), "--data", directory.toString());
    assertThat(role.member.requiredId()).isEqualTo("edge-1");
    assertThat(role.member.requiredToken().get()).isEqualTo("secret");
    assertThat(role.member.requiredData()).isEqualTo(directory);
    assertThat(role.member.isMember()).isFalse();
  }

  private void assertMistake(String line, String... args) {
    assertThat(run(args)).isEqualTo(2);
    assertThat(errors()).isEqualTo(line + "\n");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "options", ".yaml"), text);
  }

  private int run(String... args) {
    return run(role, args);
  }

  private int run(Object command, String... args) {
    err.reset();
    return Launch.run(
        command,
        environment,
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8),
        args);
  }

  private String errors() {
    return err.toString(UTF_8);
  }
}
