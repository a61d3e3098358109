package io.nearcast.edge.flow;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.FillEpoch;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.upstream.UpstreamRequest;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a fill is to fetch; made by {@link Orders}.
 *
 * @param route the service
 * @param policy what counts for the request
 * @param client the request that made it necessary, without its Range
 * @param upstream what is sent
 * @param aim what that asks for
 * @param instead what to ask for once more where the answer is of no use, null for nothing
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
    Aim aim,
    @Nullable Supplier<Order> instead,
    Reason reason,
    boolean mayStore,
    FillEpoch epoch,
    long ownEpoch,
    boolean mayServeStale) {

  /** Under what the answer is stored. */
  CacheKey key() {
    return epoch.key();
  }

  /**
   * Whether its answer may be given to a request that comes now.
   *
   * @param tags of the answer, null where its head has not come
   * @param demand what the request demands
   */
  boolean joinable(Engine engine, String @Nullable [] tags, Demand demand) {
    return epoch.joinable(engine.purges(), tags, demand)
        && !engine.ownPurges().fenced(key(), tags, ownEpoch);
  }

  /** Whether it hands on just the range that a request has, on the same condition. */
  boolean asksForRangeOf(RequestHead request) {
    Fields asked = upstream.head().fields();
    Fields wanted = request.fields();
    return Objects.equals(asked.combined("Range"), wanted.combined("Range"))
        && Objects.equals(asked.combined("If-Range"), wanted.combined("If-Range"));
  }

  /**
   * Whether a 206 can be an answer: it says "that the server is successfully fulfilling a range
   * request" (RFC 9110 section 15.3.7). What such an answer to another method may mean is between
   * client and origin.
   */
  boolean asksForRange() {
    RequestHead asked = upstream.head();
    return !asked.method().equals("GET") || asked.fields().has("Range");
  }

  /** This order under another key, for an answer that turned out to be one slice. */
  Order withKey(CacheKey other) {
    return new Order(
        route,
        policy,
        client,
        upstream,
        aim,
        null,
        reason,
        mayStore,
        new FillEpoch(other, epoch.position(), epoch.floor()),
        ownEpoch,
        mayServeStale);
  }
}
