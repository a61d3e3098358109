package io.nearcast.loadtest.promise;

import io.nearcast.config.feed.Selector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a purge has to do with, in one thread: an origin, shields, edges, a control
 * plane, the network between them, and clients that check the promise with every answer: nothing
 * that the origin produced before a hard purge was accepted answers a request that came after the
 * purge was reported complete.
 */
final class World {
  static final String ORIGIN = "origin";
  static final String CONTROL = "control";

  final Timeline time;
  final Set<Rule> rulesOff;
  final Origin origin;
  final List<Thing> things = new ArrayList<>();
  final List<SimNode> nodes = new ArrayList<>();
  final List<SimNode> shields = new ArrayList<>();
  final List<SimNode> edges = new ArrayList<>();
  final SimControl control;

  /** An operator has vouched for these: under {@code serve} nobody waits for them. */
  private final Set<SimNode> vouchedFor = new HashSet<>();

  private final List<Purge> complete = new ArrayList<>();
  private @Nullable String violation;
  private int answers;

  World(long seed, Set<Rule> rulesOff, int edgeCount, int shieldCount) {
    this.rulesOff = rulesOff;
    time = new Timeline(seed);
    origin = new Origin(time);
    for (String service : new String[] {"serve", "revalidate"}) {
      things.add(new Thing(service, "/a", "t"));
      things.add(new Thing(service, "/b", "t"));
      things.add(new Thing(service, "/c", "u"));
    }
    for (int i = 0; i < shieldCount; i++) {
      shields.add(new SimNode(this, "shield-" + i, false));
    }
    for (int i = 0; i < edgeCount; i++) {
      edges.add(new SimNode(this, "edge-" + i, true));
    }
    nodes.addAll(shields);
    nodes.addAll(edges);
    control = new SimControl(this);
    nodes.forEach(SimNode::start);
  }

  boolean off(Rule rule) {
    return rulesOff.contains(rule);
  }

  /** What broke the promise first, or null. */
  @Nullable String violation() {
    return violation;
  }

  /** How many requests were answered. */
  int answers() {
    return answers;
  }

  Thing thing(String service, String path) {
    return things.stream()
        .filter(thing -> thing.service().equals(service) && thing.path().equals(path))
        .findFirst()
        .orElseThrow();
  }

  void completed(Purge purge) {
    purge.completeTick = time.tick();
    if (!purge.soft) {
      complete.add(purge);
    }
  }

  /** A client asks, and checks what it gets. */
  void request(SimNode edge, Thing thing) {
    if (!edge.isUp()) {
      return;
    }
    long came = time.tick();
    Purge barrier = null;
    for (Purge purge : complete) {
      if (purge.matches(thing) && (barrier == null || purge.acceptedTick > barrier.acceptedTick)) {
        barrier = purge;
      }
    }
    Purge last = barrier;
    boolean promised = thing.revalidates() || !vouchedFor.contains(edge);
    edge.client(
        thing,
        copy -> {
          answers++;
          if (copy != null
              && last != null
              && promised
              && violation == null
              && copy.producedTick() < last.acceptedTick) {
            violation =
                "%s answered %s at %d ms (came at tick %d) with what was produced at tick %d, but [%s] was accepted at %d and complete at %d"
                    .formatted(
                        edge.id,
                        thing,
                        time.millis(),
                        came,
                        copy.producedTick(),
                        last,
                        last.acceptedTick,
                        last.completeTick);
          }
        });
  }

  @Nullable Purge purge(Thing thing, boolean soft) {
    return control.accept(thing.service(), new Selector.Url("host", thing.path()), soft);
  }

  @Nullable Purge purgeTag(Thing thing, boolean soft) {
    return control.accept(thing.service(), new Selector.Tag(thing.tag()), soft);
  }

  @Nullable Purge purgeAll(Thing thing, boolean soft) {
    return control.accept(thing.service(), new Selector.Everything(), soft);
  }

  void remove(SimNode node) {
    vouchFor(node);
    control.remove(node);
  }

  void vouchFor(SimNode node) {
    vouchedFor.add(node);
  }

  /** The names of rules, for messages. */
  static String names(Set<Rule> rules) {
    return new TreeSet<>(rules).toString();
  }
}
