package io.nearcast.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.Service;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.netty.util.ResourceLeakDetector;
import io.prometheus.client.CollectorRegistry;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.TrustManagerFactory;

/** An Upstreams with one event loop, called from a test's thread. */
final class Client implements AutoCloseable {
  final CollectorRegistry registry = new CollectorRegistry();
  final Upstreams upstreams;
  final EventLoop loop;
  private final MultiThreadIoEventLoopGroup group;
  private final List<Target> targets = new ArrayList<>();

  private Client(
      MultiThreadIoEventLoopGroup group,
      UpstreamLimits limits,
      TrustManagerFactory trust,
      DnsServerAddressStreamProvider nameServers) {
    this.group = group;
    loop = group.next();
    upstreams = new Upstreams(group, limits, registry, trust, nameServers);
  }

  static Client start() {
    return start(UpstreamLimits.STANDARD);
  }

  static Client start(UpstreamLimits limits) {
    return new Client(epoll(), limits, null, DnsServerAddressStreamProviders.platformDefault());
  }

  static Client portable() {
    return new Client(
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()),
        UpstreamLimits.STANDARD,
        null,
        DnsServerAddressStreamProviders.platformDefault());
  }

  static Client trusting(TrustManagerFactory trust) {
    return new Client(
        epoll(), UpstreamLimits.STANDARD, trust, DnsServerAddressStreamProviders.platformDefault());
  }

  static Client asking(InetSocketAddress nameServer) {
    return new Client(
        epoll(),
        UpstreamLimits.STANDARD,
        null,
        new SingletonDnsServerAddressStreamProvider(nameServer));
  }

  private static MultiThreadIoEventLoopGroup epoll() {
    return new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  }

  /** A service of these origins; a name that begins with "spare" makes a backup. */
  static Service service(Target... origins) {
    List<Origin> list = new ArrayList<>();
    for (Target origin : origins) {
      URI url = URI.create((origin.secure() ? "https://" : "http://") + origin.address());
      list.add(new Origin(origin.name(), url, origin.name().startsWith("spare"), null));
    }
    return service(list);
  }

  static Service service(List<Origin> origins) {
    return new Service(
        "test",
        List.of("test.example"),
        origins,
        CachePolicy.DEFAULT,
        PurgePolicy.DEFAULT,
        List.of());
  }

  /** A plan over these targets in this order. */
  UpstreamPlan plan(Target... order) {
    return plan(new RetryBudget(System::nanoTime), order);
  }

  UpstreamPlan plan(RetryBudget budget, Target... order) {
    targets.addAll(List.of(order));
    return new UpstreamPlan(List.of(order).stream().map(upstreams::state).toList(), budget);
  }

  static UpstreamRequest get(String path) {
    return request("GET", path);
  }

  static UpstreamRequest request(String method, String path, String... fields) {
    return UpstreamRequest.of(head(method, path, fields));
  }

  static RequestHead head(String method, String path, String... fields) {
    return RequestHead.of(method, "http", "test.example", path, Fields.of(fields));
  }

  Recorder send(UpstreamPlan plan, UpstreamRequest request) {
    Recorder recorder = new Recorder();
    send(plan, request, recorder);
    return recorder;
  }

  UpstreamExchange send(UpstreamPlan plan, UpstreamRequest request, UpstreamListener listener) {
    return onLoop(() -> upstreams.send(loop, plan, request, listener));
  }

  /** Runs on the loop and waits. */
  <T> T onLoop(Callable<T> task) {
    try {
      return loop.submit(task).get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Runs on the loop and waits. */
  void onLoop(Runnable task) {
    CompletableFuture.runAsync(task, loop).orTimeout(20, TimeUnit.SECONDS).join();
  }

  double metric(String name, String... labelsAndValues) {
    List<String> labels = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < labelsAndValues.length; i += 2) {
      labels.add(labelsAndValues[i]);
      values.add(labelsAndValues[i + 1]);
    }
    Double value =
        registry.getSampleValue(name, labels.toArray(String[]::new), values.toArray(String[]::new));
    return value == null ? -1 : value;
  }

  /** Closes, and checks that no connection is left. */
  @Override
  public void close() {
    upstreams.close();
    for (Target target : targets) {
      assertThat(upstreams.state(target).connections()).as("connections of %s", target).isZero();
    }
    assertThat(upstreams.idleConnections()).isZero();
    await().until(() -> onLoop(() -> true));
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
  }

  /** Fails where a buffer was lost since the last call of {@link #watchLeaks}. */
  static void checkLeaks() {
    // A leak is found when the garbage collector has found the buffer, and the next one is made.
    for (int i = 0; i < 3; i++) {
      System.gc();
      ByteBufAllocator.DEFAULT.directBuffer(64).release();
    }
    assertThat(LEAK.get()).as("a leaked buffer").isNull();
  }

  static void watchLeaks() {
    assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
    LEAK.set(null);
    ByteBufUtil.setLeakListener((type, records) -> LEAK.set(records));
  }

  private static final AtomicReference<String> LEAK = new AtomicReference<>();
}
