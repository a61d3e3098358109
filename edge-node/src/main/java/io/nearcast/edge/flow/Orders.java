package io.nearcast.edge.flow;

import io.nearcast.edge.http.Request;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.Trailers;
import io.nearcast.edge.rules.UnkeyedFields;
import io.nearcast.edge.rules.Validation;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.UpstreamRequest;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Makes the orders of one request to upstream: what is sent, and what the answer will be as of.
 *
 * @param client where the request came from
 * @param applied what this node had applied before it looked for the request's answer
 */
record Orders(
    Engine engine, Request request, InetSocketAddress client, Routed routed, Position applied) {

  /**
   * Fetches the whole response, for whoever wants it.
   *
   * @param stored what is validated, or null
   */
  Order fill(@Nullable StoredResponse stored, Reason why) {
    Fields conditions = stored == null ? Fields.EMPTY : Validation.conditionalFields(stored.head());
    RequestHead head = routed.withoutUnkeyed(request.head());
    RequestHead upstream =
        UpstreamHeads.fill(head, routed.authority(head), client, engine.loopId(), conditions);
    // What it brings is stored as the answer to a GET, also where a HEAD had it refreshed.
    RequestHead asked = request.head();
    RequestHead wanted = asked.method().equals("GET") ? asked : upstream.withFields(asked.fields());
    return order(wanted, UpstreamRequest.of(withTierFields(upstream, stored)), why, true);
  }

  /** Hands the request on as it is, with the client's own conditions and its body. */
  Order forward(Reason why, boolean mayStore) {
    RequestHead head = routed.withoutUnkeyed(request.head());
    RequestHead upstream =
        UpstreamHeads.passed(head, routed.authority(head), client, engine.loopId());
    boolean hasBody = request.hasBody() && routed.forwardsBody();
    if (hasBody && request.expectContinue()) {
      upstream = upstream.withFields(upstream.fields().with("Expect", "100-continue"));
    }
    if (Trailers.wanted(request.head().fields())) {
      upstream = upstream.withFields(upstream.fields().with("TE", "trailers"));
    }
    UpstreamRequest sent =
        new UpstreamRequest(
            withTierFields(upstream, null), hasBody, hasBody ? request.contentLength() : -1);
    boolean asItSays = !UnkeyedFields.overridesMethod(head.fields());
    return order(request.head(), sent, why, mayStore && asItSays);
  }

  /** Hands a handshake on: like {@link #forward}, but the answer may be a 101. */
  Order upgrade(Reason why, String protocol) {
    RequestHead head = routed.withoutUnkeyed(request.head());
    RequestHead upstream =
        UpstreamHeads.passed(head, routed.authority(head), client, engine.loopId());
    return order(
        request.head(),
        new UpstreamRequest(withTierFields(upstream, null), false, -1, protocol),
        why,
        false);
  }

  private Order order(RequestHead head, UpstreamRequest upstream, Reason why, boolean mayStore) {
    RequestHead whole =
        routed.traits().range() ? head.withFields(head.fields().without("Range")) : head;
    return new Order(
        routed.match().route(),
        routed.policy().cache(),
        whole,
        upstream,
        why,
        mayStore,
        routed.demand().begin(routed.key(), applied),
        engine.ownPurges().applied().sequence(),
        // A tier that knows of more is told of the error instead (PURGE.md rule 12).
        !routed.demand().mustAskOrigin(applied));
  }

  /**
   * @param stored what is validated, null for nothing: then a purge of the node's own may be newer
   *     than what the next tier has
   */
  private RequestHead withTierFields(RequestHead upstream, @Nullable StoredResponse stored) {
    Fields.Builder fields = Fields.builder().addAll(upstream.fields());
    Position min = routed.demand().forward(engine.purges(), routed.key(), applied);
    long purgedUpTo = stored == null ? 0 : stored.ownEpoch();
    boolean origin = engine.ownPurges().min(routed.key()) > purgedUpTo || routed.demand().origin();
    engine.tiers().write(fields, min, origin);
    return upstream.withFields(fields.build());
  }
}
