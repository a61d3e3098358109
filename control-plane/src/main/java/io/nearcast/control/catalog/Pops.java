package io.nearcast.control.catalog;

import io.nearcast.config.feed.Change;
import io.nearcast.config.model.Pop;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The PoPs. Thread-safe: all changes are decisions of the ledger. */
public final class Pops {
  /** The most PoPs that there can be. */
  public static final int POPS_MAX = 10_000;

  private final Ledger ledger;

  public Pops(Ledger ledger) {
    this.ledger = ledger;
  }

  /** All PoPs by their names. */
  public NavigableMap<String, Pop> all() {
    return new TreeMap<>(ledger.state().pops());
  }

  /** A PoP. */
  public Pop get(String name) {
    Pop pop = ledger.state().pops().get(name);
    if (pop == null) {
      throw Refusal.absent("PoP", name);
    }
    return pop;
  }

  /**
   * Adds a PoP or moves the one with its name.
   *
   * @return whether it is new
   */
  public boolean put(Pop pop, Precondition precondition) {
    return ledger.write(draft -> {
      Pop old = draft.feed().pops().get(pop.name());
      precondition.check(old);
      if (old == null && draft.feed().pops().size() >= POPS_MAX) {
        throw new Refusal(Reason.CONFLICT, "there are " + POPS_MAX + " PoPs: delete one first");
      }
      if (!pop.equals(old)) {
        draft.append(new Change.PopChanged(pop));
      }
      return old == null;
    });
  }

  /** Takes a PoP out. Nodes that say they stand there get a warning. */
  public void delete(String name, Precondition precondition) {
    ledger.write(draft -> {
      Pop old = draft.feed().pops().get(name);
      if (old == null) {
        throw Refusal.absent("PoP", name);
      }
      precondition.check(old);
      return draft.append(new Change.PopRemoved(name));
    });
  }
}
