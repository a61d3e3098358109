package io.nearcast.edge.upstream;

import java.util.List;

/**
 * Whom to ask for one request, in order. Made by {@link Upstreams#plan}; immutable, for all
 * threads.
 */
public final class UpstreamPlan {
  private final List<TargetState> states;
  private final RetryBudget budget;

  UpstreamPlan(List<TargetState> states, RetryBudget budget) {
    this.states = List.copyOf(states);
    this.budget = budget;
  }

  /** The targets in the order in which they are tried, at least one. */
  public List<Target> targets() {
    return states.stream().map(TargetState::target).toList();
  }

  /** Whether a shield is asked first. */
  public boolean beginsAtShield() {
    return states.getFirst().target().shield();
  }

  int size() {
    return states.size();
  }

  TargetState state(int index) {
    return states.get(index);
  }

  RetryBudget budget() {
    return budget;
  }

  @Override
  public String toString() {
    return targets().toString();
  }
}
