package io.nearcast.loadtest.feed;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** All light nodes of a run. Thread-safe. */
final class LightNodes implements AutoCloseable {
  /** How many start at a time, so that none is late for its own time limits. */
  private static final int STARTING_MAX = 50;

  private final List<LightNode> nodes;

  private LightNodes(List<LightNode> nodes) {
    this.nodes = nodes;
  }

  /**
   * Starts nodes; all follow the feed when this returns.
   *
   * @param token a node's
   * @param directory gets a directory for each node
   */
  static LightNodes start(int count, URI controlPlane, String token, Path directory)
      throws IOException, InterruptedException {
    Semaphore starting = new Semaphore(STARTING_MAX);
    LightNodes started = new LightNodes(new ArrayList<>());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<LightNode>> starts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        String id = "node-" + number;
        starts.add(
            threads.submit(() -> {
              starting.acquire();
              try {
                return new LightNode(id, number, controlPlane, token, directory.resolve(id));
              } finally {
                starting.release();
              }
            }));
      }
      for (Future<LightNode> start : starts) {
        started.nodes.add(start.get());
      }
      return started;
    } catch (ExecutionException e) {
      started.close();
      throw new IOException("a node did not start", e.getCause());
    }
  }

  /** What every node has applied. */
  long applied() {
    long lowest = Long.MAX_VALUE;
    for (LightNode node : nodes) {
      lowest = Math.min(lowest, node.applied());
    }
    return lowest;
  }

  /** Stops them side by side; they leave the membership. */
  @Override
  public void close() {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      nodes.forEach(node -> threads.execute(node::close));
    }
  }
}
