package io.nearcast.router.pick;

import io.nearcast.config.feed.FeedState;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.router.geo.Location;
import io.nearcast.router.geo.Point;
import io.nearcast.router.net.NodeAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The PoPs with their edges, and in which order they are tried from where.
 *
 * <p>Immutable, but for rankings that are worked out when they are first needed.
 */
public final class Topology {
  /** Nothing is known yet. */
  public static final Topology EMPTY = new Topology(List.of(), new Rankings(List.of()), null);

  private final List<Site> sites;
  private final Map<String, Integer> indexes = new HashMap<>();
  private final Map<String, Edge> edges = new HashMap<>();
  private final Rankings rankings;
  private final int defaultSite;

  private Topology(List<Site> sites, Rankings rankings, @Nullable String defaultPop) {
    this.sites = List.copyOf(sites);
    this.rankings = rankings;
    for (int i = 0; i < sites.size(); i++) {
      indexes.put(sites.get(i).name(), i);
      sites.get(i).edges().forEach(edge -> edges.put(edge.id(), edge));
    }
    this.defaultSite = defaultPop == null ? 0 : indexes.getOrDefault(defaultPop, 0);
  }

  /**
   * The topology that follows this one. Rankings are kept where the PoPs have not changed.
   *
   * @param state the PoPs, and which nodes are drained
   * @param fleet the nodes
   * @param defaultPop the PoP for clients of unknown location; null, or one that is not there,
   *     means the first by name
   */
  public Topology next(FeedState state, Fleet fleet, @Nullable String defaultPop) {
    TreeMap<String, List<Edge>> edgesByPop = new TreeMap<>();
    state.pops().keySet().forEach(pop -> edgesByPop.put(pop, new ArrayList<>()));
    for (NodeStatus node : fleet.nodes()) {
      NodeAddress.usable(node.address())
          .filter(_ -> node.role() == NodeRole.EDGE)
          .map(address ->
              new Edge(
                  node.id(),
                  node.pop(),
                  address,
                  node.state(),
                  state.drained().contains(node.id())))
          .ifPresent(
              edge -> edgesByPop.computeIfAbsent(edge.pop(), _ -> new ArrayList<>()).add(edge));
    }
    List<Site> newSites = new ArrayList<>();
    List<Rankings.Spot> spots = new ArrayList<>();
    edgesByPop.forEach((name, list) -> {
      list.sort(Comparator.comparing(Edge::id));
      Site site = new Site(name, point(state, name), list);
      newSites.add(site);
      spots.add(new Rankings.Spot(name, site.point()));
    });
    Rankings newRankings = spots.equals(rankings.spots()) ? rankings : new Rankings(spots);
    return new Topology(newSites, newRankings, defaultPop);
  }

  private static @Nullable Point point(FeedState state, String pop) {
    var defined = state.pops().get(pop);
    return defined == null ? null : new Point(defined.latitude(), defined.longitude());
  }

  /** The PoPs in the order of their names. */
  public List<Site> sites() {
    return sites;
  }

  /** All edges that have a usable address. */
  public List<Edge> edges() {
    return List.copyOf(edges.values());
  }

  /** The edge of this id, null where there is none. */
  public @Nullable Edge edge(String id) {
    return edges.get(id);
  }

  /** Whether there is a PoP of this name, defined or with edges. */
  public boolean hasPop(String name) {
    return indexes.containsKey(name);
  }

  /** The indexes of the sites in the order in which they are tried. Not to be changed. */
  int[] ranking(Location location) {
    return switch (location) {
      case Location.AtPop(String pop, _) -> rankings.from(indexes.getOrDefault(pop, defaultSite));
      case Location.AtPoint(Point point, _, _, _) -> rankings.near(point);
      case Location.Unknown _ -> sites.isEmpty() ? new int[0] : rankings.from(defaultSite);
    };
  }

  Site site(int index) {
    return sites.get(index);
  }
}
