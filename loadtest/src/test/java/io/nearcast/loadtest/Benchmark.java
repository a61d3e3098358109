package io.nearcast.loadtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Results of tests at full size, kept in {@code docs/benchmarks} with the commit. */
public final class Benchmark {
  private Benchmark() {}

  /** Whether this run is {@code bin/test long}. */
  public static boolean fullSize() {
    return Boolean.getBoolean("nearcast.long");
  }

  /**
   * Writes a result, if this run is at full size.
   *
   * @param name of the file, without its ending
   * @param markdown the title on its first line
   */
  public static void write(String name, String markdown) throws IOException, InterruptedException {
    if (!fullSize()) {
      return;
    }
    Path file = Shell.root().resolve("docs/benchmarks/" + name + ".md");
    Files.createDirectories(file.getParent());
    String where =
        "Commit "
            + Shell.run("git -C " + Shell.root() + " rev-parse --short=12 HEAD").strip()
            + ", "
            + LocalDate.now(ZoneOffset.UTC)
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " cores, "
            + Shell.run("grep -m1 'model name' /proc/cpuinfo | cut -d: -f2").strip()
            + ", Java "
            + Runtime.version()
            + ".";
    int titleEnd = markdown.indexOf('\n') + 1;
    Files.writeString(
        file, markdown.substring(0, titleEnd) + "\n" + where + "\n" + markdown.substring(titleEnd));
  }
}
