package io.nearcast.loadtest.promise;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is promised to a request when it comes, and what breaks it.
 *
 * <ul>
 *   <li>Of a hard purge that was complete when the request came: nothing that the origin produced
 *       before the purge was accepted answers it.
 *   <li>Of a soft one: not as if it was fresh.
 *   <li>Of a purge of the node itself: nothing that was produced before that.
 * </ul>
 */
final class Promise {
  private final Timeline time;
  private final List<Purge> complete = new ArrayList<>();
  private final Map<SimNode, Map<Thing, Long>> ownPurges = new HashMap<>();

  /** An operator has vouched for these: under {@code serve} nobody waits for them. */
  private final Set<SimNode> vouchedFor = new HashSet<>();

  private @Nullable String violation;
  private int answers;

  Promise(Timeline time) {
    this.time = time;
  }

  /** What holds for one request from when it came. */
  final class Barrier {
    private final SimNode node;
    private final Thing thing;
    private final long came = time.tick();
    private final @Nullable Purge hard;
    private final @Nullable Purge soft;
    private final long own;

    private Barrier(SimNode node, Thing thing) {
      this.node = node;
      this.thing = thing;
      boolean promised = thing.revalidates() || !vouchedFor.contains(node);
      hard = promised ? last(thing, false) : null;
      soft = promised ? last(thing, true) : null;
      own = ownPurges.getOrDefault(node, Map.of()).getOrDefault(thing, 0L);
    }

    /** The request is answered, with a copy or not at all. */
    void answered(@Nullable Copy copy) {
      answers++;
      if (copy == null || violation != null) {
        return;
      }
      if (hard != null && copy.producedTick() < hard.acceptedTick) {
        broken(copy, hard.toString());
      } else if (soft != null && copy.producedTick() < soft.acceptedTick && !copy.stale()) {
        broken(copy, soft.toString());
      } else if (copy.producedTick() < own) {
        broken(copy, "its own at tick " + own);
      }
    }

    private void broken(Copy copy, String purge) {
      violation =
          "%s answered %s at %d ms (came at tick %d) with what was produced at tick %d, but was purged: %s"
              .formatted(node.id, thing, time.millis(), came, copy.producedTick(), purge);
    }
  }

  private @Nullable Purge last(Thing thing, boolean soft) {
    Purge last = null;
    for (Purge purge : complete) {
      if (purge.soft == soft
          && purge.matches(thing)
          && (last == null || purge.acceptedTick > last.acceptedTick)) {
        last = purge;
      }
    }
    return last;
  }

  Barrier request(SimNode node, Thing thing) {
    return new Barrier(node, thing);
  }

  void completed(Purge purge) {
    purge.completeTick = time.tick();
    complete.add(purge);
  }

  void purgedItself(SimNode node, Thing thing, long acceptedTick) {
    ownPurges.computeIfAbsent(node, _ -> new HashMap<>()).put(thing, acceptedTick);
  }

  void forgetOwn(SimNode node) {
    ownPurges.remove(node);
  }

  void vouchFor(SimNode node) {
    vouchedFor.add(node);
  }

  /** What broke the promise first, or null. */
  @Nullable String violation() {
    return violation;
  }

  /** How many requests were answered. */
  int answers() {
    return answers;
  }
}
