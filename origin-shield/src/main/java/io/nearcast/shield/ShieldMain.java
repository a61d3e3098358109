package io.nearcast.shield;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.Launch;
import io.nearcast.edge.CacheNode;
import io.nearcast.edge.NodeFlags;
import io.nearcast.edge.flow.Engine;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs an origin shield: the caching engine of the edge, facing origins. */
public final class ShieldMain {
  private ShieldMain() {}

  /** The command. */
  @Command(
      name = "shield",
      description = "An origin shield: answers edges, so that each object is fetched once for all.")
  static final class ShieldCommand implements Callable<Integer> {
    @Option(
        names = "--listen",
        paramLabel = "ADDR:PORT",
        defaultValue = "0.0.0.0:8090",
        description = "where edges connect (default: ${DEFAULT-VALUE})")
    private HostPort listen = new HostPort("0.0.0.0", 8090);

    @Option(
        names = "--admin",
        paramLabel = "ADDR:PORT",
        defaultValue = "127.0.0.1:8091",
        description = "where health, metrics, purge and explain are (default: ${DEFAULT-VALUE})")
    private HostPort admin = new HostPort("127.0.0.1", 8091);

    @Mixin private NodeFlags flags = new NodeFlags();

    @Override
    public Integer call() {
      CacheNode node = CacheNode.start(flags.options(Engine.Tier.SHIELD, listen, admin));
      return Launch.serve(node, "ready shield " + HostPort.of(node.dataAddress()));
    }
  }

  /** Starts, serves until a signal, and exits. */
  public static void main(String... args) {
    System.exit(Launch.run(new ShieldCommand(), args));
  }
}
