package io.nearcast.edge.flow;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.rules.Storability;
import io.nearcast.edge.rules.Storable;
import io.nearcast.edge.rules.Validation;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import java.util.function.BooleanSupplier;

/** What the answer to a HEAD that was handed on does to what is stored (RFC 9111 section 4.3.5). */
final class HeadEffects {
  private HeadEffects() {}

  /**
   * Updates the stored response that a GET would have been answered with, or removes it where it is
   * another one by now.
   *
   * @param answer as it came from upstream
   * @param requestMillis when it was asked for
   * @param doubtful whether its URL was invalidated after it was asked for
   */
  static void apply(
      Engine engine,
      Order order,
      ResponseHead answer,
      long requestMillis,
      BooleanSupplier doubtful) {
    // One that was handed on past what is fresh has its own conditions: its answer says nothing.
    if (order.reason() != Reason.HEAD || doubtful.getAsBoolean()) {
      return;
    }
    StoredResponse stored = engine.store().lookup(order.key(), order.client());
    if (stored == null) {
      return;
    }
    switch (Validation.headEffect(stored.head(), length(stored), answer)) {
      case UPDATE -> update(engine, order, stored, answer, requestMillis, doubtful);
      case STALE -> engine.store().remove(stored);
      case NONE -> {}
    }
    stored.release();
  }

  private static void update(
      Engine engine,
      Order order,
      StoredResponse stored,
      ResponseHead answer,
      long requestMillis,
      BooleanSupplier doubtful) {
    long now = engine.nowMillis();
    ResponseHead head = Validation.update(stored.head(), answer.dated(now));
    RequestHead asGet = withMethodGet(order.client());
    Freshness freshness = Freshness.of(asGet, head, requestMillis, now, order.policy());
    Storable storable = Storability.decide(asGet, head, freshness, order.policy());
    if (storable instanceof Storable.DoNotStore(Reason reason)) {
      if (!ofRequest(reason)) {
        engine.store().remove(stored);
      }
      return;
    }
    Variant variant = Arrivals.variant(order, stored, head);
    if (!variant.equals(stored.variant())) {
      engine.store().remove(stored);
    }
    // It says nothing of purges: the body is as old as it was.
    Keeping.put(
        engine.store(),
        stored.withHead(head, variant, freshness, stored.asOf(), stored.ownEpoch()),
        order.policy().key().variants(),
        doubtful);
  }

  /** What only this one request has against storing says nothing of what others may have stored. */
  private static boolean ofRequest(Reason reason) {
    return reason == Reason.REQUEST_NO_STORE || reason == Reason.AUTHORIZATION;
  }

  private static long length(StoredResponse stored) {
    return stored.content() instanceof Content.Sliced(long whole) ? whole : stored.body().length();
  }

  private static RequestHead withMethodGet(RequestHead request) {
    Fields fields = request.fields();
    return RequestHead.of("GET", request.scheme(), request.authority(), request.target(), fields);
  }
}
