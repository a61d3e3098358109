package io.nearcast.edge.upstream;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import java.util.List;
import java.util.function.IntSupplier;

/** What is counted of upstreams, by target. Safe for all threads. */
final class UpstreamMetrics {
  private static final String[] LABELS = {"target", "address"};

  private final Counter requests;
  private final Counter connects;
  private final Counter reuses;
  private final Counter retries;
  private final Counter retriesRefused;
  private final Gauge connections;
  private final Gauge healthy;

  /**
   * @param registry where the metrics are shown
   * @param idle says how many connections are idle
   */
  UpstreamMetrics(CollectorRegistry registry, IntSupplier idle) {
    requests =
        Counter.build(
                "nearcast_upstream_requests_total", "Attempts to get an answer, by their outcome.")
            .labelNames("target", "address", "outcome")
            .register(registry);
    connects = counter("nearcast_upstream_connects_total", "Connections made.", registry);
    reuses = counter("nearcast_upstream_reuses_total", "Attempts on a used connection.", registry);
    retries = counter("nearcast_upstream_retries_total", "Requests sent again.", registry);
    retriesRefused =
        counter(
            "nearcast_upstream_retries_refused_total",
            "Requests not sent again for lack of retry budget.",
            registry);
    connections =
        Gauge.build("nearcast_upstream_connections", "Connections open or being opened.")
            .labelNames(LABELS)
            .register(registry);
    healthy =
        Gauge.build("nearcast_upstream_healthy", "1, or 0 where health checks say it is not.")
            .labelNames(LABELS)
            .register(registry);
    Gauge.build("nearcast_upstream_connections_idle", "Connections kept for the next request.")
        .create()
        .setChild(
            new Gauge.Child() {
              @Override
              public double get() {
                return idle.getAsInt();
              }
            })
        .register(registry);
  }

  private static Counter counter(String name, String help, CollectorRegistry registry) {
    return Counter.build(name, help).labelNames(LABELS).register(registry);
  }

  /** Takes away what is shown of a target that is not used any more. */
  void forget(Target target) {
    String name = target.name();
    String address = target.address();
    for (String outcome : TargetMetrics.OUTCOMES) {
      requests.remove(name, address, outcome);
    }
    for (Counter counter : List.of(connects, reuses, retries, retriesRefused)) {
      counter.remove(name, address);
    }
    connections.remove(name, address);
    healthy.remove(name, address);
  }

  /** The metrics of one target, each resolved once. */
  TargetMetrics of(Target target) {
    String name = target.name();
    String address = target.address();
    return new TargetMetrics(
        outcome -> requests.labels(name, address, outcome),
        connects.labels(name, address),
        reuses.labels(name, address),
        retries.labels(name, address),
        retriesRefused.labels(name, address),
        connections.labels(name, address),
        healthy.labels(name, address));
  }
}
