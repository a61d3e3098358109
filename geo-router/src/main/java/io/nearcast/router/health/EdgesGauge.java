package io.nearcast.router.health;

import io.nearcast.router.pick.Probed;
import io.prometheus.client.Collector;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Says of each edge whether the prober has it up: 1, down: 0, or not probed yet: 0.5. */
final class EdgesGauge extends Collector {
  private final Supplier<Map<String, Probed>> states;

  EdgesGauge(Supplier<Map<String, Probed>> states) {
    this.states = states;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    GaugeMetricFamily family =
        new GaugeMetricFamily(
            "nearcast_router_edge_up",
            "Whether the edge answers probes: 1 yes, 0 no, 0.5 not known yet",
            List.of("edge"));
    states
        .get()
        .forEach((id, state) ->
            family.addMetric(
                List.of(id),
                switch (state) {
                  case UP -> 1;
                  case DOWN -> 0;
                  case UNKNOWN -> 0.5;
                }));
    return List.of(family);
  }
}
