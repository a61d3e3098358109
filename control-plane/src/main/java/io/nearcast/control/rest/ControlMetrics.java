package io.nearcast.control.rest;

import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.metrics.Metrics;
import io.nearcast.control.compaction.Snapshots;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.purge.Purges;
import io.prometheus.client.Collector;
import io.prometheus.client.Counter;
import io.prometheus.client.GaugeMetricFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the control plane counts. Those that are there anyway are read when somebody asks. */
final class ControlMetrics extends Collector {
  private final Ledger ledger;
  private final Members members;
  private final Purges purges;
  private final FeedApi feed;

  private ControlMetrics(Ledger ledger, Members members, Purges purges, FeedApi feed) {
    this.ledger = ledger;
    this.members = members;
    this.purges = purges;
    this.feed = feed;
  }

  /**
   * Registers all.
   *
   * @return the counter of requests, by method and status
   */
  static Counter register(
      Metrics metrics, Ledger ledger, Members members, Purges purges, FeedApi feed) {
    metrics.registry().register(new ControlMetrics(ledger, members, purges, feed));
    return Counter.build("nearcast_control_requests_total", "Requests that were answered.")
        .labelNames("method", "status")
        .register(metrics.registry());
  }

  @Override
  public List<MetricFamilySamples> collect() {
    List<MetricFamilySamples> all = new ArrayList<>();
    all.add(
        gauge("feed_head", "The last sequence of the log.", (double) ledger.state().sequence()));
    all.add(gauge("log_entries", "Entries of the log that are kept.", (double) feed.logLength()));
    all.add(gauge("purge_stamps", "Purges that a snapshot carries.", feed.stamps()));
    all.add(gauge("purge_stamps_max", "The most; then they are merged.", Snapshots.STAMPS_MAX));
    all.add(gauge("feed_streams", "Nodes that follow the feed here.", feed.count()));
    all.add(gauge("feed_streams_max", "The most at once.", FeedApi.STREAMS_MAX));
    all.add(gauge("purges_open", "Purges that are not complete.", purges.openCount()));
    all.add(gauge("purges_open_max", "The most at once.", Purges.OPEN_MAX));
    all.add(gauge("decisions_waiting", "Changes that wait to be written.", ledger.waiting()));
    all.add(gauge("services", "Active services.", ledger.state().services().size()));
    all.add(nodes());
    return all;
  }

  private GaugeMetricFamily nodes() {
    GaugeMetricFamily nodes =
        new GaugeMetricFamily("nearcast_control_nodes", "Members by state.", List.of("state"));
    for (NodeState state : NodeState.values()) {
      nodes.addMetric(
          List.of(state.name().toLowerCase(Locale.ROOT)),
          (double) members.fleet().nodes().stream().filter(node -> node.state() == state).count());
    }
    return nodes;
  }

  private static GaugeMetricFamily gauge(String name, String help, double value) {
    return new GaugeMetricFamily("nearcast_control_" + name, help, value);
  }
}
