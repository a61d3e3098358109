package io.nearcast.edge.upstream;

import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import java.util.List;
import java.util.function.Function;

/** What is counted of one target. Safe for all threads. */
final class TargetMetrics {
  private static final String COMPLETED = "completed";
  private static final String ABORTED = "aborted";
  private static final String AWAY = "away";
  private static final String COULD_NOT_CONNECT = "could-not-connect";
  private static final String TIMED_OUT = "timed-out";
  private static final String CLOSED_EARLY = "closed-early";
  private static final String MALFORMED = "malformed";
  private static final String UNSTATED = "unstated";
  private static final String NO_CAPACITY = "no-capacity";

  /** What can become of an attempt, in the words of the metrics. */
  static final List<String> OUTCOMES =
      List.of(
          COMPLETED,
          ABORTED,
          AWAY,
          COULD_NOT_CONNECT,
          TIMED_OUT,
          CLOSED_EARLY,
          MALFORMED,
          UNSTATED,
          NO_CAPACITY);

  private final Counter.Child completed;
  private final Counter.Child aborted;
  private final Counter.Child away;
  private final Counter.Child couldNotConnect;
  private final Counter.Child timedOut;
  private final Counter.Child closedEarly;
  private final Counter.Child malformed;
  private final Counter.Child unstated;
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
    completed = requestsByOutcome.apply(COMPLETED);
    aborted = requestsByOutcome.apply(ABORTED);
    away = requestsByOutcome.apply(AWAY);
    couldNotConnect = requestsByOutcome.apply(COULD_NOT_CONNECT);
    timedOut = requestsByOutcome.apply(TIMED_OUT);
    closedEarly = requestsByOutcome.apply(CLOSED_EARLY);
    malformed = requestsByOutcome.apply(MALFORMED);
    unstated = requestsByOutcome.apply(UNSTATED);
    noCapacity = requestsByOutcome.apply(NO_CAPACITY);
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
          case UpstreamFailure.Unstated _ -> unstated;
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
