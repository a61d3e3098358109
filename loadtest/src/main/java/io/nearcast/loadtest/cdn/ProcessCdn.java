package io.nearcast.loadtest.cdn;

import io.nearcast.config.json.Documents;
import io.nearcast.config.launch.HostPort;
import io.nearcast.config.model.Pop;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A CDN whose roles are processes of their own, which can be killed and started again.
 *
 * <p>Nodes are named as in the plan; the control plane is {@link #CONTROL_PLANE}. Not thread-safe.
 */
public final class ProcessCdn implements AutoCloseable {
  /** The control plane's name here. */
  public static final String CONTROL_PLANE = "control-plane";

  private final Path root;
  private final CdnPlan plan;
  private final Map<String, ChildProcess> processes = new LinkedHashMap<>();

  private ProcessCdn(Path root, CdnPlan plan) {
    this.root = root;
    this.plan = plan;
  }

  /**
   * Starts all roles and waits until each is ready.
   *
   * @param root the source tree with {@code bin/nearcast}, built
   * @throws IOException if a role does not become ready; nothing is left running
   */
  public static ProcessCdn start(Path root, CdnPlan plan) throws IOException, InterruptedException {
    ProcessCdn cdn = new ProcessCdn(root, plan);
    try {
      cdn.start(CONTROL_PLANE);
      cdn.await(CONTROL_PLANE);
      try (RestClient rest = cdn.rest()) {
        for (Pop pop : CdnPlan.POPS) {
          rest.put("/v1/pops/" + pop.name(), json(pop)).orFail();
        }
      }
      List<String> nodes = cdn.nodes();
      for (String node : nodes) {
        cdn.start(node);
      }
      for (String node : nodes) {
        cdn.await(node);
      }
      return cdn;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cdn.close();
      throw e;
    }
  }

  /** What it consists of. */
  public CdnPlan plan() {
    return plan;
  }

  /** The edges, the shield and the router, by their ids. */
  public List<String> nodes() {
    List<String> nodes = new ArrayList<>();
    nodes.add(plan.shield().id());
    plan.edges().forEach(edge -> nodes.add(edge.id()));
    nodes.add(plan.router().id());
    return nodes;
  }

  /** A new client of the control plane with an administrator's token; the caller closes it. */
  public RestClient rest() throws IOException {
    return new RestClient(
        URI.create("http://" + plan.controlPlane()), Files.readString(plan.tokenFile()).strip());
  }

  /** The process of a node. */
  public ChildProcess process(String node) {
    ChildProcess process = processes.get(node);
    if (process == null) {
      throw new IllegalArgumentException("there is no node " + node);
    }
    return process;
  }

  /** {@code kill -9}, and waits until the process is gone. */
  public void kill(String node) throws InterruptedException {
    process(node).kill();
  }

  /** Starts a node, whose process must have ended, with its own directory and addresses. */
  public void restart(String node) throws IOException, InterruptedException {
    if (process(node).alive()) {
      throw new IllegalStateException(node + " still runs");
    }
    start(node);
    await(node);
  }

  /** Ends all processes, the control plane last. */
  @Override
  public void close() {
    ChildProcess controlPlane = processes.remove(CONTROL_PLANE);
    List<ChildProcess> nodes = List.copyOf(processes.values());
    processes.clear();
    // All at once first, so that the slowest alone decides how long it takes.
    nodes.forEach(ChildProcess::signal);
    nodes.forEach(ChildProcess::close);
    if (controlPlane != null) {
      controlPlane.close();
    }
  }

  private void start(String node) throws IOException {
    processes.put(node, ChildProcess.role(root, role(node), arguments(node)));
  }

  private void await(String node) throws IOException, InterruptedException {
    process(node).awaitReady();
  }

  private String role(String node) {
    return node.equals(CONTROL_PLANE)
        ? node
        : node.equals(plan.router().id())
            ? "geo-router"
            : node.equals(plan.shield().id()) ? "shield" : "edge";
  }

  private String[] arguments(String node) {
    List<String> arguments = new ArrayList<>();
    option(arguments, "--data", plan.directory(node));
    if (node.equals(CONTROL_PLANE)) {
      option(arguments, "--listen", plan.controlPlane());
      return arguments.toArray(String[]::new);
    }
    option(arguments, "--control-plane", "http://" + plan.controlPlane());
    option(arguments, "--token-file", plan.tokenFile());
    option(arguments, "--id", node);
    if (node.equals(plan.router().id())) {
      routerOptions(arguments);
    } else {
      cacheOptions(arguments, node);
    }
    return arguments.toArray(String[]::new);
  }

  private void routerOptions(List<String> arguments) {
    CdnPlan.Router router = plan.router();
    option(arguments, "--dns", router.dns());
    option(arguments, "--listen", router.http());
    option(arguments, "--admin", router.admin());
    option(arguments, "--default-pop", CdnPlan.DEFAULT_POP);
    router.mmdb().forEach(file -> option(arguments, "--mmdb", file));
    if (router.cidrMap() != null) {
      option(arguments, "--cidr-map", router.cidrMap());
    }
  }

  private void cacheOptions(List<String> arguments, String id) {
    CdnPlan.Node node =
        plan.shield().id().equals(id)
            ? plan.shield()
            : plan.edges().stream().filter(edge -> edge.id().equals(id)).findAny().orElseThrow();
    option(arguments, "--pop", node.pop());
    option(arguments, "--listen", node.listen());
    option(arguments, "--admin", node.admin());
    option(arguments, "--memory", plan.memoryBytes());
  }

  private static void option(List<String> arguments, String name, Object value) {
    arguments.add(name);
    arguments.add(value.toString());
  }

  private static String json(Pop pop) {
    return new String(Documents.writeJson(pop), StandardCharsets.UTF_8);
  }

  /** Where a node's admin endpoint is. */
  public HostPort admin(String id) {
    return plan.edges().stream()
        .filter(edge -> edge.id().equals(id))
        .findAny()
        .orElse(plan.shield())
        .admin();
  }
}
