package io.nearcast.edge;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.MemberOptions;
import io.nearcast.config.launch.SizeConverter;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.config.model.Upgrade;
import io.nearcast.edge.flow.Engine;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that edges and shields have in common, for picocli's {@code @Mixin}. */
public final class NodeFlags {
  @Mixin private MemberOptions member = new MemberOptions();

  @Option(
      names = "--origin",
      paramLabel = "URL",
      description = "standalone: where everything comes from, http://HOST[:PORT]")
  private @Nullable URI origin;

  @Option(
      names = "--pop",
      paramLabel = "NAME",
      description = "the point of presence where the node stands")
  private @Nullable String pop;

  @Option(
      names = "--advertise",
      paramLabel = "ADDR[:PORT]",
      description = "where others reach the node; by default the listen address")
  private @Nullable String advertise;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "256m",
      converter = SizeConverter.class,
      description = "the most memory that cached responses take (default: ${DEFAULT-VALUE})")
  private long memoryBytes;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "event loops; by default one per core")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--access-log",
      paramLabel = "FILE",
      description = "log every request to this file")
  private @Nullable Path accessLog;

  @Option(
      names = "--trust-tier",
      paramLabel = "CIDR",
      split = ",",
      description = "networks of other tiers; standalone, loopback by default")
  private List<String> trustTiers = new ArrayList<>();

  @Option(
      names = "--upgrade",
      paramLabel = "PROTOCOL",
      split = ",",
      converter = UpgradeConverter.class,
      description = "standalone: what clients may go on with instead of HTTP: websocket")
  private List<Upgrade> upgrades = new ArrayList<>();

  /** Reads {@code websocket}. */
  static final class UpgradeConverter implements CommandLine.ITypeConverter<Upgrade> {
    @Override
    public Upgrade convert(String text) {
      if (text.equals("websocket")) {
        return Upgrade.WEBSOCKET;
      }
      throw new CommandLine.TypeConversionException("'" + text + "' is not known: write websocket");
    }
  }

  /**
   * The options of a node that faces no clients.
   *
   * @throws StartFailure if something is missing or cannot be
   */
  public CacheNodeOptions options(Engine.Tier tier, HostPort listen, HostPort admin) {
    return options(tier, listen, admin, new EdgeFlags());
  }

  /**
   * The options of a node.
   *
   * @throws StartFailure if something is missing or cannot be
   */
  CacheNodeOptions options(Engine.Tier tier, HostPort listen, HostPort admin, EdgeFlags edge) {
    if (memoryBytes < 1 << 20) {
      throw new StartFailure("--memory is below 1m: give the cache at least 1m");
    }
    if (threads < 1 || threads > 1_024) {
      throw new StartFailure("--threads must be from 1 to 1024");
    }
    List<String> trusted =
        trustTiers.isEmpty() && !member.isMember()
            ? List.of("127.0.0.0/8", "::1/128")
            : List.copyOf(trustTiers);
    return new CacheNodeOptions(
        tier,
        listen,
        admin,
        memoryBytes,
        threads,
        Optional.ofNullable(accessLog),
        trusted,
        source(listen, edge));
  }

  private CacheNodeOptions.Source source(HostPort listen, EdgeFlags edge) {
    URI standalone = origin;
    if (member.isMember() == (standalone != null)) {
      throw new StartFailure(
          "give either --origin URL (standalone) or --control-plane URL (member of a CDN)");
    }
    if (standalone != null) {
      return new CacheNodeOptions.Source.Standalone(
          standalone, edge.shields(), edge.cache(), List.copyOf(upgrades));
    }
    if (!upgrades.isEmpty()) {
      throw new StartFailure(
          "--upgrade is for standalone nodes: a member's services say upgrades: [websocket]");
    }
    edge.refuseForMember();
    if (pop == null) {
      throw new StartFailure("--pop NAME is missing: a node with --control-plane needs it");
    }
    return new CacheNodeOptions.Source.Member(
        member.requiredId(),
        pop,
        member.controlPlanes(),
        member.requiredToken(),
        member.requiredData(),
        Optional.ofNullable(advertise).map(text -> HostPort.parse(text, listen.port())));
  }
}
