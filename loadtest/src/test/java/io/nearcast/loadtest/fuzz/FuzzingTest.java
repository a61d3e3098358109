package io.nearcast.loadtest.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.loadtest.Benchmark;
import io.nearcast.loadtest.Shell;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Jazzer against the wire of both sides, guided by coverage: an hour in all, side by side, or as
 * many seconds as {@code -Dnearcast.fuzz.seconds} says. The targets and their seeds are edge-node's
 * tests in {@code io.nearcast.edge.fuzz}, which say what counts as a mistake.
 *
 * <p>What it finds stays in {@code loadtest/target/fuzzing/TARGET/found}. Mend it, and copy the
 * file to {@code edge-node/src/test/resources/io/nearcast/edge/corpus/found}: every build tries
 * those.
 */
@Tag("long")
class FuzzingTest {
  private static final int SECONDS = Integer.getInteger("nearcast.fuzz.seconds", 3_600);
  private static final int INPUT_BYTES_MAX = 8 * 1024;
  private static final int GRACE_SECONDS = 300;
  private static final Pattern FINAL =
      Pattern.compile(
          "#(\\d+)\\s+DONE\\s+cov: (\\d+) ft: (\\d+) corp: (\\d+)/\\S+ .*rss: (\\d+)Mb");
  private static final Pattern FOUND = Pattern.compile("== (Java Exception|libFuzzer|ERROR).*");

  private final Path root = Shell.root();

  /** One fuzzer: its class, what it does, and the seeds that it begins with. */
  private record Target(String name, String what, String seeds) {}

  private static final List<Target> TARGETS =
      List.of(
          new Target(
              "RequestFuzz",
              "bytes from clients, whole and in pieces, against a second reader",
              "requests"),
          new Target(
              "ResponseFuzz",
              "bytes from origins for GET, HEAD and POST, cut off anywhere, against a second reader",
              "responses"),
          new Target(
              "RoundTripFuzz",
              "what was accepted from clients, as it is sent to origins",
              "requests"));

  @Test
  void nobodyDisagreesAboutWhereAMessageEnds() throws Exception {
    StringBuilder rows = new StringBuilder();
    // Side by side, for each is one thread.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> runs =
          TARGETS.stream()
              .map(target -> (Callable<String>) () -> fuzz(target, SECONDS / TARGETS.size()))
              .toList();
      for (Future<String> row : threads.invokeAll(runs)) {
        rows.append(row.get()).append('\n');
      }
    }
    Benchmark.write("fuzzing", document(rows.toString()));
  }

  private static String document(String rows) {
    return """
    # Fuzzing of the wire

    Jazzer (libFuzzer, guided by coverage) for %d seconds in all, one process a target side by side, beginning with the corpus of raw messages and all that was \
    found before: no crash, no leaked buffer, no disagreement about what a message is or where it ends, no body \
    that broke off taken for a whole one, and no request sent on that a second reader takes for anything but one.
    `bin/test long loadtest -Dtest=FuzzingTest`; `-Dnearcast.fuzz.seconds=N` for another length.

    | target | what it tries | seconds | inputs | a second | coverage (edges) | features | kept inputs | memory MB |
    |---|---|---|---|---|---|---|---|---|
    %s\
    """
        .formatted(SECONDS, rows);
  }

  /** Runs one target and returns its row of the table. */
  private String fuzz(Target target, int seconds) throws IOException, InterruptedException {
    Path work = root.resolve("loadtest/target/fuzzing").resolve(target.name());
    Path seeds = Files.createDirectories(work.resolve("seeds"));
    Path found = Files.createDirectories(work.resolve("found"));
    run(
        work.resolve("seeds.log"),
        GRACE_SECONDS,
        List.of("io.nearcast.edge.fuzz.Seeds", target.seeds(), seeds.toString()));
    Path log = work.resolve("jazzer.log");
    int status = run(log, seconds + GRACE_SECONDS, jazzer(target, seconds, work));
    String text = Files.readString(log);
    Matcher mistake = FOUND.matcher(text);
    if (mistake.find()) {
      throw new AssertionError(
          target.name() + " found " + found + ": " + text.substring(mistake.start()));
    }
    Matcher end = FINAL.matcher(text);
    assertThat(end.find()).as("Jazzer came to its end: %s", log).isTrue();
    assertThat(status).as("exit status, see %s", log).isZero();
    long inputs = Long.parseLong(end.group(1));
    return String.join(
        " | ",
        "| " + target.name(),
        target.what(),
        "" + seconds,
        "%,d".formatted(inputs),
        "%,d".formatted(inputs / Math.max(1, seconds)),
        end.group(2),
        end.group(3),
        end.group(4),
        end.group(5) + " |");
  }

  private List<String> jazzer(Target target, int seconds, Path work) throws IOException {
    Path dictionary = root.resolve("edge-node/src/test/resources/io/nearcast/edge/fuzz/http.dict");
    return List.of(
        "com.code_intelligence.jazzer.Jazzer",
        "--target_class=io.nearcast.edge.fuzz." + target.name(),
        "--instrumentation_includes=io.nearcast.edge.**",
        // Jazzer's own checks are about SQL, files and the like; one breaks Netty's queues.
        "--custom_hook_excludes=**",
        "--reproducer_path=" + work,
        "-max_total_time=" + seconds,
        "-max_len=" + INPUT_BYTES_MAX,
        "-timeout=60",
        "-dict=" + dictionary,
        "-artifact_prefix=" + work.resolve("found") + File.separator,
        Files.createDirectories(work.resolve("grown")).toString(),
        work.resolve("seeds").toString());
  }

  private int run(Path log, int secondsMax, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx1g",
            // Every target counts its own buffers, which finds leaks at once and costs less.
            "-Dio.netty.leakDetection.level=disabled",
            "-cp",
            root.resolve("edge-node/target/test-classes")
                + File.pathSeparator
                + System.getProperty("java.class.path")));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(secondsMax, TimeUnit.SECONDS)).as("it ends: %s", log).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
