package io.nearcast.loadtest;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.Service;
import io.nearcast.loadtest.cdn.CdnPlan;
import io.nearcast.loadtest.cdn.LoopbackCdn;
import io.nearcast.loadtest.cdn.TemporaryDirectory;
import io.nearcast.loadtest.load.LoadOrigin;
import io.nearcast.loadtest.load.Target;
import java.io.IOException;
import java.util.List;

/**
 * A CDN in this process with one edge, in front of an origin of load objects.
 *
 * @param directory of the CDN, removed when it is closed
 * @param cdn what runs
 */
record LoadedCdn(TemporaryDirectory directory, LoopbackCdn cdn) implements AutoCloseable {
  private static final String HOST = "load.test";

  /**
   * Starts it; the edge serves the objects when this returns.
   *
   * @param origin stays open
   * @param memoryBytes what edge and shield may cache, each
   */
  static LoadedCdn start(LoadOrigin origin, long memoryBytes)
      throws IOException, InterruptedException {
    TemporaryDirectory directory = TemporaryDirectory.create("nearcast-load");
    try {
      CdnPlan.Places nowhere = new CdnPlan.Places(List.of(), null);
      LoopbackCdn cdn =
          LoopbackCdn.start(
              CdnPlan.atFreePorts(directory.path(), 1, memoryBytes, nowhere),
              role -> System.err.println("load: waiting for: " + role + " ..."));
      LoadedCdn loaded = new LoadedCdn(directory, cdn);
      try {
        loaded.serve(origin);
      } catch (IOException | InterruptedException | RuntimeException e) {
        cdn.close();
        throw e;
      }
      return loaded;
    } catch (IOException | InterruptedException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /** The edge. */
  Target target() {
    return new Target(edge().toSocketAddress(), HOST);
  }

  private HostPort edge() {
    return cdn.plan().edges().getFirst().listen();
  }

  private void serve(LoadOrigin origin) throws IOException, InterruptedException {
    cdn.put(
        new Service(
            "load",
            List.of(HOST),
            List.of(new Origin("objects", origin.url(), false, null)),
            CachePolicy.DEFAULT,
            PurgePolicy.DEFAULT,
            List.of()));
    cdn.awaitApplied();
  }

  /** Stops the CDN and removes its directory. */
  @Override
  public void close() throws IOException {
    cdn.close();
    directory.close();
  }
}
