package io.nearcast.edge.flow;

import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.HopByHop;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.StaleOnError;
import io.nearcast.edge.rules.Storability;
import io.nearcast.edge.rules.Storable;
import io.nearcast.edge.rules.Validation;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.Target;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of the head that a fill's order has brought: reads, changes nothing.
 *
 * @param candidate what is stored and is being validated, or may serve on an error
 * @param candidateSoft whether it was purged softly
 * @param shared whether others could have joined the fill
 */
record Arrivals(
    Engine engine,
    Order order,
    @Nullable StoredResponse candidate,
    boolean candidateSoft,
    boolean shared) {

  /**
   * What to do with a final head.
   *
   * @param raw as it came
   * @param length bytes of body that follow, -1 where that is not known
   * @param requestMillis when it was asked for
   */
  Arrival of(Target from, ResponseHead raw, long length, long requestMillis) {
    long now = engine.nowMillis();
    Position asOf = order.epoch().asOf(from.shield(), Tiers.asOf(raw.fields()));
    if (raw.status() == 304 && (candidate != null || shared)) {
      return notModified(raw, asOf, requestMillis, now);
    }
    if (candidate != null && StaleOnError.isError(raw.status()) && maySaveUs(candidate, now)) {
      return new Arrival.ServeStale(candidate, raw.status());
    }
    ResponseHead head = raw.withFields(HopByHop.forStore(raw.fields())).dated(now);
    Freshness freshness = Freshness.of(order.client(), head, requestMillis, now, order.policy());
    Reason notStored = notStored(head, freshness, length);
    return notStored == null
        ? new Arrival.Store(
            head, freshness, VaryRule.of(head, order.client(), order.policy().key()), asOf)
        : new Arrival.Relay(
            raw.withFields(HopByHop.forClient(raw.fields())).dated(now), notStored, asOf);
  }

  private Arrival notModified(ResponseHead raw, Position asOf, long requestMillis, long now) {
    if (candidate == null || !Validation.confirms(candidate.head(), raw)) {
      return new Arrival.Malformed("304 for what was not asked about");
    }
    ResponseHead head = Validation.update(candidate.head(), raw.dated(now));
    Freshness freshness = Freshness.of(order.client(), head, requestMillis, now, order.policy());
    boolean keep = Purged.known(engine, asOf) && notStored(head, freshness, 0) == null;
    return new Arrival.Confirm(candidate, head, freshness, variant(candidate, head), asOf, keep);
  }

  /** A 304 may bring another Vary, which counts from then on (RFC 9111 sections 3.2 and 4.1). */
  private Variant variant(StoredResponse stored, ResponseHead updated) {
    Variant now = VaryRule.of(updated, order.client(), order.policy().key());
    return now.names().equals(stored.variant().names()) ? stored.variant() : now;
  }

  private @Nullable Reason notStored(ResponseHead head, Freshness freshness, long length) {
    if (!order.mayStore()) {
      return order.reason();
    }
    if (Storability.decide(order.client(), head, freshness, order.policy())
        instanceof Storable.DoNotStore(Reason reason)) {
      return reason;
    }
    return length > engine.objectBytesMax() ? Reason.TOO_LARGE : null;
  }

  /** What may be served because there is no answer at all, or null. */
  @Nullable StoredResponse onFailure() {
    return candidate != null && maySaveUs(candidate, engine.nowMillis()) ? candidate : null;
  }

  private boolean maySaveUs(StoredResponse stored, long now) {
    return order.mayServeStale() && StaleOnError.mayServe(stored.freshness(), candidateSoft, now);
  }
}
