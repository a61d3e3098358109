package io.nearcast.router.dns;

import io.nearcast.router.pick.Choice;
import io.nearcast.router.pick.Located;
import io.nearcast.router.pick.Outcome;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;

/** What DNS counts. Any thread; every label is there from the start, at 0. */
final class DnsCounters {
  private final Counter queries;
  private final Counter responses;
  private final Counter choices;
  private final Counter ignored;
  private final Counter truncated;
  private final Counter noEdges;
  private final Counter failures;

  DnsCounters(CollectorRegistry registry) {
    queries =
        Counter.build("nearcast_dns_queries_total", "DNS messages that get a response")
            .labelNames("transport")
            .register(registry);
    queries.labels(transport(false));
    queries.labels(transport(true));
    responses =
        Counter.build("nearcast_dns_responses_total", "DNS responses by their code")
            .labelNames("rcode")
            .register(registry);
    for (Rcode rcode : Rcode.values()) {
      responses.labels(rcode.label());
    }
    choices =
        Counter.build("nearcast_dns_choices_total", "Answers with edges by why they were chosen")
            .labelNames("located", "outcome")
            .register(registry);
    for (Located located : Located.values()) {
      for (Outcome outcome : Outcome.values()) {
        choices.labels(located.word(), outcome.word());
      }
    }
    ignored =
        Counter.build("nearcast_dns_ignored_total", "DNS messages that get no response: no query")
            .register(registry);
    truncated =
        Counter.build("nearcast_dns_truncated_total", "DNS responses that did not fit a datagram")
            .register(registry);
    failures =
        Counter.build("nearcast_dns_failures_total", "Queries that failed by a fault of the router")
            .register(registry);
    noEdges =
        Counter.build("nearcast_dns_no_edge_total", "Queries that failed as no edge is known")
            .register(registry);
  }

  void query(boolean stream) {
    queries.labels(transport(stream)).inc();
  }

  private static String transport(boolean stream) {
    return stream ? "tcp" : "udp";
  }

  void response(Rcode rcode, boolean wasTruncated) {
    responses.labels(rcode.label()).inc();
    if (wasTruncated) {
      truncated.inc();
    }
  }

  void ignored() {
    ignored.inc();
  }

  void choice(Choice choice) {
    choices.labels(choice.located().word(), choice.outcome().word()).inc();
  }

  void failed() {
    failures.inc();
  }

  void noEdge() {
    noEdges.inc();
  }
}
