package io.nearcast.loadtest.promise;

import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.FillEpoch;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A fill: one asking of upstream with all who wait for it. */
final class Fetch {
  final Thing thing;
  final FillEpoch epoch;
  final Demand demand;
  final Position min;
  final @Nullable Copy candidate;
  final boolean mayServeStale;
  private final Set<Rule> off;
  private final List<Consumer<@Nullable Copy>> waiting = new ArrayList<>();
  private @Nullable Copy head;
  private boolean over;

  Fetch(
      Thing thing,
      FillEpoch epoch,
      Demand demand,
      Position min,
      @Nullable Copy candidate,
      boolean mayServeStale,
      Set<Rule> off) {
    this.thing = thing;
    this.epoch = epoch;
    this.demand = demand;
    this.min = min;
    this.candidate = candidate;
    this.mayServeStale = mayServeStale;
    this.off = off;
  }

  boolean joinable(PurgeIndex index, Demand later) {
    if (over) {
      return false;
    }
    String[] tags = head == null ? null : thing.tags();
    Demand demanded = later;
    if (tags == null && off.contains(Rule.TAGS_UNKNOWN_BEFORE_THE_HEAD)) {
      tags = new String[0];
    }
    if (off.contains(Rule.FLOOR_AT_LEAST_MIN) && later.min() != null) {
      demanded = new Demand(new Position(later.min().log(), 0), later.origin());
    }
    if (off.contains(Rule.UNLEASED_JOINS_NOTHING_EARLIER)) {
      demanded = new Demand(demanded.min(), false);
    }
    if (off.contains(Rule.FENCED_FILLS)) {
      return demanded.mayJoin(index.applied()) && epoch.floor() >= demanded.sequence();
    }
    return epoch.joinable(index, tags, demanded);
  }

  void join(Consumer<@Nullable Copy> reader) {
    if (head == null) {
      waiting.add(reader);
    } else {
      reader.accept(head);
    }
  }

  /** The head has come: all who wait are answered, and others may join until the end. */
  void arrived(Copy answer, Position told) {
    head = answer.asOf(told);
    List<Consumer<@Nullable Copy>> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(reader -> reader.accept(head));
  }

  /** Nobody has answered. */
  void failed(@Nullable Copy instead) {
    over = true;
    List<Consumer<@Nullable Copy>> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(reader -> reader.accept(instead));
  }

  void end() {
    over = true;
  }
}
