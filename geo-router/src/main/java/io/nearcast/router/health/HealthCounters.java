package io.nearcast.router.health;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;

/** What the prober counts. Any thread. */
final class HealthCounters {
  private final Counter probes;

  HealthCounters(CollectorRegistry registry) {
    probes =
        Counter.build("nearcast_router_probes_total", "Probes of edges by what they found")
            .labelNames("result")
            .register(registry);
  }

  void probe(ProbeResult result) {
    probes.labels(result.label()).inc();
  }
}
