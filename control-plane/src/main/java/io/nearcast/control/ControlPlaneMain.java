package io.nearcast.control;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.Launch;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a control plane as a process: {@code nearcast control-plane}. */
public final class ControlPlaneMain {
  private ControlPlaneMain() {}

  @Command(
      name = "control-plane",
      description = "REST API, durable store, feed, purges, fleet and dashboard.")
  private static final class ControlPlaneCommand implements Callable<Integer> {
    @Option(
        names = "--data",
        paramLabel = "DIR",
        required = true,
        description = "directory of this process alone; made where it is missing")
    private @Nullable Path data;

    @Option(
        names = "--listen",
        paramLabel = "ADDR:PORT",
        defaultValue = "127.0.0.1:7000",
        description = "where REST, feed and dashboard are served")
    private @Nullable HostPort listen;

    @Override
    public Integer call() {
      ControlPlaneOptions options =
          new ControlPlaneOptions(
              java.util.Objects.requireNonNull(data),
              java.util.Objects.requireNonNull(listen).toSocketAddress());
      ControlPlane controlPlane = ControlPlane.start(options);
      return Launch.serve(
          controlPlane, "ready control-plane " + HostPort.of(controlPlane.address()));
    }
  }

  /** Runs the process. */
  public static void main(String... args) {
    System.exit(Launch.run(new ControlPlaneCommand(), args));
  }
}
