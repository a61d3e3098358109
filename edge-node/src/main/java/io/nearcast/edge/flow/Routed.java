package io.nearcast.edge.flow;

import io.nearcast.config.model.KeyPolicy;
import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Decide;
import io.nearcast.edge.rules.Decision;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.PartialContent;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.RequestTraits;
import io.nearcast.edge.rules.StoredView;
import io.nearcast.edge.rules.UnkeyedFields;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import org.jspecify.annotations.Nullable;

/**
 * A request whose service has been found: what counts for it from there on.
 *
 * @param match the service and the domain by which it was found
 * @param policy the service's policy for the path
 * @param key what its answer is stored under
 * @param traits what of its head counts when deciding
 * @param demand what its answer must be as of
 * @param fromTier whether another tier asks, not a client
 */
record Routed(
    Routes.Match match,
    Route.Policy policy,
    CacheKey key,
    RequestTraits traits,
    Demand demand,
    boolean fromTier) {

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
        !fromTier
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
   * How to answer the request, once the store was asked.
   *
   * @param stored what was found and no purge has hit hard, or null
   * @param otherVariants whether there are responses under the key that Vary keeps from it
   * @param soft whether {@code stored} was purged softly
   * @param applied what this node had applied before it looked
   */
  Decision decide(
      Engine engine,
      RequestHead head,
      @Nullable StoredResponse stored,
      boolean otherVariants,
      boolean soft,
      Position applied) {
    long now = engine.nowMillis();
    if (stored != null && stored.content() instanceof Content.Part(PartialContent part)) {
      Decision elsewhere = Decide.decidePart(traits, head, stored.view(), part);
      if (elsewhere != null) {
        return elsewhere;
      }
    }
    StoredView view = stored == null ? null : stored.view();
    return permitted(Decide.decide(traits, view, otherVariants, soft, now), stored, applied);
  }

  /**
   * What may be given to another tier, or to anybody at an edge without a lease: nothing stale, and
   * nothing stored before the origin was asked where the demand says so (PURGE.md rule 12).
   *
   * @param applied what this node had applied before it looked
   */
  Decision permitted(Decision decision, @Nullable StoredResponse stored, Position applied) {
    if (stored == null || !(fromTier || demand.origin())) {
      return decision;
    }
    return switch (decision) {
      case Decision.Hit _ when demand.mustAskOrigin(applied) -> instead(Reason.REQUEST);
      case Decision.Stale _ -> instead(Reason.STALE);
      default -> decision;
    };
  }

  private Decision instead(Reason why) {
    if (!cutOff()) {
      return new Decision.Validate(why);
    }
    return traits.onlyIfCached()
        ? new Decision.Refuse(504, Reason.CUT_OFF)
        : new Decision.Validate(Reason.CUT_OFF);
  }

  /** Whether this edge has no lease for a service that asks for one. */
  boolean cutOff() {
    return !fromTier && demand.origin();
  }
}
