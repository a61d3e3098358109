package io.nearcast.control.rest;

import io.nearcast.control.auth.Tokens;
import io.nearcast.control.catalog.Origins;
import io.nearcast.control.catalog.Pops;
import io.nearcast.control.catalog.Services;
import io.nearcast.control.feed.FeedTail;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.purge.Purges;
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
 * @param tail what streams send
 */
public record RestApi(Ledger ledger, Tokens tokens, Members members, Purges purges, FeedTail tail) {

  /** Starts to serve. */
  public RestServer serve(InetSocketAddress listen) {
    return RestServer.start(routes(), tokens, listen);
  }

  List<Route> routes() {
    Services services = new Services(ledger);
    return Stream.of(
            new ServicesApi(services).routes(),
            new OriginsApi(new Origins(services)).routes(),
            new PurgesApi(purges).routes(),
            new PopsApi(new Pops(ledger)).routes(),
            new NodesApi(ledger, members, purges).routes(),
            new TokensApi(tokens, services).routes(),
            new FeedApi(ledger, tail).routes())
        .flatMap(List::stream)
        .toList();
  }
}
