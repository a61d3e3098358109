package io.nearcast.loadtest.promise;

import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.FillEpoch;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A fill: one asking of upstream with all who wait for it. */
final class Fetch {
  final Thing thing;
  private Asking asking;
  private final World world;
  private final List<Consumer<@Nullable Copy>> waiting = new ArrayList<>();
  private @Nullable Copy head;
  private boolean over;

  /**
   * What is sent, and what the answer is as of.
   *
   * @param epoch where it stands among the purges
   * @param min what a shield is told
   * @param origin whether a shield is told to ask the origin
   * @param ownEpoch the node's own purges that it is newer than
   * @param candidate what is validated, or saves the day where nobody answers
   * @param mayServeStale whether it may be served then
   */
  record Asking(
      FillEpoch epoch,
      Position min,
      boolean origin,
      long ownEpoch,
      @Nullable Copy candidate,
      boolean mayServeStale) {}

  Fetch(World world, Thing thing, Asking asking) {
    this.world = world;
    this.thing = thing;
    this.asking = asking;
  }

  Asking asking() {
    return asking;
  }

  /** What has come is of no use: it is asked for once more, past the shield's copy. */
  void askTheOrigin(long ownEpochNow) {
    asking =
        new Asking(
            asking.epoch(),
            asking.min(),
            true,
            world.off(Rule.OWN_EPOCH_OF_THE_LOOK_UP) ? ownEpochNow : asking.ownEpoch(),
            asking.candidate(),
            asking.mayServeStale());
  }

  /**
   * Whether a request that comes now may wait for it.
   *
   * @param fromTier whether another tier asks
   */
  boolean joinable(NodeStamps stamps, PurgeIndex own, Demand later, boolean fromTier) {
    if (over) {
      return false;
    }
    String[] tags = head == null ? null : thing.tags();
    if (tags == null && world.off(Rule.TAGS_UNKNOWN_BEFORE_THE_HEAD)) {
      tags = new String[0];
    }
    Demand demand = lessened(later, fromTier);
    FillEpoch epoch = asking.epoch();
    boolean byFeed =
        world.off(Rule.FENCED_FILLS)
            ? demand.mayJoin(stamps.applied()) && epoch.floor() >= demand.sequence()
            : epoch.joinable(
                stamps.without(Rule.SOFT_STAMPS_FENCE, Rule.NO_JOINING_BELOW_THE_HORIZON),
                tags,
                demand);
    boolean byNode =
        world.off(Rule.OWN_COUNTER) || !own.fenced(thing.key(), tags, asking.ownEpoch());
    return byFeed && byNode;
  }

  private Demand lessened(Demand demand, boolean fromTier) {
    Position min = demand.min();
    if (min != null && world.off(Rule.FLOOR_AT_LEAST_MIN)) {
      min = new Position(min.log(), 0);
    }
    boolean any =
        world.off(
            fromTier ? Rule.PASSED_ON_JOINS_NOTHING_EARLIER : Rule.UNLEASED_JOINS_NOTHING_EARLIER);
    return new Demand(min, demand.origin() && !any);
  }

  void join(Consumer<@Nullable Copy> reader) {
    if (head == null) {
      waiting.add(reader);
    } else {
      reader.accept(head);
    }
  }

  /** The head has come: all who wait are answered, and others may join until the end. */
  void arrived(Copy answer) {
    head = answer;
    tellAll(answer);
  }

  /** Nobody has answered. */
  void failed(@Nullable Copy instead) {
    over = true;
    tellAll(instead);
  }

  private void tellAll(@Nullable Copy answer) {
    List<Consumer<@Nullable Copy>> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(reader -> reader.accept(answer));
  }

  void end() {
    over = true;
  }
}
