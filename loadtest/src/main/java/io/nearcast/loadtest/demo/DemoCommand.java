package io.nearcast.loadtest.demo;

import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.StartFailure;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@code demo}, and what they lead to. */
@Command(
    name = "demo",
    description = {
      "A whole CDN on this machine, in one process, with a web site to try.",
      "Edges in Frankfurt, Virginia and Singapore at 127.0.1.1 to 127.0.1.3, a shield, a router, a"
          + " control plane with its dashboard. Prints commands for every step."
    })
final class DemoCommand implements Callable<Integer> {
  private static final int PORT_OFFSET_MAX = 50_000;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "keep state and web site there; else a fresh directory, removed at the end")
  private @Nullable Path data;

  @Option(
      names = "--port-offset",
      paramLabel = "N",
      defaultValue = "0",
      description = "added to every port, where the usual ones are taken")
  private int portOffset;

  @Option(
      names = "--mmdb",
      paramLabel = "FILE",
      description = "a database of places in MaxMind's format; else what bin/setup geo has fetched")
  private @Nullable Path mmdb;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (portOffset < 0 || portOffset > PORT_OFFSET_MAX) {
      throw new StartFailure("--port-offset must be from 0 to " + PORT_OFFSET_MAX);
    }
    if (mmdb != null && !Files.isReadable(mmdb)) {
      throw new StartFailure("--mmdb " + mmdb + " cannot be read: name a database file");
    }
    List<Path> databases = mmdb == null ? fetchedDatabase() : List.of(mmdb);
    Demo demo =
        Demo.start(
            new DemoOptions(data, portOffset, databases),
            line -> System.err.println("demo: " + line));
    return Launch.serve(demo, demo.description());
  }

  /** Where {@code bin/setup geo} puts it: beside the distribution that this class comes from. */
  private static List<Path> fetchedDatabase() {
    List<Path> found = new ArrayList<>();
    try {
      Path jar =
          Path.of(DemoCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      // target/dist/lib/JAR or, where Maven runs it, loadtest/target/classes.
      for (Path folder = jar; folder != null; folder = folder.getParent()) {
        Path database = folder.resolve("target/tools/geo/country.mmdb");
        if (Files.isReadable(database)) {
          found.add(database);
          break;
        }
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the class path has a place that is no URI", e);
    }
    return found;
  }
}
