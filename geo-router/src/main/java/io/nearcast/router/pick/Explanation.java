package io.nearcast.router.pick;

import io.nearcast.config.fleet.NodeState;
import io.nearcast.router.geo.Location;
import io.nearcast.router.geo.Point;
import io.nearcast.router.geo.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The picker's whole reasoning about one client.
 *
 * @param client its address or network
 * @param location where it is
 * @param ranking the PoPs in the order in which they are tried, with all their edges
 * @param steps what was considered, in order, for people
 * @param pop the PoP that was chosen, null where there is no edge
 * @param scope the network for which the choice holds
 * @param reason as in the answers
 * @param edges the ids of the edges in the answer, the best one first
 */
public record Explanation(
    String client,
    Place location,
    List<RankedPop> ranking,
    List<String> steps,
    @Nullable String pop,
    String scope,
    String reason,
    List<String> edges) {

  /**
   * Where the client is.
   *
   * @param source what says so
   * @param mapped the PoP that the CIDR map names, even where there is no such PoP
   * @param country as the database has it
   */
  public record Place(
      Located source,
      @Nullable String mapped,
      @Nullable String country,
      @Nullable Double latitude,
      @Nullable Double longitude) {}

  /**
   * A PoP in the ranking.
   *
   * @param distanceKm from the client, null where one of the two places is not known
   */
  public record RankedPop(String pop, @Nullable Long distanceKm, List<WeighedEdge> edges) {}

  /**
   * An edge with all that counts for or against it.
   *
   * @param standing what it adds up to
   * @param probed what the router's probes say
   * @param reported what the control plane says
   * @param drained whether it is to take no new clients
   * @param recentAnswers how many answers of the last 10 to 20 s named it first
   * @param share how much of its usual load it may take
   */
  public record WeighedEdge(
      String id,
      String address,
      Standing standing,
      Probed probed,
      NodeState reported,
      boolean drained,
      long recentAnswers,
      double share) {}

  /** Copies the lists. */
  public Explanation {
    ranking = List.copyOf(ranking);
    steps = List.copyOf(steps);
    edges = List.copyOf(edges);
  }

  /** Listens to one run of the picker. One thread. */
  static final class Listener implements Trace {
    private final Topology topology;
    private final Probes probes;
    private final Loads loads;
    private final List<String> steps = new ArrayList<>();
    private Location location = new Location.Unknown(0);
    private Located located = Located.DEFAULT_POP;
    private int[] order = {};

    Listener(Topology topology, Probes probes, Loads loads) {
      this.topology = topology;
      this.probes = probes;
      this.loads = loads;
    }

    @Override
    public void ranked(Location clientLocation, Located source, int[] sites) {
      location = clientLocation;
      located = source;
      order = sites;
      steps.add("location by " + source.word());
    }

    @Override
    public void visited(Site site, Standing round, List<Edge> candidates) {
      String kind =
          switch (round) {
            case SERVING -> "serving";
            case DRAINING -> "draining";
            case DOWN -> "counted as up, as all look down";
          };
      String found = candidates.stream().map(Edge::id).collect(Collectors.joining(", "));
      steps.add(site.name() + ": " + kind + ": " + (found.isEmpty() ? "none" : found));
    }

    @Override
    public void weighed(Edge edge, long load, long capacity) {
      String verdict = load < capacity ? "takes this client" : "is passed over";
      steps.add(
          edge.id() + ": " + load + " recent answers of at most " + capacity + ", " + verdict);
    }

    Explanation explanation(Prefix client, @Nullable String mapped, Choice choice) {
      Point from = from();
      List<RankedPop> ranking = new ArrayList<>();
      for (int index : order) {
        Site site = topology.site(index);
        Long distanceKm =
            from == null || site.point() == null ? null : Math.round(from.distanceKm(site.point()));
        ranking.add(
            new RankedPop(
                site.name(), distanceKm, site.edges().stream().map(this::weighed).toList()));
      }
      return new Explanation(
          client.toString(),
          place(mapped),
          ranking,
          steps,
          choice.site() == null ? null : choice.site().name(),
          client.withLength(choice.scope()).toString(),
          choice.reason(),
          choice.edges().stream().map(Edge::id).toList());
    }

    /** Where the ranking was made from. */
    private @Nullable Point from() {
      if (location instanceof Location.AtPoint(Point point, _, _, _)) {
        return point;
      }
      return order.length == 0 ? null : topology.site(order[0]).point();
    }

    private Place place(@Nullable String mapped) {
      return location instanceof Location.AtPoint(Point point, String country, _, _)
          ? new Place(located, mapped, country, point.latitude(), point.longitude())
          : new Place(located, mapped, null, null, null);
    }

    private WeighedEdge weighed(Edge edge) {
      Probed probed = probes.of(edge);
      return new WeighedEdge(
          edge.id(),
          edge.hostPort(),
          Standing.of(edge, probed),
          probed,
          edge.reported(),
          edge.drained(),
          loads.recent(edge),
          probes.share(edge));
    }
  }
}
