package io.nearcast.router;

import io.nearcast.config.launch.DataDirectory;
import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.MemberOptions;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.config.model.InvalidField;
import io.nearcast.router.geo.Prefix;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The process of a geo router: {@code nearcast geo-router}. */
public final class GeoRouterMain {
  private GeoRouterMain() {}

  /** Runs the router until a signal ends it. */
  public static void main(String... args) {
    System.exit(Launch.run(new Router(), args));
  }

  @Command(
      name = "geo-router",
      description = "Authoritative DNS and HTTP redirects to the nearest healthy edge.")
  static final class Router implements Callable<Integer> {
    @Mixin private MemberOptions member = new MemberOptions();

    @Option(
        names = "--dns",
        paramLabel = "ADDR:PORT",
        defaultValue = "0.0.0.0:8053",
        description = "where to answer DNS, UDP and TCP")
    private HostPort dns = HostPort.parse("0.0.0.0:8053");

    @Option(
        names = "--listen",
        paramLabel = "ADDR:PORT",
        defaultValue = "0.0.0.0:5380",
        description = "where to redirect HTTP clients")
    private HostPort listen = HostPort.parse("0.0.0.0:5380");

    @Option(
        names = "--admin",
        paramLabel = "ADDR:PORT",
        defaultValue = "127.0.0.1:5381",
        description = "where to answer about itself: /healthz, /readyz, /metrics, /explain")
    private HostPort admin = HostPort.parse("127.0.0.1:5381");

    @Option(
        names = "--advertise",
        paramLabel = "ADDR",
        description = "address of the router in NS records; that of --dns where it is a single one")
    private @Nullable String advertise;

    @Option(
        names = "--mmdb",
        paramLabel = "FILE",
        split = ",",
        description = "databases of places in MaxMind's format, in the order in which they count")
    private List<Path> mmdb = new ArrayList<>();

    @Option(
        names = "--cidr-map",
        paramLabel = "FILE",
        description = "lines of CIDR POP; counts before the databases")
    private @Nullable Path cidrMap;

    @Option(
        names = "--default-pop",
        paramLabel = "NAME",
        description = "the PoP for clients of unknown location; else the first by name")
    private @Nullable String defaultPop;

    @Option(
        names = "--trusted-proxies",
        paramLabel = "CIDR",
        split = ",",
        description = "proxies whose X-Forwarded-For and Forwarded count; none by default")
    private List<String> trustedProxies = new ArrayList<>();

    @Override
    public Integer call() {
      if (!member.isMember()) {
        throw new StartFailure(
            "--control-plane URL is missing: a router has nothing to answer without one");
      }
      try (DataDirectory data = DataDirectory.open("--data", member.requiredData())) {
        GeoRouter router = GeoRouter.start(options(data));
        return Launch.serve(
            router, "ready geo-router " + HostPort.of(router.dnsAddress()) + addresses(router));
      }
    }

    private static String addresses(GeoRouter router) {
      return " http "
          + HostPort.of(router.httpAddress())
          + " admin "
          + HostPort.of(router.adminAddress());
    }

    private GeoRouterOptions options(DataDirectory data) {
      try {
        return new GeoRouterOptions(
            member.requiredId(),
            member.controlPlanes(),
            member.requiredToken(),
            data.path(),
            dns.toSocketAddress(),
            listen.toSocketAddress(),
            admin.toSocketAddress(),
            advertised(),
            mmdb,
            cidrMap,
            defaultPop,
            proxies());
      } catch (InvalidField e) {
        throw new StartFailure(String.valueOf(e.getMessage()), e);
      }
    }

    private @Nullable InetAddress advertised() {
      try {
        return advertise == null ? null : Prefix.parseAddress(advertise);
      } catch (IllegalArgumentException e) {
        throw new StartFailure("--advertise: " + e.getMessage(), e);
      }
    }

    private List<Prefix> proxies() {
      try {
        return trustedProxies.stream().map(Prefix::parse).toList();
      } catch (IllegalArgumentException e) {
        throw new StartFailure("--trusted-proxies: " + e.getMessage(), e);
      }
    }
  }
}
