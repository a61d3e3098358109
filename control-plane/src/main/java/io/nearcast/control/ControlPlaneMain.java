package io.nearcast.control;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.control.compaction.Compactor;
import io.nearcast.control.store.consul.ConsulAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a control plane as a process: {@code nearcast control-plane}. */
public final class ControlPlaneMain {
  private ControlPlaneMain() {}

  @Command(
      name = "control-plane",
      description = "REST API, durable store, feed, purges, fleet and dashboard.")
  @SuppressWarnings("NullAway.Init") // picocli sets all options that have a default or are required
  private static final class ControlPlaneCommand implements Callable<Integer> {
    @Option(
        names = "--data",
        paramLabel = "DIR",
        required = true,
        description = "directory of this process alone; made where it is missing")
    private Path data;

    @Option(
        names = "--listen",
        paramLabel = "ADDR:PORT",
        defaultValue = "0.0.0.0:7000",
        description = "where REST, feed and dashboard are served")
    private HostPort listen;

    @Option(
        names = "--store",
        paramLabel = "sqlite|consul",
        defaultValue = "sqlite",
        description =
            "where everything is kept: sqlite in --data, for one control plane; consul for many")
    private StoreKind store;

    @Option(
        names = "--consul",
        paramLabel = "URL[,URL]",
        defaultValue = "http://127.0.0.1:8500",
        description =
            "the Consul agent, or several, asked in turn where one does not answer; a path is the"
                + " prefix of all keys (nearcast where there is none); CONSUL_HTTP_TOKEN has its"
                + " ACL token")
    private String consul;

    @Option(
        names = "--log-entries",
        paramLabel = "N",
        defaultValue = "" + Compactor.KEPT_ENTRIES,
        description =
            "how many entries of the log are kept at least; a node that was away for longer takes a"
                + " snapshot")
    private int logEntries;

    @Override
    public Integer call() {
      if (logEntries < 1) {
        throw new StartFailure("--log-entries must be at least 1");
      }
      ControlPlane controlPlane = ControlPlane.start(options());
      return Launch.serve(
          controlPlane, "ready control-plane " + HostPort.of(controlPlane.address()));
    }

    private ControlPlaneOptions options() {
      return switch (store) {
        case SQLITE -> new ControlPlaneOptions(data, listen.toSocketAddress(), null, logEntries);
        case CONSUL ->
            new ControlPlaneOptions(
                data,
                listen.toSocketAddress(),
                ConsulAddress.parse(consul, System.getenv("CONSUL_HTTP_TOKEN")),
                logEntries);
      };
    }
  }

  private enum StoreKind {
    SQLITE,
    CONSUL
  }

  /** Runs the process. */
  public static void main(String... args) {
    System.exit(Launch.run(new ControlPlaneCommand(), args));
  }
}
