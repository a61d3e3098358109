package io.nearcast.edge;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.Launch;
import io.nearcast.edge.flow.Engine;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs an edge. */
public final class EdgeMain {
  private EdgeMain() {}

  /** The command. */
  @Command(
      name = "edge",
      description =
          "An edge: answers clients from its cache, and fills it from shields and origins.")
  static final class EdgeCommand implements Callable<Integer> {
    @Option(
        names = "--listen",
        paramLabel = "ADDR:PORT",
        defaultValue = "0.0.0.0:8080",
        description = "where clients connect (default: ${DEFAULT-VALUE})")
    private HostPort listen = new HostPort("0.0.0.0", 8080);

    @Option(
        names = "--admin",
        paramLabel = "ADDR:PORT",
        defaultValue = "127.0.0.1:8081",
        description = "where health, metrics, purge and explain are (default: ${DEFAULT-VALUE})")
    private HostPort admin = new HostPort("127.0.0.1", 8081);

    @Mixin private EdgeFlags edge = new EdgeFlags();

    @Mixin private NodeFlags flags = new NodeFlags();

    @Override
    public Integer call() {
      CacheNode node = CacheNode.start(flags.options(Engine.Tier.EDGE, listen, admin, edge));
      return Launch.serve(node, "ready edge " + HostPort.of(node.dataAddress()));
    }
  }

  /** Starts, serves until a signal, and exits. */
  public static void main(String... args) {
    System.exit(Launch.run(new EdgeCommand(), args));
  }
}
