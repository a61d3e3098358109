package io.nearcast.edge.flow;

import io.nearcast.edge.rules.Reason;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import java.util.EnumMap;
import java.util.Map;

/** What is counted of requests and fills. For any thread; every child is resolved once. */
public final class FlowMetrics {
  private final Map<Reason, Counter.Child> requests = new EnumMap<>(Reason.class);
  private final Map<Reason, Counter.Child> bytes = new EnumMap<>(Reason.class);
  private final Map<Reason, Counter.Child> notStored = new EnumMap<>(Reason.class);
  private final Counter broken;
  private final Counter fillFailures;
  private final Counter notStoredForSpace;
  private final Gauge fills;
  private final Gauge tunnels;
  private final Counter tunnelsOpened;
  private final Counter tunnelsRefused;

  /**
   * @param registry where the metrics are shown
   */
  public FlowMetrics(CollectorRegistry registry) {
    Counter requestCounter =
        Counter.build("nearcast_requests_total", "Requests answered, by what became of them.")
            .labelNames("reason")
            .register(registry);
    Counter byteCounter =
        Counter.build("nearcast_body_bytes_total", "Bytes of response bodies sent.")
            .labelNames("reason")
            .register(registry);
    Counter notStoredCounter =
        Counter.build("nearcast_not_stored_total", "Responses that were not stored, by why not.")
            .labelNames("reason")
            .register(registry);
    for (Reason reason : Reason.values()) {
      notStored.put(reason, notStoredCounter.labels(reason.token()));
      requests.put(reason, requestCounter.labels(reason.token()));
      bytes.put(reason, byteCounter.labels(reason.token()));
    }
    broken =
        Counter.build("nearcast_broken_transfers_total", "Responses that could not be completed.")
            .register(registry);
    fillFailures =
        Counter.build("nearcast_fill_failures_total", "Fills without an answer or without an end.")
            .register(registry);
    notStoredForSpace =
        Counter.build(
                "nearcast_fills_not_stored_for_space_total",
                "Fills whose body did not fit in memory and was handed on without being stored.")
            .register(registry);
    fills = Gauge.build("nearcast_fills", "Fills in progress.").register(registry);
    tunnels = Gauge.build("nearcast_tunnels", "Tunnels that are open.").register(registry);
    tunnelsOpened =
        Counter.build("nearcast_tunnels_opened_total", "Tunnels opened by upgrades.")
            .register(registry);
    tunnelsRefused =
        Counter.build("nearcast_tunnels_refused_total", "Upgrades above the limit of tunnels.")
            .register(registry);
  }

  void answered(Outcome outcome, long bodyBytes) {
    child(requests, outcome.reason()).inc();
    child(bytes, outcome.reason()).inc((double) bodyBytes);
    if (outcome.notStored() != null) {
      child(notStored, outcome.notStored()).inc();
    }
  }

  private static Counter.Child child(Map<Reason, Counter.Child> children, Reason reason) {
    return java.util.Objects.requireNonNull(children.get(reason));
  }

  void brokenTransfer() {
    broken.inc();
  }

  void tunnelOpened() {
    tunnels.inc();
    tunnelsOpened.inc();
  }

  void tunnelOver() {
    tunnels.dec();
  }

  void tunnelRefused() {
    tunnelsRefused.inc();
  }

  /** How many fills are in progress. */
  public int fills() {
    return (int) fills.get();
  }

  void fillBegun() {
    fills.inc();
  }

  void fillEnded() {
    fills.dec();
  }

  void fillFailed() {
    fillFailures.inc();
  }

  void notStoredForSpace() {
    notStoredForSpace.inc();
  }
}
