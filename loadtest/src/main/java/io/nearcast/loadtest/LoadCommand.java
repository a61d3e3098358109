package io.nearcast.loadtest;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.Launch;
import io.nearcast.config.launch.SizeConverter;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.loadtest.load.LoadOrigin;
import io.nearcast.loadtest.load.LoadPlan;
import io.nearcast.loadtest.load.LoadResult;
import io.nearcast.loadtest.load.LoadRun;
import io.nearcast.loadtest.load.Target;
import io.nearcast.loadtest.report.HtmlReport;
import io.nearcast.loadtest.report.JsonReport;
import io.nearcast.loadtest.report.TextReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@code load}, and what they lead to. */
@Command(
    name = "load",
    description = {
      "Asks an edge for objects with Zipf popularity, checks every byte, and reports.",
      "With --target it asks that edge, and with --serve-origin it also is the origin of the objects."
          + " With --serve-origin alone it is nothing else. With neither it starts a whole CDN, with"
          + " one edge, in this process.",
      "\"load feed\" is about purges: it has options of its own, see \"load feed --help\"."
    })
final class LoadCommand implements Callable<Integer> {
  private static final int CONNECT_MILLIS_MAX = 2_000;

  @Option(names = "--target", paramLabel = "URL", description = "the edge to ask")
  private @Nullable URI target;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description = "the Host that requests name (default: that of --target)")
  private @Nullable String host;

  @Option(
      names = "--serve-origin",
      paramLabel = "ADDR:PORT",
      description = "serve the objects there, as the edge's origin")
  private @Nullable HostPort serveOrigin;

  @Option(
      names = "--lifetime",
      paramLabel = "DURATION",
      defaultValue = "1h",
      description = "max-age of the objects that --serve-origin serves")
  private Duration lifetime = Duration.ofHours(1);

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "256m",
      converter = SizeConverter.class,
      description = "what the edge and the shield may cache, each, where they are started here")
  private long memoryBytes;

  @Option(
      names = "--objects",
      paramLabel = "N",
      defaultValue = "20000",
      description = "how many different objects")
  private int objects;

  @Option(
      names = "--mean-size",
      paramLabel = "SIZE",
      defaultValue = "13k",
      converter = SizeConverter.class,
      description = "mean of their sizes, which are log-normal")
  private long meanBytes;

  @Option(
      names = "--exponent",
      paramLabel = "X",
      defaultValue = "1.0",
      description = "of the Zipf distribution of their popularity; 0 makes all alike")
  private double exponent;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "64",
      description = "connections kept open")
  private int connections;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "threads that drive them")
  private int threads;

  @Option(
      names = "--duration",
      paramLabel = "DURATION",
      defaultValue = "10s",
      description = "how long requests count")
  private Duration duration = Duration.ofSeconds(10);

  @Option(
      names = "--warm-up",
      paramLabel = "DURATION",
      defaultValue = "0s",
      description = "how long requests are sent before they count")
  private Duration warmUp = Duration.ZERO;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "requests started each second whatever the answers take; 0: as fast as they come")
  private long ratePerSecond;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "of sizes and order; the same seed asks for the same")
  private long seed;

  @Option(names = "--json", paramLabel = "FILE", description = "write the report as JSON")
  private @Nullable Path json;

  @Option(names = "--html", paramLabel = "FILE", description = "write the report as a page")
  private @Nullable Path html;

  @Override
  public Integer call() throws IOException, InterruptedException {
    LoadPlan plan = plan();
    if (target != null) {
      try (LoadOrigin origin = serveOrigin == null ? null : origin(serveOrigin)) {
        return run(plan, edge(target), origin);
      }
    }
    if (serveOrigin == null) {
      return runOnLoopback(plan);
    }
    LoadOrigin origin = origin(serveOrigin);
    return Launch.serve(origin, "ready load-origin " + HostPort.of(origin.address()));
  }

  private int runOnLoopback(LoadPlan plan) throws IOException, InterruptedException {
    try (LoadOrigin origin = origin(new HostPort("127.0.0.1", 0));
        LoadedCdn cdn = LoadedCdn.start(origin, memoryBytes)) {
      return run(plan, cdn.target(), origin);
    }
  }

  private LoadPlan plan() {
    try {
      return new LoadPlan(
          objects,
          meanBytes,
          exponent,
          connections,
          threads,
          duration,
          warmUp,
          ratePerSecond,
          seed);
    } catch (IllegalArgumentException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private LoadOrigin origin(HostPort address) {
    try {
      return LoadOrigin.start(address.toSocketAddress(), lifetime);
    } catch (IOException e) {
      throw StartFailure.listening("--serve-origin", address, e);
    }
  }

  /** The edge, if something listens there. */
  private Target edge(URI url) {
    if (!"http".equals(url.getScheme())) {
      throw new StartFailure("--target must begin with http://");
    }
    int port = url.getPort() < 0 ? 80 : url.getPort();
    InetSocketAddress address = new HostPort(url.getHost(), port).toSocketAddress();
    try (Socket probe = new Socket()) {
      probe.connect(address, CONNECT_MILLIS_MAX);
    } catch (IOException e) {
      throw new StartFailure(
          "nothing answers at " + url + " (" + e.getMessage() + "): start the edge first", e);
    }
    return new Target(address, host == null ? url.getAuthority() : host);
  }

  private int run(LoadPlan plan, Target edge, @Nullable LoadOrigin origin)
      throws IOException, InterruptedException {
    LoadResult result =
        LoadRun.run(plan, edge, origin, second -> System.err.println(TextReport.progress(second)));
    System.out.print(TextReport.render(result));
    if (json != null) {
      Files.writeString(json, JsonReport.render(result));
    }
    if (html != null) {
      Files.writeString(html, HtmlReport.render(result));
    }
    return result.clean() ? Launch.EXIT_OK : Launch.EXIT_FAILURE;
  }
}
