package io.nearcast.edge.flow;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.purge.PurgeIndex.Position;
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
 * @param key under what the answer is stored
 * @param client the request that made it necessary
 * @param upstream what is sent
 * @param reason why it goes forward
 * @param mayStore whether the answer may be stored at all
 * @param position what had been applied when the fill was begun; its log and sequence name what the
 *     answer is as of
 * @param floor the sequence that the answer will at least be as of (PURGE.md rule 9)
 * @param ownEpoch the node's own purges that had been entered when the fill was begun
 * @param mayServeStale whether what is stored may be served because the upstream fails
 */
record Order(
    Route route,
    CachePolicy policy,
    CacheKey key,
    RequestHead client,
    UpstreamRequest upstream,
    Reason reason,
    boolean mayStore,
    Position position,
    long floor,
    long ownEpoch,
    boolean mayServeStale) {}
