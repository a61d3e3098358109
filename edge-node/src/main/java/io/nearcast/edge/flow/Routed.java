package io.nearcast.edge.flow;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Decision;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.RequestTraits;
import io.nearcast.edge.rules.UnkeyedFields;
import io.nearcast.edge.store.StoredResponse;
import org.jspecify.annotations.Nullable;

/**
 * A request whose service has been found: what counts for it from there on.
 *
 * @param match the service and the domain by which it was found
 * @param policy the service's policy for the path
 * @param key what its answer is stored under
 * @param traits what of its head counts when deciding
 * @param ask what another tier asks, null where the request is a client's
 */
record Routed(
    Routes.Match match,
    Route.Policy policy,
    CacheKey key,
    RequestTraits traits,
    Tiers.@Nullable Ask ask) {

  /**
   * Where the origin sees the request: the service's domain, not the node's name before it, and the
   * port if it counts.
   */
  String authority(RequestHead head) {
    return policy.cache().key().port() ? match.domain() + head.portSuffix() : match.domain();
  }

  /**
   * The request without what could change the answer though the key does not have it; a tier has
   * seen to that for its clients.
   */
  RequestHead withoutUnkeyed(RequestHead head) {
    KeyPolicy keyPolicy = policy.cache().key();
    boolean unsafe = !traits.method().answeredFromCache();
    Fields fields =
        ask == null
            ? UnkeyedFields.without(head.fields(), keyPolicy.headers(), unsafe)
            : head.fields();
    return head.withFields(
        keyPolicy.scheme() ? Received.withScheme(fields, head.scheme()) : fields);
  }

  /**
   * Whether the request's body goes upstream. That of a GET or HEAD means nothing (RFC 9110 section
   * 9.3.1), but some origins answer by it: only where nothing is stored may they.
   */
  boolean forwardsBody() {
    return !traits.method().answeredFromCache() || policy.bypass();
  }

  /**
   * What another tier may be given: nothing stale, and nothing stored where this node is behind
   * what the tier has applied (PURGE.md, tiers).
   *
   * @param applied what this node had applied before it looked
   */
  Decision forTier(Decision decision, @Nullable StoredResponse stored, Position applied) {
    if (ask == null || stored == null) {
      return decision;
    }
    return switch (decision) {
      case Decision.Hit _ when mustAskOrigin(applied) -> new Decision.Validate(Reason.REQUEST);
      case Decision.Stale _ -> new Decision.Validate(Reason.STALE);
      default -> decision;
    };
  }

  /** Whether a tier knows of purges that what is stored here has not been compared with. */
  boolean mustAskOrigin(Position applied) {
    return ask != null
        && (ask.origin()
            || !ask.min().sameLog(applied)
            || ask.min().sequence() > applied.sequence());
  }

  /** Whether a fill that others began can answer a tier that may know of another log. */
  boolean mayJoin(Position applied) {
    // What a tier on another log asks for is asked of the origin, after it was (PURGE.md rule 16).
    return ask == null || (!ask.origin() && ask.min().sameLog(applied));
  }

  /** The newest purge that a tier names, 0 where the request is a client's. */
  long min() {
    return ask == null ? 0 : ask.min().sequence();
  }
}
