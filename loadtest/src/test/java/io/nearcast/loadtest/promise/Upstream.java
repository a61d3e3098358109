package io.nearcast.loadtest.promise;

import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.PurgeIndex.Position;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks the shields one after the other, then the origin. */
final class Upstream {
  /** A shield gives up before the edge that asks it does. */
  private static final long EDGE_WAITS_MILLIS = 700;

  private static final long SHIELD_WAITS_MILLIS = 500;

  private final World world;
  private final Timeline time;
  private final SimNode node;
  private final NodeCache cache;

  Upstream(World world, SimNode node, NodeCache cache) {
    this.world = world;
    this.time = world.time;
    this.node = node;
    this.cache = cache;
  }

  void ask(Fetch fill) {
    ask(fill, 0);
  }

  private void ask(Fetch fill, int attempt) {
    long mine = node.boot();
    int shields = node.edge ? world.shields.size() : 0;
    if (attempt > shields) {
      cache.failed(fill);
      return;
    }
    boolean[] answered = new boolean[1];
    Consumer<@Nullable Copy> once =
        copy -> {
          if (answered[0] || !node.is(mine)) {
            return;
          }
          answered[0] = true;
          if (copy == null) {
            ask(fill, attempt + 1);
          } else {
            cache.arrived(fill, copy, attempt < shields);
          }
        };
    if (attempt < shields) {
      askShield(fill, world.shields.get(attempt), once);
    } else {
      askOrigin(fill, once);
    }
    time.after(node.edge ? EDGE_WAITS_MILLIS : SHIELD_WAITS_MILLIS, () -> once.accept(null));
  }

  private void askShield(Fetch fill, SimNode shield, Consumer<@Nullable Copy> reader) {
    Position min = fill.asking().min();
    boolean origin = fill.asking().origin() && !world.off(Rule.UNLEASED_SAYS_SO);
    time.send(
        node.id,
        shield.id,
        () -> {
          if (!shield.isUp()) {
            return;
          }
          Position asked = world.off(Rule.MIN_IS_SENT) ? new Position(min.log(), 0) : min;
          if (world.off(Rule.MIN_NAMES_ITS_LOG)) {
            asked = new Position(shield.cache().stamps().applied().log(), asked.sequence());
          }
          shield
              .cache()
              .tier(
                  fill.thing,
                  new Demand(asked, origin),
                  copy -> time.send(shield.id, node.id, () -> reader.accept(copy)));
        });
  }

  private void askOrigin(Fetch fill, Consumer<@Nullable Copy> reader) {
    time.send(
        node.id,
        World.ORIGIN,
        () -> {
          Copy produced = world.origin.produce(fill.thing);
          time.send(World.ORIGIN, node.id, () -> reader.accept(produced));
        });
  }
}
