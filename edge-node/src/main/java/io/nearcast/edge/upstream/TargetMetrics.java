package io.nearcast.edge.upstream;

import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import java.util.function.Function;

/** What is counted of one target. Safe for all threads. */
final class TargetMetrics {
  private final Counter.Child completed;
  private final Counter.Child aborted;
  private final Counter.Child away;
  private final Counter.Child couldNotConnect;
  private final Counter.Child timedOut;
  private final Counter.Child closedEarly;
  private final Counter.Child malformed;
  private final Counter.Child noCapacity;
  private final Counter.Child connects;
  private final Counter.Child reuses;
  private final Counter.Child retries;
  private final Counter.Child retriesRefused;
  private final Gauge.Child connections;
  private final Gauge.Child healthy;

  TargetMetrics(
      Function<String, Counter.Child> requestsByOutcome,
      Counter.Child connects,
      Counter.Child reuses,
      Counter.Child retries,
      Counter.Child retriesRefused,
      Gauge.Child connections,
      Gauge.Child healthy) {
    completed = requestsByOutcome.apply("completed");
    aborted = requestsByOutcome.apply("aborted");
    away = requestsByOutcome.apply("away");
    couldNotConnect = requestsByOutcome.apply("could-not-connect");
    timedOut = requestsByOutcome.apply("timed-out");
    closedEarly = requestsByOutcome.apply("closed-early");
    malformed = requestsByOutcome.apply("malformed");
    noCapacity = requestsByOutcome.apply("no-capacity");
    this.connects = connects;
    this.reuses = reuses;
    this.retries = retries;
    this.retriesRefused = retriesRefused;
    this.connections = connections;
    this.healthy = healthy;
    healthy.set(1);
  }

  void completed() {
    completed.inc();
  }

  void aborted() {
    aborted.inc();
  }

  void away() {
    away.inc();
  }

  void failed(UpstreamFailure failure) {
    Counter.Child outcome =
        switch (failure) {
          case UpstreamFailure.CouldNotConnect _ -> couldNotConnect;
          case UpstreamFailure.TimedOut _ -> timedOut;
          case UpstreamFailure.ClosedEarly _ -> closedEarly;
          case UpstreamFailure.Malformed _ -> malformed;
          case UpstreamFailure.NoCapacity _ -> noCapacity;
        };
    outcome.inc();
  }

  void connected() {
    connects.inc();
  }

  void reused() {
    reuses.inc();
  }

  void retried() {
    retries.inc();
  }

  void retryRefused() {
    retriesRefused.inc();
  }

  void opened() {
    connections.inc();
  }

  void closed() {
    connections.dec();
  }

  void healthy(boolean is) {
    healthy.set(is ? 1 : 0);
  }
}
