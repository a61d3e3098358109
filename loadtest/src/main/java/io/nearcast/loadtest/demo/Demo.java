package io.nearcast.loadtest.demo;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Service;
import io.nearcast.loadtest.cdn.CdnPlan;
import io.nearcast.loadtest.cdn.LoopbackCdn;
import io.nearcast.loadtest.cdn.TemporaryDirectory;
import io.nearcast.loadtest.site.SiteOrigin;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A whole CDN and a web site behind it, in this process: three edges in Frankfurt, Virginia and
 * Singapore, a shield, a router, a control plane, and the site's origin. Thread-safe.
 */
public final class Demo implements AutoCloseable {
  /** The service's name. */
  public static final String SERVICE = "demo";

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int EDGES = 3;
  private static final int ORIGIN_PORT = 9_000;
  private static final long MEMORY_BYTES = 64L << 20;
  private static final String SITE_ORIGIN = "site";

  private final LoopbackCdn cdn;
  private final SiteOrigin origin;
  private final String places;
  private final @Nullable TemporaryDirectory fresh;

  private Demo(
      LoopbackCdn cdn, SiteOrigin origin, String places, @Nullable TemporaryDirectory fresh) {
    this.cdn = cdn;
    this.origin = origin;
    this.places = places;
    this.fresh = fresh;
  }

  /**
   * Starts everything; it serves when this returns.
   *
   * @param progress told in a line what takes longer than a second, from any thread
   * @throws StartFailure if a port is taken or a file cannot be used; nothing is left running
   */
  public static Demo start(DemoOptions options, Consumer<String> progress)
      throws IOException, InterruptedException {
    if (options.data() != null) {
      return start(options, options.data().toAbsolutePath(), null, progress);
    }
    TemporaryDirectory fresh = TemporaryDirectory.create("nearcast-demo");
    try {
      return start(options, fresh.path(), fresh, progress);
    } catch (IOException | InterruptedException | RuntimeException e) {
      fresh.close();
      throw e;
    }
  }

  private static Demo start(
      DemoOptions options, Path data, @Nullable TemporaryDirectory fresh, Consumer<String> progress)
      throws IOException, InterruptedException {
    CdnPlan plan =
        CdnPlan.atFixedPorts(
            data, EDGES, options.portOffset(), MEMORY_BYTES, places(options, data));
    FreePorts.check(plan);
    SiteOrigin origin = origin(options, data);
    try {
      LoopbackCdn cdn =
          LoopbackCdn.start(plan, role -> progress.accept("waiting for: " + role + " ..."));
      try {
        announce(cdn, origin);
        cdn.awaitApplied();
      } catch (IOException | InterruptedException | RuntimeException e) {
        cdn.close();
        throw e;
      }
      return new Demo(cdn, origin, placesText(options), fresh);
    } catch (IOException | InterruptedException | RuntimeException e) {
      origin.close();
      throw e;
    }
  }

  private static CdnPlan.Places places(DemoOptions options, Path data) throws IOException {
    if (!options.mmdb().isEmpty()) {
      return new CdnPlan.Places(options.mmdb(), null);
    }
    Path map = Files.createDirectories(data).resolve("networks.cidr");
    try (InputStream in = Demo.class.getResourceAsStream("networks.cidr")) {
      if (in == null) {
        throw new IllegalStateException("the list of networks is not on the class path");
      }
      Files.write(map, in.readAllBytes());
    }
    return new CdnPlan.Places(List.of(), map);
  }

  private static String placesText(DemoOptions options) {
    return options.mmdb().isEmpty()
        ? "a few networks of Germany, the US and Singapore; bin/setup geo fetches all countries"
        : "the countries of all networks, from " + options.mmdb().getFirst();
  }

  /** The origin, at its usual port, or where another demo or program has that, at any free one. */
  private static SiteOrigin origin(DemoOptions options, Path data) throws IOException {
    Path site = data.resolve("site");
    try {
      return SiteOrigin.start(
          new InetSocketAddress(LOOPBACK, ORIGIN_PORT + options.portOffset()), site);
    } catch (java.net.BindException _) {
      return SiteOrigin.start(new InetSocketAddress(LOOPBACK, 0), site);
    }
  }

  /** Makes the service, or tells an older one, whatever was changed in it, where its origin is. */
  private static void announce(LoopbackCdn cdn, SiteOrigin origin)
      throws IOException, InterruptedException {
    Origin site = new Origin(SITE_ORIGIN, origin.url(), false, null);
    String path = "/v1/services/" + SERVICE;
    if (cdn.rest().get(path).status() == 200) {
      cdn.rest()
          .put(
              path + "/origins/" + SITE_ORIGIN,
              "{\"name\":\"" + SITE_ORIGIN + "\",\"url\":\"" + origin.url() + "\"}")
          .orFail();
      return;
    }
    cdn.put(
        new Service(
            SERVICE,
            List.of(DemoGuide.DOMAIN),
            List.of(site),
            new CachePolicy(
                null,
                Duration.ZERO,
                Duration.ofDays(1),
                CachePolicy.DEFAULT.key(),
                CachePolicy.DEFAULT.passTags()),
            PurgePolicy.DEFAULT,
            List.of(new Rule("/api/*", new Rule.Action.Bypass()))));
  }

  /** The running CDN. */
  LoopbackCdn cdn() {
    return cdn;
  }

  /** The running site. */
  SiteOrigin origin() {
    return origin;
  }

  /** What to try. */
  DemoGuide guide() {
    return new DemoGuide(cdn.plan(), origin.directory(), origin.url());
  }

  /** All that a person needs to know, beginning with {@code ready demo}. */
  public String description() {
    return guide().render(cdn.token(), places);
  }

  /** Where REST, feed and dashboard are. */
  public HostPort address() {
    return cdn.plan().controlPlane();
  }

  /** Stops everything, and removes the data directory if it was a fresh one. */
  @Override
  public void close() throws IOException {
    origin.close();
    cdn.close();
    if (fresh != null) {
      fresh.close();
    }
  }
}
