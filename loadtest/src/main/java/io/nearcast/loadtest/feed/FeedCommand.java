package io.nearcast.loadtest.feed;

import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.StartFailure;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@code load feed}, and what they lead to. */
@Command(
    name = "load feed",
    description = {
      "Purges at fixed rates and measures from the sending of each purge until every node has"
          + " applied it and the control plane says so.",
      "Starts a control plane as a process of its own and, in this process, nodes that follow its"
          + " feed as edges do, but serve nobody."
    })
public final class FeedCommand implements Callable<Integer> {
  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "200",
      description = "how many nodes follow the feed")
  private int nodes;

  @Option(
      names = "--rate",
      paramLabel = "N[,N]...",
      defaultValue = "20",
      split = ",",
      description =
          "purges each second, whatever becomes of them; of several rates, one after the other"
              + " until one is too high")
  private List<Integer> rates = List.of();

  @Option(
      names = "--duration",
      paramLabel = "DURATION",
      defaultValue = "60s",
      description = "how long the purges of a rate count")
  private Duration duration = Duration.ofSeconds(60);

  @Option(
      names = "--warm-up",
      paramLabel = "DURATION",
      defaultValue = "10s",
      description = "how long purges are sent before they count")
  private Duration warmUp = Duration.ofSeconds(10);

  @Option(
      names = "--consul",
      paramLabel = "URL",
      description = "the Consul agent that the control plane keeps everything in (default: SQLite)")
  private @Nullable URI consul;

  @Option(names = "--json", paramLabel = "FILE", description = "write the results as lines of JSON")
  private @Nullable Path json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<FeedPlan> plans = plans();
    List<FeedResult> results = new ArrayList<>();
    System.err.println("load: starting a control plane and " + nodes + " nodes ...");
    try (FeedRun run = FeedRun.start(root(), nodes, consul)) {
      for (FeedPlan plan : plans) {
        FeedResult result = run.run(plan);
        System.out.println(FeedReport.text(result));
        results.add(result);
        if (!result.keptUp()) {
          break;
        }
      }
    }
    if (json != null) {
      Files.writeString(
          json, results.stream().map(FeedReport::json).collect(Collectors.joining("\n", "", "\n")));
    }
    return results.getFirst().keptUp() ? Launch.EXIT_OK : Launch.EXIT_FAILURE;
  }

  private List<FeedPlan> plans() {
    try {
      return rates.stream().map(rate -> new FeedPlan(nodes, rate, warmUp, duration)).toList();
    } catch (IllegalArgumentException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** The distribution or source tree that this class is from. */
  private static Path root() throws IOException {
    try {
      Path from =
          Path.of(FeedCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      for (Path folder = from; folder != null; folder = folder.getParent()) {
        if (Files.isExecutable(folder.resolve("bin/nearcast"))) {
          return folder;
        }
      }
      throw new IOException("there is no bin/nearcast around " + from);
    } catch (URISyntaxException e) {
      throw new IOException("this class is from no file", e);
    }
  }
}
