package io.nearcast.edge;

import io.nearcast.config.model.PurgePolicy.WhenCutOff;
import io.nearcast.edge.flow.AccessLog;
import io.nearcast.edge.flow.Engine;
import io.nearcast.edge.http.Server;
import io.nearcast.edge.store.StoreStats;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Shows how close a node is to its bounds: read when the metrics are asked for, never counted on
 * the way of a request.
 */
final class NodeMetrics extends Collector {
  private final Engine engine;
  private final Server server;
  private final AccessLog accessLog;
  private final IntSupplier urlsToWarm;

  NodeMetrics(Engine engine, Server server, AccessLog accessLog, IntSupplier urlsToWarm) {
    this.engine = engine;
    this.server = server;
    this.accessLog = accessLog;
    this.urlsToWarm = urlsToWarm;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    StoreStats store = engine.parts().store().stats();
    return List.of(
        gauge("nearcast_store_responses", "Responses in memory.", store.responses()),
        gauge("nearcast_store_bytes", "What they weigh, heap included.", store.bytes()),
        gauge("nearcast_store_bytes_max", "Above this weight they are evicted.", store.bytesMax()),
        gauge("nearcast_body_memory_bytes", "Body memory in use.", store.bodyBytesUsed()),
        gauge("nearcast_body_memory_bytes_max", "The bound of body memory.", store.bodyBytesMax()),
        counter("nearcast_store_evictions", "Responses evicted.", store.evicted()),
        gauge("nearcast_client_connections", "Client connections.", server.connections()),
        gauge(
            "nearcast_client_connections_max",
            "The bound of client connections.",
            server.limits().connections()),
        gauge("nearcast_fills_joinable", "Fills that others could join.", engine.fillsInProgress()),
        gauge(
            "nearcast_leased",
            "1 where services that say revalidate are served without asking the origin first.",
            engine.parts().permits().test(WhenCutOff.REVALIDATE) ? 1 : 0),
        gauge(
            "nearcast_cut_off_objects",
            "Objects that the origin was asked about within a second for want of a lease.",
            engine.cutOffObjects()),
        gauge(
            "nearcast_refreshes",
            "Refreshes under way of what was purged softly.",
            engine.refreshesUnderWay()),
        gauge(
            "nearcast_warm_waiting",
            "URLs that are to be fetched before clients ask for them.",
            urlsToWarm.getAsInt()),
        gauge(
            "nearcast_purge_stamps",
            "Purge selectors that are kept apart.",
            engine.parts().purges().size() + engine.parts().ownPurges().size()),
        gauge(
            "nearcast_applied_sequence",
            "The last entry of the feed that was applied.",
            engine.parts().purges().applied().sequence()),
        counter(
            "nearcast_access_log_dropped", "Entries not written to the log.", accessLog.dropped()));
  }

  private static MetricFamilySamples gauge(String name, String help, long value) {
    return new GaugeMetricFamily(name, help, (double) value);
  }

  private static MetricFamilySamples counter(String name, String help, long value) {
    return new CounterMetricFamily(name, help, (double) value);
  }
}
