package io.nearcast.edge.flow;

import io.nearcast.config.model.PurgePolicy.WhenCutOff;
import io.nearcast.config.model.Service;
import io.nearcast.edge.coding.Coder;
import io.nearcast.edge.http.Request;
import io.nearcast.edge.http.RequestHandler;
import io.nearcast.edge.http.ServerResponse;
import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.rules.Slices;
import io.nearcast.edge.store.Store;
import io.nearcast.edge.upstream.Upstreams;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The caching engine of a node: what exchanges and fills share. The edge and the shield are the
 * same engine with another {@link Tier}.
 *
 * <p>For any thread. The routes are replaced as a whole.
 */
public final class Engine implements RequestHandler {

  /** Which side of the CDN a node is on. */
  public enum Tier {
    /** Faces clients. */
    EDGE,
    /** Faces edges. */
    SHIELD
  }

  /**
   * What an engine is made of.
   *
   * @param nodeId the name of this cache in {@code Cache-Status} and Via
   * @param loopId its name in CDN-Loop, which no other node has
   * @param tier which side it is on
   * @param store what is stored
   * @param coder makes coded forms of it
   * @param objectBytesMax the longest body that is stored, in bytes
   * @param purges the purges of the feed
   * @param ownPurges the purges of this node alone
   * @param upstreams where fills are sent
   * @param tiers what is believed of other tiers
   * @param metrics what is counted
   * @param accessLog where answers are logged
   * @param tunnels what tunnels may use
   * @param permits whether what is stored may be used without asking the origin, by what the
   *     service says of edges that are cut off
   * @param nowMillis the wall clock, in ms since 1970
   */
  public record Parts(
      String nodeId,
      String loopId,
      Tier tier,
      Store store,
      Coder coder,
      long objectBytesMax,
      PurgeIndex purges,
      PurgeIndex ownPurges,
      Upstreams upstreams,
      Tiers tiers,
      FlowMetrics metrics,
      AccessLog accessLog,
      TunnelLimits tunnels,
      Predicate<WhenCutOff> permits,
      LongSupplier nowMillis) {}

  /** Up to here an object is worth being fetched as a whole for any part of it. */
  private static final long LARGE_BYTES = 32 << 20;

  private final Parts parts;
  private final ClientHeads heads;
  private final Forms forms;
  private final FillTable fills = new FillTable();
  private final Invalidations invalidations = new Invalidations();
  private final Tunnels tunnels;
  private final Turns turns = new Turns(System::nanoTime);
  private final Refreshes refreshes = new Refreshes(System::nanoTime);
  private volatile Routes routes;

  /**
   * @param routes the services to begin with
   */
  public Engine(Parts parts, Routes routes) {
    this.parts = parts;
    this.routes = routes;
    this.heads = new ClientHeads(parts.nodeId());
    this.tunnels = new Tunnels(parts.metrics(), parts.tunnels());
    this.forms = new Forms(parts.coder());
  }

  @Override
  public Stream begin(Request request, ServerResponse response) {
    Request seen = request.withHead(Received.head(request, tiers(), response.client()));
    Exchange exchange = new Exchange(this, seen, response);
    exchange.begin();
    return exchange;
  }

  /** Replaces the services; requests that are under way keep theirs. */
  public void routes(Routes newRoutes) {
    routes = newRoutes;
    refreshes.retain(newRoutes.all().stream().map(Route::service).toList());
  }

  /** How many edges refresh what was purged softly, this one included. */
  public void edges(int count) {
    refreshes.edges(count);
  }

  /** How many refreshes after soft purges are under way. */
  public int refreshesUnderWay() {
    return refreshes.underWay();
  }

  /** The services of this moment. */
  public Routes routes() {
    return routes;
  }

  /** Ends what has left HTTP behind, for which no drain would ever come to an end. */
  public void endTunnels() {
    tunnels.close();
  }

  Tunnels tunnels() {
    return tunnels;
  }

  /** How many fills could be joined at this moment. */
  public int fillsInProgress() {
    return fills.size();
  }

  /** How many objects upstream was asked about within a second for want of a lease. */
  public int cutOffObjects() {
    return turns.size();
  }

  /** What the engine is made of. */
  public Parts parts() {
    return parts;
  }

  boolean shield() {
    return parts.tier() == Tier.SHIELD;
  }

  long nowMillis() {
    return parts.nowMillis().getAsLong();
  }

  ClientHeads heads() {
    return heads;
  }

  Forms forms() {
    return forms;
  }

  FillTable fills() {
    return fills;
  }

  Invalidations invalidations() {
    return invalidations;
  }

  Turns turns() {
    return turns;
  }

  Refreshes refreshes() {
    return refreshes;
  }

  /** What a client's request for a service demands at this moment. */
  Demand clientDemand(Service service) {
    return parts.permits().test(service.purge().whenCutOff()) ? Demand.CLIENT : Demand.UNLEASED;
  }

  /** Whether this edge holds a lease, or is nobody's member and needs none. */
  boolean leased() {
    return parts.permits().test(WhenCutOff.REVALIDATE);
  }

  Store store() {
    return parts.store();
  }

  long objectBytesMax() {
    return parts.objectBytesMax();
  }

  /** A longer object lies in slices, where that can be; for a small store none does. */
  long largeBytes() {
    long max = parts.objectBytesMax();
    return max < 4L * Slices.BYTES ? Long.MAX_VALUE : Math.min(max, LARGE_BYTES);
  }

  PurgeIndex purges() {
    return parts.purges();
  }

  PurgeIndex ownPurges() {
    return parts.ownPurges();
  }

  /** Whether anything may have been purged since the beginning of what this node knows of. */
  boolean everPurged() {
    return purges().newest() > 0 || ownPurges().newest() > 0;
  }

  Upstreams upstreams() {
    return parts.upstreams();
  }

  Tiers tiers() {
    return parts.tiers();
  }

  FlowMetrics metrics() {
    return parts.metrics();
  }

  AccessLog accessLog() {
    return parts.accessLog();
  }

  String loopId() {
    return parts.loopId();
  }
}
