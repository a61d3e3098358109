package io.nearcast.edge.flow;

import io.nearcast.edge.http.Request;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.Slices;
import io.nearcast.edge.rules.Trailers;
import io.nearcast.edge.rules.UnkeyedFields;
import io.nearcast.edge.rules.Validation;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.UpstreamRequest;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the orders of one request to upstream: what is sent, and what the answer will be as of.
 *
 * @param client where the request came from
 * @param applied what this node had applied before it looked for the request's answer
 * @param ownEpoch how many purges of its own it had before that, also where something else is asked
 *     for later instead
 */
record Orders(
    Engine engine,
    Request request,
    InetSocketAddress client,
    Routed routed,
    Position applied,
    long ownEpoch) {

  /**
   * Fetches what others can use as well, whatever part of it the request asks for.
   *
   * @param stored what is to be validated or completed, or null
   */
  Order fill(@Nullable StoredResponse stored, Reason why) {
    if (stored == null) {
      return cold(why);
    }
    if (why == Reason.PARTIAL_MISS && stored.content() instanceof Content.Part(var part)) {
      // To an end nothing is joined without a strong validator (RFC 9111 section 3.4).
      Fields rest = part.completing(stored.head());
      boolean joins = rest.has("If-Range") || (rest.size() > 0 && part.first() == 0);
      boolean possible = joins && !Slices.suffix(request.head());
      return possible ? shared(rest, Aim.Plain.COMPLETE, () -> whole(why), null, why) : cold(why);
    }
    Fields conditions = Validation.conditionalFields(stored.head());
    return shared(conditions, Aim.Plain.VALIDATE, () -> whole(why), stored, why);
  }

  private Order cold(Reason why) {
    RequestHead head = request.head();
    if (!routed.traits().range()) {
      return whole(why);
    }
    long far = Slices.far(head, engine.largeBytes());
    if (far >= 0 && engine.fills().isUnsliced(routed.key())) {
      return forward(why, true);
    }
    if (far >= 0) {
      return shared(Slices.askingCold(far), new Aim.Far(far), () -> forward(why, true), null, why);
    }
    if (Slices.suffix(head)) {
      Fields range = head.fields().without(name -> !isRange(name));
      return shared(range, Aim.Plain.TAIL, null, null, why);
    }
    return whole(why);
  }

  /** Whether a range so far behind is asked for that nothing shorter than a slice can answer it. */
  boolean unsliceable() {
    return Slices.far(request.head(), engine.largeBytes()) >= 0
        && engine.fills().isUnsliced(routed.key());
  }

  private static boolean isRange(String name) {
    return Fields.sameName(name, "Range") || Fields.sameName(name, "If-Range");
  }

  /** A range of what turns out to be too large to be kept is asked for as it is. */
  private Order whole(Reason why) {
    Supplier<Order> instead = routed.traits().range() ? () -> forward(why, true) : null;
    return shared(Fields.EMPTY, Aim.Plain.WHOLE, instead, null, why);
  }

  private Order shared(
      Fields asking,
      Aim aim,
      @Nullable Supplier<Order> instead,
      @Nullable StoredResponse validated,
      Reason why) {
    RequestHead head = routed.withoutUnkeyed(request.head());
    RequestHead upstream = UpstreamHeads.fill(head, routed.authority(head), client, hop(), asking);
    UpstreamRequest sent = UpstreamRequest.of(withTierFields(upstream, validated, false));
    return order(routed.key(), sent, aim, instead, why, true);
  }

  /**
   * Fetches one slice of a large object, in the variant that its manifest is of.
   *
   * @param key what the slice is found by
   */
  Order slice(CacheKey key, StoredResponse manifest, Aim.Slice slice, Reason why) {
    Fields asking = Slices.asking(slice.index(), slice.manifest(), slice.length());
    RequestHead head = selecting(routed.withoutUnkeyed(request.head()), manifest.variant());
    RequestHead upstream = UpstreamHeads.fill(head, routed.authority(head), client, hop(), asking);
    // Its validator is in its key: whatever has been invalidated, it is right or not found.
    UpstreamRequest sent = UpstreamRequest.of(withTierFields(upstream, null, true));
    return order(key, sent, slice, null, why, true);
  }

  /** The request with the fields that selected a stored response. */
  private static RequestHead selecting(RequestHead head, Variant variant) {
    Fields fields = head.fields();
    for (int i = 0; i < variant.names().size(); i++) {
      String name = variant.names().get(i);
      String value = variant.values().get(i);
      fields = value == null ? fields.without(name) : fields.with(name, value);
    }
    return head.withFields(fields);
  }

  /** Hands the request on as it is, with the client's own conditions and its body. */
  Order forward(Reason why, boolean mayStore) {
    RequestHead head = routed.withoutUnkeyed(request.head());
    RequestHead upstream = UpstreamHeads.passed(head, routed.authority(head), client, hop());
    boolean hasBody = request.hasBody() && routed.forwardsBody();
    if (hasBody && request.expectContinue()) {
      upstream = upstream.withFields(upstream.fields().with("Expect", "100-continue"));
    }
    if (Trailers.wanted(request.head().fields())) {
      upstream = upstream.withFields(upstream.fields().with("TE", "trailers"));
    }
    UpstreamRequest sent =
        new UpstreamRequest(
            withTierFields(upstream, null, false), hasBody, hasBody ? request.contentLength() : -1);
    boolean may = mayStore && !UnkeyedFields.overridesMethod(head.fields());
    return order(routed.key(), sent, Aim.Plain.AS_IS, null, why, may);
  }

  /** Hands a handshake on: like {@link #forward}, but the answer may be a 101. */
  Order upgrade(Reason why, String protocol) {
    RequestHead head = routed.withoutUnkeyed(request.head());
    RequestHead upstream = UpstreamHeads.passed(head, routed.authority(head), client, hop());
    UpstreamRequest sent =
        new UpstreamRequest(withTierFields(upstream, null, true), false, -1, protocol);
    return order(routed.key(), sent, Aim.Plain.AS_IS, null, why, false);
  }

  private UpstreamHeads.Hop hop() {
    return new UpstreamHeads.Hop(engine.loopId(), request.http10());
  }

  private Order order(
      CacheKey key,
      UpstreamRequest upstream,
      Aim aim,
      @Nullable Supplier<Order> instead,
      Reason why,
      boolean mayStore) {
    RequestHead asked = request.head();
    // What it brings is stored as the answer to a GET, also where a HEAD had it refreshed.
    boolean asGet = aim != Aim.Plain.AS_IS && !asked.method().equals("GET");
    RequestHead head = asGet ? upstream.head().withFields(asked.fields()) : asked;
    RequestHead whole =
        routed.traits().range() ? head.withFields(head.fields().without("Range")) : head;
    return new Order(
        routed.match().route(),
        routed.policy().cache(),
        whole,
        upstream,
        aim,
        instead,
        why,
        mayStore,
        routed.demand().begin(key, applied),
        ownEpoch,
        // A tier that knows of more is told of the error instead (PURGE.md rule 12).
        !routed.demand().mustAskOrigin(applied));
  }

  /**
   * @param stored what is validated, null for nothing: then a purge of the node's own, or an unsafe
   *     request that came by another way, may be newer than what the next tier has
   * @param pinned whether nothing that was invalidated can be the answer
   */
  private RequestHead withTierFields(
      RequestHead upstream, @Nullable StoredResponse stored, boolean pinned) {
    Fields.Builder fields = Fields.builder().addAll(upstream.fields());
    Position min = routed.demand().forward(engine.purges(), routed.key());
    long purgedUpTo = stored == null ? 0 : stored.ownEpoch();
    boolean invalidated = stored == null && !pinned && engine.invalidations().lately(routed.key());
    boolean origin =
        invalidated
            || engine.ownPurges().min(routed.key()) > purgedUpTo
            || routed.demand().origin();
    engine.tiers().write(fields, min, origin);
    return upstream.withFields(fields.build());
  }
}
