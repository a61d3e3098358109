package io.nearcast.edge.flow;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.purge.FillEpoch;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.upstream.UpstreamRequest;

/**
 * What a fill is to fetch; made by {@link Orders}.
 *
 * @param route the service
 * @param policy what counts for the request
 * @param client the request that made it necessary
 * @param upstream what is sent
 * @param reason why it goes forward
 * @param mayStore whether the answer may be stored at all
 * @param epoch where the fill stands among the purges, with the key of the answer
 * @param ownEpoch the node's own purges that had been entered when the fill was begun
 * @param mayServeStale whether what is stored may be served because the upstream fails
 */
record Order(
    Route route,
    CachePolicy policy,
    RequestHead client,
    UpstreamRequest upstream,
    Reason reason,
    boolean mayStore,
    FillEpoch epoch,
    long ownEpoch,
    boolean mayServeStale) {

  /** Under what the answer is stored. */
  CacheKey key() {
    return epoch.key();
  }
}
