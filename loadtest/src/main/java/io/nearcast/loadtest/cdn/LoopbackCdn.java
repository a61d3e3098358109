package io.nearcast.loadtest.cdn;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.feed.FeedSnapshot;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.Pop;
import io.nearcast.config.model.Service;
import io.nearcast.control.ControlPlane;
import io.nearcast.control.ControlPlaneOptions;
import io.nearcast.edge.CacheNode;
import io.nearcast.edge.CacheNodeOptions;
import io.nearcast.edge.flow.Engine;
import io.nearcast.router.GeoRouter;
import io.nearcast.router.GeoRouterOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A whole CDN in this process: control plane, shield, edges and router, on loopback addresses.
 *
 * <p>The control plane starts first, for the others need its token; they start side by side. They
 * stop the other way round. Thread-safe.
 */
public final class LoopbackCdn implements AutoCloseable {
  /** How long a change may take to reach all nodes before something is wrong. */
  public static final Duration APPLIED_MAX = Duration.ofSeconds(20);

  private static final Duration POLL = Duration.ofMillis(10);
  private static final String CONTROL_PLANE = "control plane";

  private final CdnPlan plan;
  private final Map<String, AutoCloseable> nodes = new ConcurrentHashMap<>();
  private final ControlPlane controlPlane;
  private final RestClient rest;

  private LoopbackCdn(CdnPlan plan, ControlPlane controlPlane) {
    this.plan = plan;
    this.controlPlane = controlPlane;
    this.rest =
        new RestClient(URI.create("http://" + plan.controlPlane()), controlPlane.adminToken());
  }

  /**
   * Starts all roles; they serve when this returns.
   *
   * @param late told in a word about each role that takes longer than a second, from any thread
   * @throws io.nearcast.config.launch.StartFailure if an address or a directory cannot be used
   * @throws IOException if the control plane cannot be told the PoPs
   */
  public static LoopbackCdn start(CdnPlan plan, Consumer<String> late)
      throws IOException, InterruptedException {
    Startup startup = new Startup(late);
    ControlPlane controlPlane =
        startup.run(
            CONTROL_PLANE,
            () ->
                ControlPlane.start(
                    new ControlPlaneOptions(
                        plan.controlPlaneDirectory(), plan.controlPlane().toSocketAddress())));
    LoopbackCdn cdn = new LoopbackCdn(plan, controlPlane);
    try {
      for (Pop pop : CdnPlan.POPS) {
        cdn.rest.put("/v1/pops/" + pop.name(), json(pop)).orFail();
      }
      startup.runAll(cdn.roles());
    } catch (IOException | InterruptedException | RuntimeException e) {
      cdn.close();
      throw e;
    }
    return cdn;
  }

  /** How each node is started, by its name. */
  private Map<String, Callable<?>> roles() {
    Map<String, Callable<?>> roles = new ConcurrentHashMap<>();
    CdnPlan.Node shield = plan.shield();
    roles.put("shield", () -> nodes.put(shield.id(), cacheNode(Engine.Tier.SHIELD, shield)));
    for (CdnPlan.Node edge : plan.edges()) {
      roles.put("edge " + edge.id(), () -> nodes.put(edge.id(), cacheNode(Engine.Tier.EDGE, edge)));
    }
    roles.put("router", () -> nodes.put(plan.router().id(), router()));
    return roles;
  }

  private CacheNode cacheNode(Engine.Tier tier, CdnPlan.Node node) {
    return CacheNode.start(
        new CacheNodeOptions(
            tier,
            node.listen(),
            node.admin(),
            plan.memoryBytes(),
            1,
            Optional.empty(),
            List.of(),
            new CacheNodeOptions.Source.Member(
                node.id(),
                node.pop(),
                controlPlanes(),
                controlPlane::adminToken,
                plan.directory(node.id()),
                Optional.empty())));
  }

  private GeoRouter router() throws IOException {
    CdnPlan.Router router = plan.router();
    return GeoRouter.start(
        new GeoRouterOptions(
            router.id(),
            controlPlanes(),
            controlPlane::adminToken,
            Files.createDirectories(plan.directory(router.id())),
            router.dns().toSocketAddress(),
            router.http().toSocketAddress(),
            router.admin().toSocketAddress(),
            null,
            router.mmdb(),
            router.cidrMap(),
            CdnPlan.DEFAULT_POP,
            List.of()));
  }

  private List<URI> controlPlanes() {
    return List.of(URI.create("http://" + plan.controlPlane()));
  }

  /** Where everything listens. */
  public CdnPlan plan() {
    return plan;
  }

  /** A client of the control plane with an administrator's token; closed with the CDN. */
  public RestClient rest() {
    return rest;
  }

  /** An administrator's token. */
  public String token() {
    return controlPlane.adminToken();
  }

  /**
   * Makes or changes a service by REST.
   *
   * @throws IllegalStateException with the problem, if the control plane refuses it
   */
  public void put(Service service) throws IOException, InterruptedException {
    rest.put("/v1/services/" + service.name(), json(service)).orFail();
  }

  /**
   * Waits until all nodes serve, and serve what the control plane has been told so far.
   *
   * @throws IOException if that takes longer than {@link #APPLIED_MAX}
   */
  public void awaitApplied() throws IOException, InterruptedException {
    long head = Documents.readJson(FeedSnapshot.class, body("/v1/feed/snapshot")).sequence();
    long untilNanos = System.nanoTime() + APPLIED_MAX.toNanos();
    while (upToDate(head) < nodes.size()) {
      if (System.nanoTime() > untilNanos) {
        throw new IOException(
            "not all nodes have applied change "
                + head
                + " within "
                + APPLIED_MAX
                + ": "
                + rest.get("/v1/nodes").body());
      }
      Thread.sleep(POLL);
    }
  }

  /** How many nodes have applied the changes up to one. */
  private long upToDate(long sequence) throws IOException, InterruptedException {
    long count = 0;
    for (JsonNode node : Documents.mapper().readTree(body("/v1/nodes")).get("items")) {
      boolean serving = node.get("state").asText().equals("serving");
      count += serving && node.get("appliedSequence").asLong() >= sequence ? 1 : 0;
    }
    return count;
  }

  private byte[] body(String path) throws IOException, InterruptedException {
    return rest.get(path).orFail().body().getBytes(StandardCharsets.UTF_8);
  }

  /** Stops all nodes side by side, then the control plane. */
  @Override
  public void close() {
    rest.close();
    List<Thread> closers = new ArrayList<>();
    for (AutoCloseable node : nodes.values()) {
      closers.add(Thread.ofVirtual().start(() -> close(node)));
    }
    nodes.clear();
    try {
      for (Thread closer : closers) {
        closer.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    controlPlane.close();
  }

  private static void close(AutoCloseable node) {
    try {
      node.close();
    } catch (Exception e) {
      throw new IllegalStateException("a node did not stop cleanly", e);
    }
  }

  private static String json(Object document) {
    return new String(Documents.writeJson(document), StandardCharsets.UTF_8);
  }
}
