package io.nearcast.edge.upstream;

import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.model.HealthCheck;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.Service;
import io.nearcast.edge.rules.CacheKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.util.concurrent.Future;
import io.prometheus.client.CollectorRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * All shields and origins of a node: makes the plan whom to ask for a request, and sends it.
 *
 * <p>The life of a request here: {@link #plan} puts the targets in order ({@link ServiceTargets},
 * {@link TargetState} for their health); {@link #send} makes an {@link UpstreamExchange}, which
 * borrows a connection from the loop's {@link UpstreamPool}, writes by {@link RequestEncoder}, has
 * the answer read by {@link ResponseParser}, and tries again by {@link RetryRule}.
 *
 * <p>Safe for all threads, but for what says that it is for an event loop.
 */
public final class Upstreams implements AutoCloseable {
  /**
   * With a 502, 503 or 504 of a shield this field says that the shield did not pass the request on,
   * and that the next target is to be asked.
   */
  public static final String AWAY_FIELD = "Nearcast-Away";

  /**
   * In this field a shield states what its answer is as of. One that does not has not believed that
   * a tier asks, and nothing says that its answer is not of before a purge.
   */
  public static final String AS_OF_FIELD = "Nearcast-As-Of";

  private static final long CLOSE_SECONDS_MAX = 5;

  private final EventLoopGroup loops;
  private final UpstreamLimits limits;
  private final UpstreamMetrics metrics;
  private final Addresses addresses;
  private final TlsContext tls;
  private final HealthChecks checks = new HealthChecks(this::startProbe);
  private final Map<EventLoop, UpstreamPool> pools = new ConcurrentHashMap<>();
  private final Map<Target, TargetState> states = new ConcurrentHashMap<>();
  private final Map<String, ServiceTargets> services = new ConcurrentHashMap<>();
  private volatile List<TargetState> shields = List.of();

  /**
   * Trusts whom the JDK trusts.
   *
   * @param loops the node's event loops, which outlive this; all of one kind
   * @param registry where metrics are shown
   */
  public Upstreams(EventLoopGroup loops, UpstreamLimits limits, CollectorRegistry registry) {
    this(loops, limits, registry, null, DnsServerAddressStreamProviders.platformDefault());
  }

  /**
   * @param trust whom to trust as origins through TLS, or null for the JDK's trust store
   * @param nameServers whom to ask for the addresses of origins
   */
  public Upstreams(
      EventLoopGroup loops,
      UpstreamLimits limits,
      CollectorRegistry registry,
      @Nullable TrustManagerFactory trust,
      DnsServerAddressStreamProvider nameServers) {
    this.loops = loops;
    this.limits = limits;
    metrics = new UpstreamMetrics(registry, this::idleConnections);
    addresses = new Addresses(loops.next(), limits.connect().dividedBy(4), nameServers);
    tls = new TlsContext(trust);
  }

  /**
   * Says which services there are: their health checks run from now on, and what is known of
   * targets that nobody uses any more is forgotten. A service can be planned for without having
   * been said.
   */
  public synchronized void services(Collection<Service> all) {
    Set<String> names = new HashSet<>();
    for (Service service : all) {
      names.add(service.name());
      targets(service);
      if (service.origins().stream().anyMatch(Origin::secure)) {
        // Loading it takes a while, which no event loop should have to spend.
        tls.context();
      }
    }
    services.keySet().retainAll(names);
    forgetUnused();
    checks.follow(all);
  }

  /** Says which shields are to be asked before origins; none at first. */
  public synchronized void shields(List<Target> targets) {
    shields = targets.stream().map(this::state).toList();
    forgetUnused();
  }

  /**
   * The shields of a fleet: those that serve, or, where none does, those that drain, in the order
   * of the fleet. Those that are down are left out, for origins can be asked instead.
   */
  public static List<Target> shieldsOf(Fleet fleet) {
    for (NodeState wanted : List.of(NodeState.SERVING, NodeState.DRAINING)) {
      List<Target> found =
          fleet.nodes().stream()
              .filter(node -> node.role() == NodeRole.SHIELD && node.state() == wanted)
              .map(Upstreams::shield)
              .toList();
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private static Target shield(NodeStatus node) {
    int colon = node.address().lastIndexOf(':');
    String host = node.address().substring(0, colon);
    int port = Integer.parseInt(node.address().substring(colon + 1));
    return new Target(node.id(), true, false, host, port);
  }

  /** {@link #plan(Service, long)} for the object of a cache key. */
  public UpstreamPlan plan(Service service, CacheKey key) {
    return plan(service, key.place());
  }

  /**
   * Whom to ask for an object, in order: the two shields that weigh most for it, then the service's
   * origins as it lists them (all requests go to the first while it is healthy), then its backups.
   * Targets that are down come last but are never left out.
   *
   * @param keyHash the same for all requests for the object, on all nodes
   */
  public UpstreamPlan plan(Service service, long keyHash) {
    return targets(service).plan(shields, keyHash, System.nanoTime());
  }

  /**
   * Whom a request for an object could be sent to: shields, origins, backups, and whether each
   * seems up. Unlike a {@link #plan}, asking changes nothing.
   */
  public Map<Target, Boolean> outlook(Service service, CacheKey key) {
    return targets(service).outlook(shields, key.place(), System.nanoTime());
  }

  /**
   * Sends a request; at first nothing is written, so that {@link UpstreamExchange#write} right
   * after this still goes with the head. On the given loop only, on which the listener is called.
   *
   * @throws IllegalArgumentException if the head holds what cannot be sent
   */
  public UpstreamExchange send(
      EventLoop loop, UpstreamPlan plan, UpstreamRequest request, UpstreamListener listener) {
    if (!loop.inEventLoop()) {
      throw new IllegalStateException("requests are sent on their event loop");
    }
    boolean toShield = plan.state(0).target().shield();
    ByteBuf head = RequestEncoder.head(ByteBufAllocator.DEFAULT, request, toShield);
    UpstreamExchange exchange = new UpstreamExchange(pool(loop), plan, request, listener, head);
    // Not now: a connection on which bytes have come unasked is found out before it is reused, the
    // listener is never called from here, and what is written next joins the head.
    loop.execute(exchange::start);
    return exchange;
  }

  /** Ends health checks and closes all connections; requests under way fail. */
  @Override
  public void close() {
    checks.close();
    List<Future<?>> closing = new ArrayList<>();
    for (UpstreamPool pool : pools.values()) {
      if (!pool.loop().isShuttingDown()) {
        closing.add(pool.loop().submit(pool::close));
      }
    }
    closing.forEach(future -> future.awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS));
    addresses.close();
  }

  /** How many connections are idle. */
  int idleConnections() {
    return pools.values().stream().mapToInt(UpstreamPool::idle).sum();
  }

  /** What is known of a target. */
  TargetState state(Target target) {
    return states.computeIfAbsent(target, unknown -> new TargetState(unknown, metrics.of(unknown)));
  }

  private ServiceTargets targets(Service service) {
    ServiceTargets known = services.get(service.name());
    if (known != null && known.isOf(service)) {
      return known;
    }
    RetryBudget budget = known == null ? new RetryBudget(System::nanoTime) : known.budget();
    ServiceTargets made = new ServiceTargets(service, this::state, budget);
    services.put(service.name(), made);
    return made;
  }

  private void forgetUnused() {
    Set<TargetState> used = new HashSet<>(shields);
    services.values().forEach(service -> used.addAll(service.origins()));
    states.forEach((target, state) -> {
      if (!used.contains(state) && states.remove(target, state)) {
        metrics.forget(target);
      }
    });
  }

  /** The connections of a loop. */
  UpstreamPool pool(EventLoop loop) {
    UpstreamPool pool = pools.get(loop);
    return pool != null
        ? pool
        : pools.computeIfAbsent(
            loop,
            absent -> new UpstreamPool(new ConnectAttempt.Wiring(absent, addresses, tls, limits)));
  }

  private HealthProbe startProbe(Origin origin, HealthCheck check) {
    TargetState state = state(Target.of(origin));
    EventLoop loop = loops.next();
    RetryBudget budget = new RetryBudget(System::nanoTime);
    UpstreamPlan plan = new UpstreamPlan(List.of(state), budget);
    HealthProbe probe =
        new HealthProbe(
            loop,
            state,
            check,
            origin.url().getRawAuthority(),
            (request, to) -> send(loop, plan, request, to));
    probe.start();
    return probe;
  }
}
