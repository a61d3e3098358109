package io.nearcast.loadtest.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher with an installed distribution and a JDK that prints what it is asked to run. */
@Timeout(60)
class LauncherTest {
  private static final Path ROOT =
      Path.of(System.getProperty("nearcast.root", "..")).toAbsolutePath();

  @TempDir private Path work;

  /** What a process said, with its exit code. */
  private record Ended(int code, String output, String errors) {
    List<String> lines() {
      return output.lines().toList();
    }
  }

  @BeforeEach
  void install() throws IOException {
    Files.createDirectories(work.resolve("home/lib"));
    Files.createFile(work.resolve("home/lib/nearcast-edge.jar"));
    Files.createFile(work.resolve("home/lib/netty.jar"));
    jdk("jdk", "25.0.3");
  }

  @ParameterizedTest
  @CsvSource({
    "edge, io.nearcast.edge.EdgeMain",
    "shield, io.nearcast.shield.ShieldMain",
    "control-plane, io.nearcast.control.ControlPlaneMain",
    "geo-router, io.nearcast.router.GeoRouterMain",
    "demo, io.nearcast.loadtest.demo.DemoMain",
    "load, io.nearcast.loadtest.LoadTestMain",
  })
  void roleRunsItsMainClassWithTheArgumentsAsTheyAre(String role, String mainClass)
      throws Exception {
    Ended ended = nearcast(Map.of(), role, "--option", "a value");

    assertThat(ended.code()).isZero();
    assertThat(ended.lines()).endsWith(mainClass, "--option", "a value");
    assertThat(ended.lines().getFirst())
        .isEqualTo(
            "class path %s/home/lib/nearcast-edge.jar:%s/home/lib/netty.jar".formatted(work, work));
  }

  @Test
  void operatorsCommandGoesToTheCliWithItsName() throws Exception {
    assertThat(nearcast(Map.of(), "purge", "shop", "--everything").lines())
        .endsWith("io.nearcast.control.cli.CliMain", "purge", "shop", "--everything");
  }

  @Test
  void helpHasEveryCommandOfTheCli() throws Exception {
    Ended cli =
        end(
            new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.nearcast.control.cli.CliMain",
                "--help"));
    List<String> commands =
        cli.output()
            .lines()
            .dropWhile(line -> !line.startsWith("Commands:"))
            .skip(1)
            .filter(line -> line.matches(" {2}[a-z].*"))
            .map(line -> line.strip().split(" ", -1)[0])
            .toList();

    assertThat(commands).contains("apply", "purge", "nodes");
    assertThat(section("operator's commands:")).containsExactlyInAnyOrderElementsOf(commands);
  }

  @ParameterizedTest
  @CsvSource({"egde, edge", "purg, purge", "control, control-plane", "noeds, nodes"})
  void unknownCommandNamesTheNearest(String typed, String nearest) throws Exception {
    Ended ended = nearcast(Map.of(), typed);

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.errors()).contains("'" + typed + "'").contains("'" + nearest + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "--memory 64m, , , 104",
    "--memory=1g, , , 224",
    "--memory 2097152k, 64m, , 352",
    "'', 512M, , 160",
    "'', , 128m, 112",
    "'', 64m, 128m, 104",
    "'', , , 128",
    "--memory lots, , , 128",
  })
  void heapOfAnEdgeFollowsItsMemory(
      String options, String environment, String configured, int heapMegabytes) throws Exception {
    Map<String, String> variables = new TreeMap<>();
    List<String> arguments = new ArrayList<>(List.of("edge"));
    if (!options.isEmpty()) {
      arguments.addAll(List.of(options.split(" ", -1)));
    }
    if (environment != null) {
      variables.put("NEARCAST_MEMORY", environment);
    }
    if (configured != null) {
      Path config =
          Files.writeString(
              work.resolve("edge.yaml"),
              "listen: 0.0.0.0:80\nmemory: \"%s\" # of 1g\n".formatted(configured));
      arguments.addAll(List.of("--config", config.toString()));
    }

    assertThat(nearcast(variables, arguments.toArray(String[]::new)).lines())
        .contains("-Xmx" + heapMegabytes + "m", "-XX:+UseSerialGC");
  }

  @Test
  void ownOptionsOfTheJvmComeLastAndMayNameTheCollector() throws Exception {
    List<String> lines =
        nearcast(Map.of("NEARCAST_JAVA_OPTS", "-XX:+UseZGC -Xmx9g"), "control-plane").lines();

    assertThat(lines)
        .containsSubsequence("-Xmx512m", "-XX:+UseZGC", "-Xmx9g")
        .noneMatch(line -> line.contains("SerialGC"));
  }

  @Test
  void distributionWithoutJarsIsRefusedByName() throws Exception {
    Ended ended =
        nearcast(Map.of("NEARCAST_HOME", work.resolve("nowhere").toString()), "geo-router");

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.errors()).contains(work.resolve("nowhere/lib").toString());
  }

  @ParameterizedTest
  @CsvSource({"25.0.3, true", "25, true", "17.0.15, false", "1.8.0_402, false"})
  void javaHomeCountsIfItIsNewEnough(String version, boolean counts) throws Exception {
    Path jdk = jdk("other", version);
    ProcessBuilder command = new ProcessBuilder(ROOT.resolve("bin/find-jdk").toString());
    command.environment().put("JAVA_HOME", jdk.toString());

    Ended ended = end(command);

    assertThat(ended.output().strip().equals(jdk.toString())).isEqualTo(counts);
    assertThat(ended.code()).isZero();
  }

  /** Makes the home of a JDK whose java prints its class path and arguments. */
  private Path jdk(String name, String version) throws IOException {
    Path home = work.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"%s\"\n".formatted(version));
    Path java = home.resolve("bin/java");
    Files.writeString(java, "#!/bin/sh\necho \"class path $CLASSPATH\"\nprintf '%s\\n' \"$@\"\n");
    Files.copy(java, home.resolve("bin/javac"));
    assertThat(java.toFile().setExecutable(true)).isTrue();
    assertThat(home.resolve("bin/javac").toFile().setExecutable(true)).isTrue();
    return home;
  }

  private Ended nearcast(Map<String, String> variables, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("bin/nearcast").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("NEARCAST_"));
    environment.put("NEARCAST_HOME", work.resolve("home").toString());
    environment.put("JAVA_HOME", work.resolve("jdk").toString());
    environment.putAll(variables);
    return end(builder);
  }

  /** The first words of the lines below a heading of {@code nearcast help}. */
  private List<String> section(String heading) throws Exception {
    return nearcast(Map.of(), "help")
        .output()
        .lines()
        .dropWhile(line -> !line.equals(heading))
        .skip(1)
        .takeWhile(line -> !line.isEmpty())
        .map(line -> line.strip().split(" ", -1)[0])
        .toList();
  }

  private Ended end(ProcessBuilder builder) throws Exception {
    Path output = Files.createTempFile(work, "output", "");
    Path errors = Files.createTempFile(work, "errors", "");
    Process process =
        builder.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("%s ends", builder.command()).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(
        process.exitValue(),
        Files.readString(output, StandardCharsets.UTF_8),
        Files.readString(errors, StandardCharsets.UTF_8));
  }
}
