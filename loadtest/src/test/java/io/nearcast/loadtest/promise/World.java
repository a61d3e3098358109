package io.nearcast.loadtest.promise;

import io.nearcast.config.feed.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a purge has to do with, in one thread: an origin, shields, edges, control planes,
 * the network between them, and clients that check the {@link Promise} with every answer.
 */
final class World {
  static final String ORIGIN = "origin";

  /**
   * How large it is.
   *
   * @param planes how many control planes there are; more than one share a store
   * @param edges how many edges
   * @param shields how many shields
   * @param selectorsMax how many selectors of a service a node keeps apart
   * @param stampsMax how many stamps a snapshot has at most
   * @param snapshotsTell whether snapshots say which purges were missed, or purge everything
   */
  record Size(
      int planes, int edges, int shields, int selectorsMax, int stampsMax, boolean snapshotsTell) {
    /** With one control plane and ample bounds. */
    static Size of(int edges, int shields) {
      return new Size(1, edges, shields, 100, 100, true);
    }

    /** With several control planes on one store. */
    static Size sharing(int planes, int edges) {
      return new Size(planes, edges, 0, 100, 100, true);
    }
  }

  final Timeline time;
  final int selectorsMax;
  final int stampsMax;
  final boolean snapshotsTell;
  final Origin origin;
  final Promise promise;
  final SimStore store;
  final List<Thing> things = new ArrayList<>();
  final List<SimNode> nodes = new ArrayList<>();
  final List<SimNode> shields = new ArrayList<>();
  final List<SimNode> edges = new ArrayList<>();
  final List<SimControl> planes = new ArrayList<>();
  private final Set<Rule> rulesOff;
  private int used;

  World(long seed, Set<Rule> rulesOff, Size size) {
    this.rulesOff = rulesOff;
    selectorsMax = size.selectorsMax();
    stampsMax = size.stampsMax();
    snapshotsTell = size.snapshotsTell();
    time = new Timeline(seed);
    origin = new Origin(time);
    promise = new Promise(time);
    for (String service : new String[] {"serve", "revalidate"}) {
      things.add(new Thing(service, "/a", "t", false));
      things.add(new Thing(service, "/b", "t", false));
      things.add(new Thing(service, "/large", "u", true));
    }
    for (int i = 0; i < size.shields(); i++) {
      shields.add(new SimNode(this, "shield-" + i, false));
    }
    for (int i = 0; i < size.edges(); i++) {
      edges.add(new SimNode(this, "edge-" + i, true));
    }
    nodes.addAll(shields);
    nodes.addAll(edges);
    store = new SimStore(this);
    for (int i = 0; i < size.planes(); i++) {
      planes.add(new SimControl(this, "control-" + i, store, size.planes() > 1));
    }
    nodes.forEach(SimNode::start);
  }

  boolean off(Rule rule) {
    return rulesOff.contains(rule);
  }

  /** What broke the promise first, or null. */
  @Nullable String violation() {
    return promise.violation();
  }

  Thing thing(String service, String path) {
    return things.stream()
        .filter(thing -> thing.service().equals(service) && thing.path().equals(path))
        .findFirst()
        .orElseThrow();
  }

  /** A thing of a service that has cut-off edges serve on. */
  Thing served() {
    return things.getFirst();
  }

  /** A thing of a service that has cut-off edges revalidate. */
  Thing guarded() {
    return thing("revalidate", "/a");
  }

  SimNode edge(int i) {
    return edges.get(i);
  }

  SimNode shield(int i) {
    return shields.get(i);
  }

  /** The control plane that operators use at the moment. */
  SimControl plane() {
    return planes.get(used);
  }

  /** From now on operators use another one. */
  void use(int plane) {
    used = plane;
  }

  void completed(Purge purge) {
    promise.completed(purge);
  }

  /** A client asks, and checks what it gets. */
  void request(SimNode edge, Thing thing) {
    if (edge.isUp()) {
      edge.cache().client(thing, promise.request(edge, thing)::answered);
    }
  }

  // Purges

  void purge(Thing thing, boolean soft) {
    plane().accept(thing.service(), new Selector.Url("host", thing.path()), soft);
  }

  void purgeTag(Thing thing, boolean soft) {
    plane().accept(thing.service(), new Selector.Tag(thing.tag()), soft);
  }

  void purgeAll(Thing thing, boolean soft) {
    plane().accept(thing.service(), new Selector.Everything(), soft);
  }

  /** A purge of one node, which counts for its clients only. */
  void purgeAt(SimNode edge, Thing thing) {
    if (edge.isUp()) {
      long accepted = time.tick();
      edge.cache().purge(thing);
      promise.purgedItself(edge, thing, accepted);
    }
  }

  // Operators

  void remove(SimNode node) {
    vouchFor(node);
    plane().remove(node);
  }

  void wipe(SimNode node) {
    node.crash();
    node.wipe();
    promise.forgetOwn(node);
  }

  void vouchFor(SimNode node) {
    promise.vouchFor(node);
  }
}
