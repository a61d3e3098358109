package io.nearcast.router.pick;

import io.nearcast.router.geo.Location;
import io.nearcast.router.geo.Locator;
import io.nearcast.router.geo.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Decides which edges a client is sent to. Pure: the same arguments give the same choice.
 *
 * <p>The PoPs are walked in the order of their distance from the client until one has an edge that
 * takes clients. If none has, those that drain but answer will do; if all look down, all count as
 * up, for a wrong answer costs a client a second and no answer costs it the service.
 *
 * <h2>Within a PoP</h2>
 *
 * Rendezvous hashing (Thaler and Ravishankar, 1998) of the client's network over the edges: when an
 * edge goes, only its clients move. Bounded loads (Mirrokni, Thorup, Zadimoghaddam, 2016): an edge
 * that got more than 1.25 times its share of late is passed over for the next one.
 */
public final class Picker {
  /** Networks are spread over the edges of a PoP by at least this many bits (IPv4). */
  private static final int SPREAD_IPV4 = 16;

  /** Networks are spread over the edges of a PoP by at least this many bits (IPv6). */
  private static final int SPREAD_IPV6 = 32;

  /** How far above the mean an edge's load may be. */
  private static final double LOAD_FACTOR = 1.25;

  /** Below this many recent answers no edge counts as loaded: small numbers are never even. */
  static final long LOAD_FLOOR = 1_000;

  private static final Standing[] ROUNDS = {Standing.SERVING, Standing.DRAINING, Standing.DOWN};

  private final Topology topology;
  private final Probes probes;
  private final Loads loads;
  private final Trace trace;

  private Picker(Topology topology, Probes probes, Loads loads, Trace trace) {
    this.topology = topology;
    this.probes = probes;
    this.loads = loads;
    this.trace = trace;
  }

  /**
   * What is asked.
   *
   * @param client the client's address or network
   * @param location where it is
   * @param family which addresses it can use
   * @param breadth how many edges are wanted
   */
  public record Question(Prefix client, Location location, Family family, Breadth breadth) {}

  /**
   * Decides.
   *
   * @param trace is told every step
   */
  public static Choice pick(
      Question question, Topology topology, Probes probes, Loads loads, Trace trace) {
    return new Picker(topology, probes, loads, trace).pick(question);
  }

  private Choice pick(Question question) {
    int[] order = topology.ranking(question.location());
    Located located = located(question.location());
    trace.ranked(question.location(), located, order);
    for (Standing round : ROUNDS) {
      for (int place = 0; place < order.length; place++) {
        Site site = topology.site(order[place]);
        List<Edge> candidates = candidates(site, round, question.family());
        trace.visited(site, round, candidates);
        if (!candidates.isEmpty()) {
          int scope = scope(question, candidates.size());
          List<Edge> edges = spread(question.client().truncatedTo(scope), candidates);
          if (question.breadth() == Breadth.RANKING) {
            addNext(edges, question, round, order, place);
          }
          return new Choice(
              site, first(edges, question.breadth()), scope, located, outcome(round, place));
        }
      }
    }
    return new Choice(null, List.of(), question.location().uniform(), located, Outcome.NO_EDGE);
  }

  private List<Edge> candidates(Site site, Standing round, Family family) {
    List<Edge> candidates = new ArrayList<>(site.edges().size());
    for (Edge edge : site.edges()) {
      if (family.has(edge.address())
          && (round == Standing.DOWN || Standing.of(edge, probes.of(edge)) == round)) {
        candidates.add(edge);
      }
    }
    return candidates;
  }

  private static Outcome outcome(Standing round, int place) {
    return switch (round) {
      case SERVING -> place == 0 ? Outcome.NEAREST : Outcome.NEXT;
      case DRAINING -> Outcome.DRAINING;
      case DOWN -> Outcome.ALL_DOWN;
    };
  }

  private static Located located(Location location) {
    return switch (location) {
      case Location.AtPop _ -> Located.CIDR_MAP;
      case Location.AtPoint(_, _, boolean centroid, _) ->
          centroid ? Located.COUNTRY : Located.COORDINATES;
      case Location.Unknown _ -> Located.DEFAULT_POP;
    };
  }

  /**
   * How many bits of the client decide. Where there are edges to spread over, those that are hashed
   * decide too.
   */
  private static int scope(Question question, int candidates) {
    int uniform = question.location().uniform();
    if (candidates == 1) {
      return uniform;
    }
    boolean ipv4 = question.client().ipv4();
    int spread = Math.max(uniform, ipv4 ? SPREAD_IPV4 : SPREAD_IPV6);
    return Math.min(spread, Math.max(question.client().length(), Locator.bitsMax(ipv4)));
  }

  /** All candidates: the one for this network first, then those to fall back to. */
  private List<Edge> spread(Prefix network, List<Edge> candidates) {
    if (candidates.size() == 1) {
      return candidates;
    }
    long seed = mix(mix(network.high()) ^ network.low() ^ network.length());
    List<Edge> edges = new ArrayList<>(candidates);
    edges.sort(
        Comparator.comparingLong((Edge edge) -> mix(seed ^ hash(edge.id())))
            .thenComparing(Edge::id));
    for (int i = 0; i < edges.size(); i++) {
      Edge edge = edges.get(i);
      if (loads.recent(edge) < capacity(edge, candidates)) {
        edges.remove(i);
        edges.addFirst(edge);
        return edges;
      }
    }
    return edges;
  }

  private long capacity(Edge edge, List<Edge> candidates) {
    long total = 1;
    for (Edge candidate : candidates) {
      total += loads.recent(candidate);
    }
    double even = Math.max(LOAD_FLOOR, LOAD_FACTOR * total / candidates.size());
    long capacity = (long) Math.ceil(even * probes.share(edge));
    trace.weighed(edge, loads.recent(edge), capacity);
    return capacity;
  }

  private void addNext(
      List<Edge> edges, Question question, Standing round, int[] order, int place) {
    for (int next = place + 1;
        next < order.length && edges.size() < question.breadth().edgesMax();
        next++) {
      edges.addAll(candidates(topology.site(order[next]), round, question.family()));
    }
  }

  private static List<Edge> first(List<Edge> edges, Breadth breadth) {
    return edges.subList(0, Math.min(edges.size(), breadth.edgesMax()));
  }

  /** FNV-1a, 64 bits. */
  private static long hash(String id) {
    long hash = 0xCBF29CE484222325L;
    for (byte octet : id.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (octet & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }

  /** The finaliser of SplitMix64: every bit of the input changes half of the output's. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
