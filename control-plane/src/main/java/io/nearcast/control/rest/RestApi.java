package io.nearcast.control.rest;

import io.nearcast.config.metrics.Metrics;
import io.nearcast.control.auth.Tokens;
import io.nearcast.control.catalog.Origins;
import io.nearcast.control.catalog.Pops;
import io.nearcast.control.catalog.Services;
import io.nearcast.control.compaction.Snapshots;
import io.nearcast.control.feed.FeedTail;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.purge.Purges;
import io.nearcast.control.warm.Warms;
import io.prometheus.client.Counter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * All routes, in one place.
 *
 * @param ledger the state
 * @param tokens who may do what
 * @param members the nodes
 * @param purges the purges
 * @param warms the warms
 * @param tail what streams send
 * @param snapshots what nodes get that cannot follow the log from where they are
 */
public record RestApi(
    Ledger ledger,
    Tokens tokens,
    Members members,
    Purges purges,
    Warms warms,
    FeedTail tail,
    Snapshots snapshots) {

  /**
   * Starts to serve.
   *
   * @throws IOException if the address cannot be listened on
   */
  public RestServer serve(InetSocketAddress listen) throws IOException {
    Metrics metrics = new Metrics();
    FeedApi feed = new FeedApi(ledger, tail, snapshots);
    Counter answered = ControlMetrics.register(metrics, ledger, members, purges, feed);
    return RestServer.start(routes(feed, metrics), tokens, answered, listen);
  }

  List<Route> routes(FeedApi feed, Metrics metrics) {
    Services services = new Services(ledger);
    return Stream.of(
            new ServicesApi(services).routes(),
            new OriginsApi(new Origins(services)).routes(),
            new PurgesApi(purges).routes(),
            new WarmApi(warms).routes(),
            new PopsApi(new Pops(ledger)).routes(),
            new NodesApi(ledger, members, purges, warms).routes(),
            new TokensApi(tokens, services).routes(),
            feed.routes(),
            new OpenRoutes(ledger, metrics).routes())
        .flatMap(List::stream)
        .toList();
  }
}
