package io.nearcast.edge;

import io.nearcast.config.feed.FeedFollower;
import io.nearcast.config.feed.NodeIdentity;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.WarmReceipt;
import io.nearcast.config.launch.DataDirectory;
import io.nearcast.config.launch.HostPort;
import io.nearcast.config.launch.StartFailure;
import io.nearcast.config.lease.NodeLease;
import io.nearcast.config.metrics.Metrics;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.PurgePolicy.WhenCutOff;
import io.nearcast.config.model.Service;
import io.nearcast.edge.admin.AdminServer;
import io.nearcast.edge.agent.Agent;
import io.nearcast.edge.agent.Sweeper;
import io.nearcast.edge.coding.Coder;
import io.nearcast.edge.flow.AccessLog;
import io.nearcast.edge.flow.Engine;
import io.nearcast.edge.flow.FlowMetrics;
import io.nearcast.edge.flow.Tiers;
import io.nearcast.edge.flow.TunnelLimits;
import io.nearcast.edge.http.EventLoops;
import io.nearcast.edge.http.Limits;
import io.nearcast.edge.http.Server;
import io.nearcast.edge.http.ServerMetrics;
import io.nearcast.edge.purge.OwnPurgeLog;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.store.Store;
import io.nearcast.edge.store.memory.MemoryStore;
import io.nearcast.edge.upstream.Target;
import io.nearcast.edge.upstream.UpstreamLimits;
import io.nearcast.edge.upstream.Upstreams;
import io.nearcast.edge.warm.Warmer;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A caching node: an edge or a shield, standalone or a member of a CDN. Wires the packages below in
 * the order of the data flow and stops them in reverse.
 */
