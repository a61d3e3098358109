package io.nearcast.loadtest.promise;

import io.nearcast.config.feed.Selector;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The stamps of a node: the product's index, and beside it one that lacks what a rule that is out
 * would have kept.
 */
final class NodeStamps {
  /** One stamp as it was entered. */
  record Entered(String service, Selector selector, boolean soft, long sequence) {}

  private final World world;
  private PurgeIndex whole;
  private PurgeIndex lessened;

  /** The newest of each selector, in order, for the index that drops. */
  private final List<Entered> kept = new ArrayList<>();

  /** The newest alone, hard or soft, by service and selector. */
  private final Map<String, Map<Selector, Entered>> newest = new HashMap<>();

  NodeStamps(World world) {
    this.world = world;
    whole = new PurgeIndex(world.selectorsMax);
    lessened = new PurgeIndex(world.selectorsMax);
  }

  /** What the product has. */
  PurgeIndex whole() {
    return whole;
  }

  Position applied() {
    return whole.applied();
  }

  /** What it would have without one of the rules. */
  PurgeIndex without(Rule... rules) {
    for (Rule rule : rules) {
      if (world.off(rule)) {
        return lessened;
      }
    }
    return whole;
  }

  void reset(Position position) {
    whole.reset(position);
    lessened = new PurgeIndex(world.selectorsMax);
    if (!world.off(Rule.MIN_NOT_BELOW_THE_HORIZON)
        && !world.off(Rule.NO_JOINING_BELOW_THE_HORIZON)) {
      lessened.reset(position);
    }
    lessened.applied(position);
    kept.clear();
    newest.clear();
  }

  void raise(long horizon) {
    whole.raise(horizon);
    if (!world.off(Rule.MIN_NOT_BELOW_THE_HORIZON)
        && !world.off(Rule.NO_JOINING_BELOW_THE_HORIZON)) {
      lessened.raise(horizon);
    }
  }

  void enter(Entered stamp) {
    newest
        .computeIfAbsent(stamp.service(), _ -> new HashMap<>())
        .merge(stamp.selector(), stamp, (a, b) -> b.sequence() >= a.sequence() ? b : a);
    if (world.off(Rule.MERGED_NOT_DROPPED)) {
      enterAndDrop(stamp);
      return;
    }
    enter(whole, stamp);
    boolean missing =
        (stamp.soft()
                && (world.off(Rule.SOFT_STAMPS_FENCE) || world.off(Rule.MIN_COUNTS_SOFT_STAMPS)))
            || (stamp.selector() instanceof Selector.Tag && world.off(Rule.MIN_COUNTS_TAGS));
    if (!missing) {
      enter(lessened, stamp);
    }
  }

  private static void enter(PurgeIndex index, Entered stamp) {
    index.enter(
        stamp.service(),
        stamp.soft(),
        List.of(stamp.selector()),
        stamp.sequence(),
        (host, path) -> Thing.key(stamp.service(), host, path));
  }

  private void enterAndDrop(Entered stamp) {
    kept.removeIf(one ->
        one.service().equals(stamp.service())
            && one.selector().equals(stamp.selector())
            && one.soft() == stamp.soft());
    kept.add(stamp);
    if (kept.size() > world.selectorsMax) {
      kept.removeFirst();
    }
    Position applied = whole.applied();
    long horizon = whole.horizon();
    whole = new PurgeIndex(world.selectorsMax + 1);
    whole.reset(new Position(applied.log(), horizon));
    kept.forEach(one -> enter(whole, one));
    whole.applied(applied);
  }

  void applied(Position position) {
    whole.applied(position);
    lessened.applied(position);
  }

  /** The newest stamp of each selector that is about a thing, whichever it is. */
  @Nullable Entered newestAlone(Thing thing) {
    Entered found = null;
    for (Entered stamp : newest.getOrDefault(thing.service(), Map.of()).values()) {
      boolean about =
          switch (stamp.selector()) {
            case Selector.Url(String _, String target) -> target.equals(thing.path());
            case Selector.Tag(String tag) -> tag.equals(thing.tag());
            default -> true;
          };
      if (about && (found == null || stamp.sequence() > found.sequence())) {
        found = stamp;
      }
    }
    return found;
  }
}
