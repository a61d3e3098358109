package io.nearcast.loadtest.history;

import io.nearcast.config.launch.HostPort;
import io.nearcast.config.model.Pop;
import io.nearcast.loadtest.cdn.CdnPlan;
import io.nearcast.loadtest.cdn.ChildProcess;
import io.nearcast.loadtest.cdn.RestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One control plane, two shields and three edges as processes, with a {@link Link} from each node
 * to the control plane, to each shield, and to the origin, which has two ways.
 *
 * <p>Processes listen where there is a free port, another one each time; links know where. The
 * methods that start or kill a process are for one thread for each process at a time, the others
 * for any.
 */
final class Fleet implements AutoCloseable {
  static final String CONTROL_PLANE = "control-plane";
  static final List<String> SHIELDS = List.of("shield-1", "shield-2");
  static final List<String> EDGES = List.of("fra-1", "iad-1", "sin-1");

  /** Small heaps and only the quick compiler: seven JVMs that are killed often share the cores. */
  private static final String JVM =
      "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx96m -Xms32m -Xmn12m -Xss512k";

  /** So few that a node that was cut off for some seconds takes a snapshot. */
  private static final int LOG_ENTRIES = 20;

  private final Path root;
  private final Path data;
  private final Map<String, Link> links = new LinkedHashMap<>();
  private final Map<String, ChildProcess> processes = new ConcurrentHashMap<>();
  private final Map<String, InetSocketAddress> serving = new ConcurrentHashMap<>();

  private Fleet(Path root, Path data) {
    this.root = root;
    this.data = data;
  }

  /**
   * Starts all processes and waits until each is ready.
   *
   * @param root the source tree, built
   * @param data where each process has a directory, and leaves its output
   * @param originPort of the origin on this machine
   * @param seed of what links do
   */
  static Fleet start(Path root, Path data, int originPort, long seed)
      throws IOException, InterruptedException {
    Fleet fleet = new Fleet(root, data);
    try {
      fleet.openLinks(originPort, seed);
      fleet.start(CONTROL_PLANE);
      fleet.await(CONTROL_PLANE);
      try (RestClient rest = fleet.rest()) {
        for (Pop pop : CdnPlan.POPS) {
          rest.put(
                  "/v1/pops/" + pop.name(),
                  "{\"latitude\":" + pop.latitude() + ",\"longitude\":" + pop.longitude() + "}")
              .orFail();
        }
      }
      for (String node : nodes()) {
        fleet.start(node);
      }
      for (String node : nodes()) {
        fleet.await(node);
      }
      return fleet;
    } catch (IOException | InterruptedException | RuntimeException e) {
      fleet.close();
      throw e;
    }
  }

  /** Shields and edges. */
  static List<String> nodes() {
    return Stream.concat(SHIELDS.stream(), EDGES.stream()).toList();
  }

  private void openLinks(int originPort, long seed) throws IOException {
    open("operator to control plane", seed);
    for (String node : nodes()) {
      open(toControlPlane(node), seed);
    }
    for (String shield : SHIELDS) {
      open(toShield(shield), seed);
    }
    for (String origin : List.of("main", "spare")) {
      open(toOrigin(origin), seed);
      link(toOrigin(origin))
          .target(new InetSocketAddress(InetAddress.getLoopbackAddress(), originPort));
    }
  }

  private void open(String name, long seed) throws IOException {
    links.put(name, Link.open(name, seed));
  }

  static String toControlPlane(String node) {
    return node + " to control plane";
  }

  static String toShield(String shield) {
    return "edges to " + shield;
  }

  static String toOrigin(String origin) {
    return "nodes to origin " + origin;
  }

  Link link(String name) {
    Link link = links.get(name);
    if (link == null) {
      throw new IllegalArgumentException("there is no link " + name);
    }
    return link;
  }

  /** The links that may have bad weather: all but the operator's own. */
  List<Link> links() {
    return links.values().stream().skip(1).toList();
  }

  /** Where an edge serves, null while it does not. */
  @Nullable InetSocketAddress serving(String edge) {
    return serving.get(edge);
  }

  /** A client of the control plane, whatever process that is at the moment. */
  RestClient rest() throws IOException {
    return new RestClient(
        URI.create("http://" + link("operator to control plane").address()),
        Files.readString(tokenFile()).strip());
  }