public final class CacheNode implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CacheNode.class);

  /** The name of a node that is nobody's member, and of its only service. */
  private static final String STANDALONE = "nearcast";

  private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(10);

  /** What is to be closed, the last first. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private final NodeLease lease;
  private final Engine engine;
  private final Server server;
  private final AdminServer adminServer;
  private final AtomicReference<@Nullable FeedFollower> follower = new AtomicReference<>();
  private final AtomicReference<@Nullable Warmer> warmer = new AtomicReference<>();

  private CacheNode(
      CacheNodeOptions options,
      LongSupplier nowMillis,
      NodeLease lease,
      Predicate<WhenCutOff> permits,
      TunnelLimits tunnels) {
    this.lease = lease;
    try {
      String id = id(options.source());
      Metrics metrics = new Metrics();
      EventLoops loops = started(EventLoops.start(options.threads(), false));
      Store store = started(new MemoryStore(options.memoryBytes()));
      AccessLog accessLog =
          started(options.accessLog().map(AccessLog::to).orElseGet(AccessLog::none));
      Upstreams upstreams =
          started(new Upstreams(loops.group(), UpstreamLimits.STANDARD, metrics.registry()));
      Optional<DataDirectory> data = data(options.source()).map(this::started);
      PurgeIndex ownPurges = new PurgeIndex();
      OwnPurgeLog ownLog =
          started(
              data.map(directory -> OwnPurgeLog.open(directory.path(), ownPurges))
                  .orElseGet(() -> OwnPurgeLog.none(ownPurges)));
      Tiers tiers = new Tiers(options.trustTiers().stream().map(CacheNode::subnet).toList());
      engine =
          new Engine(
              new Engine.Parts(
                  id,
                  loopId(options.source(), id),
                  options.tier(),
                  store,
                  started(new Coder(store::newBody, store::reweigh, metrics.registry())),
                  options.memoryBytes() / 4,
                  new PurgeIndex(),
                  ownPurges,
                  upstreams,
                  tiers,
                  new FlowMetrics(metrics.registry()),
                  accessLog,
                  tunnels,
                  permits,
                  nowMillis),
              Routes.none());
      Sweeper sweeper = started(new Sweeper(engine, ownLog, this::matched));
      // The address is taken first, for the feed is told it; requests wait in the backlog.
      server =
          started(
              Server.start(
                  loops,
                  options.listen().toSocketAddress(),
                  engine,
                  options.tier() == Engine.Tier.EDGE ? Limits.DEFAULT : Limits.DEFAULT.forTiers(),
                  new ServerMetrics(metrics.registry())));
      new NodeMetrics(engine, server, accessLog, this::urlsToWarm).register(metrics.registry());
      switch (options.source()) {
        case CacheNodeOptions.Source.Standalone alone -> serve(alone, engine);
        case CacheNodeOptions.Source.Member member ->
            follow(
                member,
                options,
                data.orElseThrow(),
                new Agent(id, engine, tiers, sweeper, isEdge(options), warmer(id)::order));
      }
      adminServer =
          started(
              AdminServer.start(options.admin(), engine, sweeper, server, follower::get, metrics));
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /**
   * Starts a node; returns when it serves.
   *
   * @throws StartFailure if an address cannot be had, or a directory or file not be used
   */
  public static CacheNode start(CacheNodeOptions options) {
    NodeLease lease = NodeLease.ofSystemClocks();
    return new CacheNode(
        options,
        System::currentTimeMillis,
        lease,
        needsLease(options) ? lease::permits : _ -> true,
        TunnelLimits.DEFAULT);
  }

  /**
   * The same by another clock than the system's, in ms since 1970.
   *
   * @param permits in place of the lease
   */
  static CacheNode start(
      CacheNodeOptions options,
      LongSupplier nowMillis,
      Predicate<WhenCutOff> permits,
      TunnelLimits tunnels) {
    return new CacheNode(options, nowMillis, NodeLease.ofSystemClocks(), permits, tunnels);
  }

  private <T extends AutoCloseable> T started(T part) {
    parts.push(part);
    return part;
  }

  /** Only edges hold leases; a node that is nobody's member has nobody to be cut off from. */
  private static boolean needsLease(CacheNodeOptions options) {
    return isEdge(options) && options.source() instanceof CacheNodeOptions.Source.Member;
  }

  private static boolean isEdge(CacheNodeOptions options) {
    return options.tier() == Engine.Tier.EDGE;
  }

  /** A standalone node has none: what it stores and its purges end with it. */
  private static Optional<DataDirectory> data(CacheNodeOptions.Source source) {
    return source instanceof CacheNodeOptions.Source.Member member
        ? Optional.of(DataDirectory.open("--data", member.data()))
        : Optional.empty();
  }

  private static String id(CacheNodeOptions.Source source) {
    return switch (source) {
      case CacheNodeOptions.Source.Standalone _ -> STANDALONE;
      case CacheNodeOptions.Source.Member member -> member.id();
    };
  }

  /** Unique in the CDN: standalone nodes, which have no id, draw one. */
  private static String loopId(CacheNodeOptions.Source source, String id) {
    return source instanceof CacheNodeOptions.Source.Member
        ? id + ".nearcast"
        : Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".nearcast";
  }

  private static IpSubnetFilterRule subnet(String cidr) {
    int slash = cidr.indexOf('/');
    try {
      return new IpSubnetFilterRule(
          cidr.substring(0, slash),
          Integer.parseInt(cidr.substring(slash + 1)),
          IpFilterRuleType.ACCEPT);
    } catch (RuntimeException e) {
      throw new StartFailure(
          "--trust-tier " + cidr + " is not a network: write ADDRESS/PREFIX, as in 10.0.0.0/8", e);
    }
  }

  private static void serve(CacheNodeOptions.Source.Standalone alone, Engine engine) {
    Origin origin = new Origin("origin", alone.origin(), false, null);
    Service service =
        new Service(
            STANDALONE,
            List.of("localhost"),
            List.of(origin),
            alone.cache(),
            PurgePolicy.DEFAULT,
            List.of(),
            alone.upgrades());
    engine.parts().upstreams().shields(alone.shields().stream().map(CacheNode::shield).toList());
    engine.parts().upstreams().services(List.of(service));
    engine.routes(Routes.anyHost(service));
  }

  private static Target shield(URI url) {
    Origin address = new Origin("shield", url, false, null);
    return new Target(
        url.getHost() + ':' + address.port(),
        true,
        address.secure(),
        url.getHost(),
        address.port());
  }

  private void follow(
      CacheNodeOptions.Source.Member member,
      CacheNodeOptions options,
      DataDirectory data,
      Agent agent) {
    HostPort address = member.advertise().orElseGet(() -> HostPort.of(server.address()));
    NodeIdentity identity =
        new NodeIdentity(
            member.id(),
            isEdge(options) ? NodeRole.EDGE : NodeRole.SHIELD,
            member.pop(),
            address.toString());
    follower.set(
        started(
            FeedFollower.start(
                identity, member.controlPlanes(), member.token(), data.path(), agent, lease)));
  }

  private Warmer warmer(String id) {
    Warmer warming = started(new Warmer(id, server.address(), engine::routes, this::warmed));
    warmer.set(warming);
    return warming;
  }

  private int urlsToWarm() {
    Warmer warming = warmer.get();
    return warming == null ? 0 : warming.waiting();
  }

  private void warmed(String warmId, WarmReceipt receipt) {
    FeedFollower following = follower.get();
    if (following != null) {
      following.warmed(warmId, receipt);
    }
  }

  private void matched(String purgeId, long count) {
    FeedFollower following = follower.get();
    if (following != null) {
      following.matched(purgeId, count);
    }
  }

  /** Where clients connect. */
  public InetSocketAddress dataAddress() {
    return server.address();
  }

  Engine engine() {
    return engine;
  }

  Server server() {
    return server;
  }

  /** Where the admin endpoint listens. */
  public InetSocketAddress adminAddress() {
    return adminServer.address();
  }

  /** Lets requests that are under way end, for 10 s at most, leaves the membership, and stops. */
  @Override
  public void close() {
    if (server != null) {
      FeedFollower following = follower.get();
      if (following != null) {
        following.draining(true);
      }
      Warmer warming = warmer.get();
      if (warming != null) {
        warming.close();
      }
      engine.endTunnels();
      server.drain(DRAIN_PATIENCE);
    }
    for (AutoCloseable part = parts.poll(); part != null; part = parts.poll()) {
      try {
        part.close();
      } catch (Exception e) {
        log.warn("{} did not stop cleanly", part.getClass().getSimpleName(), e);
      }
    }
  }
}
