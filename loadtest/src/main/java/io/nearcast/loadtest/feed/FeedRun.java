package io.nearcast.loadtest.feed;

import io.nearcast.loadtest.cdn.TemporaryDirectory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A control plane and light nodes that follow it, to be purged at one rate after the other.
 *
 * <p>The control plane is a process; the nodes are in this one, each with a directory and
 * connections of its own. For one thread.
 */
public final class FeedRun implements AutoCloseable {
  private static final String SERVICE =
      "{\"domains\":[\""
          + PurgeLoad.HOST
          + "\"],\"origins\":[{\"name\":\"none\",\"url\":"
          + "\"http://127.0.0.1:9\"}]}";

  private final TemporaryDirectory directory;
  private final MeasuredControlPlane controlPlane;
  private final LightNodes nodes;

  private FeedRun(
      TemporaryDirectory directory, MeasuredControlPlane controlPlane, LightNodes nodes) {
    this.directory = directory;
    this.controlPlane = controlPlane;
    this.nodes = nodes;
  }

  /**
   * Starts everything; all nodes follow the feed when this returns.
   *
   * @param root where {@code bin/nearcast} is
   * @param nodes how many
   * @param consul the agent whose store the control plane uses, or null for SQLite
   */
  public static FeedRun start(Path root, int nodes, @Nullable URI consul)
      throws IOException, InterruptedException {
    TemporaryDirectory directory = TemporaryDirectory.create("nearcast-feed");
    try {
      Path data = directory.path().resolve("control");
      MeasuredControlPlane controlPlane = MeasuredControlPlane.start(root, data, consul);
      try {
        controlPlane.put("/v1/services/" + PurgeLoad.SERVICE, SERVICE);
        controlPlane.put("/v1/pops/" + LightNode.POP, "{\"latitude\":50,\"longitude\":9}");
        Path nodesDirectory = Files.createDirectory(directory.path().resolve("nodes"));
        return new FeedRun(
            directory,
            controlPlane,
            LightNodes.start(
                nodes, controlPlane.address(), controlPlane.nodeToken(), nodesDirectory));
      } catch (IOException | InterruptedException | RuntimeException e) {
        controlPlane.close();
        throw e;
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /** Sends purges at a rate, waits for the last of them, and says what came of it. */
  public FeedResult run(FeedPlan plan) throws InterruptedException {
    try (PurgeLoad load =
        new PurgeLoad(plan, controlPlane.address(), controlPlane.token(), nodes)) {
      load.send(0, plan.warmUpPurges(), false);
      Duration controlPlaneBefore = controlPlane.cpu();
      Duration ownBefore = ownCpu();
      long beginNanos = System.nanoTime();
      load.send(plan.warmUpPurges(), plan.purges(), true);
      long elapsedNanos = System.nanoTime() - beginNanos;
      long behind = load.underWay();
      load.awaitAll();
      Duration controlPlaneCpu = controlPlane.cpu().minus(controlPlaneBefore);
      Duration ownCpu = ownCpu().minus(ownBefore);
      return load.result(behind, Duration.ofNanos(elapsedNanos), controlPlaneCpu, ownCpu);
    }
  }

  private static Duration ownCpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Stops nodes and control plane, and removes what they had on disk. */
  @Override
  public void close() throws IOException {
    nodes.close();
    controlPlane.close();
    directory.close();
  }
}