  /** Whether a process runs. */
  boolean alive(String name) {
    ChildProcess process = processes.get(name);
    return process != null && process.alive();
  }

  /** {@code kill -9}. */
  void kill(String name) throws IOException, InterruptedException {
    serving.remove(name);
    ChildProcess process = processes.get(name);
    if (process != null) {
      process.kill();
      keepOutput(name, process);
    }
  }

  /** Lets a process stand still, or go on, by a signal. */
  void suspend(String name, boolean still) throws IOException, InterruptedException {
    ChildProcess process = processes.get(name);
    if (process != null && process.alive()) {
      String signal = still ? "-STOP" : "-CONT";
      new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
          .inheritIO()
          .start()
          .waitFor();
    }
  }

  /** Deletes what a killed node has on disk: another machine takes its place. */
  void loseDisk(String node) throws IOException {
    try (Stream<Path> files = Files.walk(data.resolve(node))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Starts a process again that was killed, on its own directory. */
  void restart(String name) throws IOException, InterruptedException {
    start(name);
    await(name);
  }

  private void start(String name) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(root.resolve("bin/nearcast").toString());
    command.addAll(arguments(name));
    Map<String, String> environment = Map.of("NEARCAST_NO_BUILD", "1", "NEARCAST_JAVA_OPTS", JVM);
    String ready = "ready " + command.get(1) + " ";
    processes.put(name, ChildProcess.start(name, ready, environment, command));
  }

  private void await(String name) throws IOException, InterruptedException {
    ChildProcess process = processes.get(name);
    if (process == null) {
      throw new IllegalArgumentException("there is no process " + name);
    }
    String line = process.awaitReady();
    HostPort at = HostPort.parse(line.substring(line.lastIndexOf(' ') + 1));
    InetSocketAddress address = at.toSocketAddress();
    serving.put(name, address);
    if (name.equals(CONTROL_PLANE)) {
      link("operator to control plane").target(address);
      nodes().forEach(node -> link(toControlPlane(node)).target(address));
    } else if (SHIELDS.contains(name)) {
      link(toShield(name)).target(address);
    }
  }

  private List<String> arguments(String name) {
    boolean controlPlane = name.equals(CONTROL_PLANE);
    boolean shield = SHIELDS.contains(name);
    List<String> arguments = new ArrayList<>();
    arguments.add(controlPlane ? name : shield ? "shield" : "edge");
    option(arguments, "--data", data.resolve(name));
    option(arguments, "--listen", "127.0.0.1:0");
    if (controlPlane) {
      option(arguments, "--log-entries", LOG_ENTRIES);
      return arguments;
    }
    option(arguments, "--admin", "127.0.0.1:0");
    option(arguments, "--control-plane", "http://" + link(toControlPlane(name)).address());
    option(arguments, "--token-file", tokenFile());
    option(arguments, "--id", name);
    option(arguments, "--pop", shield ? CdnPlan.DEFAULT_POP : name.substring(0, 3));
    option(arguments, "--memory", "16m");
    option(arguments, "--threads", 2);
    option(arguments, "--access-log", data.resolve(name + ".access.log"));
    if (shield) {
      option(arguments, "--advertise", link(toShield(name)).address());
    }
    return arguments;
  }

  private static void option(List<String> arguments, String name, Object value) {
    arguments.add(name);
    arguments.add(value.toString());
  }

  private Path tokenFile() {
    return data.resolve(CONTROL_PLANE).resolve("admin.token");
  }

  private void keepOutput(String name, ChildProcess process) throws IOException {
    Files.writeString(
        data.resolve(name + ".output.log"),
        "--- process " + process.pid() + "\n" + process.output() + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Kills all that runs, and keeps its output. */
  @Override
  public void close() throws IOException {
    try {
      for (Map.Entry<String, ChildProcess> each : processes.entrySet()) {
        if (each.getValue().alive()) {
          each.getValue().kill();
          keepOutput(each.getKey(), each.getValue());
        }
      }
    } catch (InterruptedException _) {
      processes.values().forEach(ChildProcess::close);
      Thread.currentThread().interrupt();
    }
    for (Link link : links.values()) {
      link.close();
    }
  }
}
