package io.nearcast.edge.upstream;

import io.nearcast.config.model.Origin;
import io.nearcast.config.model.Service;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The origins of one version of a service, and the order in which they and the shields are asked.
 * Immutable but for the health that it reads; for all threads.
 */
final class ServiceTargets {
  /** How many shields a request may go through before the origin itself is asked. */
  private static final int SHIELDS_PER_REQUEST = 2;

  private final Service service;
  private final List<TargetState> origins;
  private final RetryBudget budget;
  private final @Nullable UpstreamPlan onlyOrigin;

  /**
   * @param states finds what is known of a target
   * @param budget the service's, which outlives its versions
   */
  ServiceTargets(Service service, Function<Target, TargetState> states, RetryBudget budget) {
    this.service = service;
    this.budget = budget;
    List<TargetState> ordered = new ArrayList<>();
    for (boolean backup : new boolean[] {false, true}) {
      for (Origin origin : service.origins()) {
        if (origin.backup() == backup) {
          ordered.add(states.apply(Target.of(origin)));
        }
      }
    }
    origins = List.copyOf(ordered);
    onlyOrigin = origins.size() == 1 ? new UpstreamPlan(origins, budget) : null;
  }

  /**
   * Whether this is made of that very document. Documents are not compared by value: that would
   * cost more than the rest of a plan.
   */
  @SuppressWarnings("ReferenceEquality")
  boolean isOf(Service document) {
    return service == document;
  }

  RetryBudget budget() {
    return budget;
  }

  List<TargetState> origins() {
    return origins;
  }

  /**
   * The two shields that weigh most for the key, then the origins as the service lists them,
   * backups last. Of all these, the ones that are down come at the end.
   *
   * @param shields all that serve
   * @param keyHash of the cache key, so that each object has its own shield
   */
  UpstreamPlan plan(List<TargetState> shields, long keyHash, long nowNanos) {
    UpstreamPlan constant = onlyOrigin;
    if (shields.isEmpty() && constant != null) {
      return constant;
    }
    List<TargetState> up = new ArrayList<>(origins.size() + SHIELDS_PER_REQUEST);
    List<TargetState> down = new ArrayList<>(0);
    for (TargetState shield : Rendezvous.heaviest(shields, keyHash, SHIELDS_PER_REQUEST)) {
      (shield.up(nowNanos) ? up : down).add(shield);
    }
    for (TargetState origin : origins) {
      (origin.up(nowNanos) ? up : down).add(origin);
    }
    up.addAll(down);
    return new UpstreamPlan(up, budget);
  }

  /** The targets of {@link #plan} in the order of the document, and whether each seems up. */
  Map<Target, Boolean> outlook(List<TargetState> shields, long keyHash, long nowNanos) {
    Map<Target, Boolean> outlook = new LinkedHashMap<>();
    for (TargetState shield : Rendezvous.heaviest(shields, keyHash, SHIELDS_PER_REQUEST)) {
      outlook.put(shield.target(), shield.seemsUp(nowNanos));
    }
    for (TargetState origin : origins) {
      outlook.put(origin.target(), origin.seemsUp(nowNanos));
    }
    return outlook;
  }
}
