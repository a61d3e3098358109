package io.nearcast.router.pick;

import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.model.Pop;
import io.nearcast.router.geo.Location;
import io.nearcast.router.geo.Point;
import io.nearcast.router.geo.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** PoPs, edges, their health and loads as a test wants them. */
final class World implements Probes, Loads {
  static final Point FRANKFURT = new Point(50.1, 8.7);
  static final Point BERLIN = new Point(52.5, 13.4);
  static final Point VIRGINIA = new Point(38.9, -77.4);
  static final Point SINGAPORE = new Point(1.3, 103.9);

  private final Map<String, Pop> pops = new HashMap<>();
  private final List<NodeStatus> nodes = new ArrayList<>();
  private final Set<String> drained = new HashSet<>();
  private final Map<String, Probed> probed = new HashMap<>();
  private final Map<String, Long> loads = new HashMap<>();
  private final Map<String, Double> shares = new HashMap<>();
  private Topology current = Topology.EMPTY;

  /** The PoPs fra, iad and sin without edges. */
  static World threePops() {
    return new World().pop("fra", FRANKFURT).pop("iad", VIRGINIA).pop("sin", SINGAPORE);
  }

  /** The PoPs fra, iad and sin with one edge each. */
  static World threeEdges() {
    return threePops().edge("fra-1", "fra").edge("iad-1", "iad").edge("sin-1", "sin");
  }

  World pop(String name, Point point) {
    pops.put(name, new Pop(name, point.latitude(), point.longitude()));
    return this;
  }

  World edge(String id, String pop) {
    return edge(id, pop, "192.0.2." + (nodes.size() + 1) + ":80");
  }

  World edge(String id, String pop, String address) {
    return node(id, NodeRole.EDGE, pop, NodeState.SERVING, address);
  }

  World node(String id, NodeRole role, String pop, NodeState state, String address) {
    nodes.add(new NodeStatus(id, role, pop, state, 1, address, List.of()));
    return this;
  }

  World reported(String id, NodeState state) {
    nodes.replaceAll(node ->
        node.id().equals(id)
            ? new NodeStatus(id, node.role(), node.pop(), state, 1, node.address(), List.of())
            : node);
    return this;
  }

  World drained(String id) {
    drained.add(id);
    return this;
  }

  World probed(Probed state, String... ids) {
    for (String id : ids) {
      probed.put(id, state);
    }
    return this;
  }

  World load(String id, long answers) {
    loads.put(id, answers);
    return this;
  }

  World share(String id, double share) {
    shares.put(id, share);
    return this;
  }

  FeedState state() {
    return new FeedState("log", 1, Map.of(), pops, drained, null);
  }

  Fleet fleet() {
    return new Fleet(nodes);
  }

  Topology topology(String defaultPop) {
    return Topology.EMPTY.next(state(), fleet(), defaultPop);
  }

  @Override
  public Probed of(Edge edge) {
    return probed.getOrDefault(edge.id(), Probed.UNKNOWN);
  }

  @Override
  public double share(Edge edge) {
    return shares.getOrDefault(edge.id(), 1.0);
  }

  @Override
  public long recent(Edge edge) {
    return loads.getOrDefault(edge.id(), 0L);
  }

  Choice pick(Location location) {
    return pick("192.0.2.0/24", location, Family.ANY, Breadth.PLACE);
  }

  Choice pick(String client, Location location, Family family, Breadth breadth) {
    Prefix network = Prefix.parse(client);
    // Rankings are kept where the PoPs have not changed, as in a router.
    current = current.next(state(), fleet(), null);
    return Picker.pick(
        new Picker.Question(network, location, family, breadth), current, this, this, Trace.NONE);
  }

  static Location at(Point point) {
    return new Location.AtPoint(point, null, false, 24);
  }

  static List<String> ids(Choice choice) {
    return choice.edges().stream().map(Edge::id).toList();
  }
}
