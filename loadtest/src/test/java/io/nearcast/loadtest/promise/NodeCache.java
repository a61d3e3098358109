package io.nearcast.loadtest.promise;

import io.nearcast.config.feed.Selector;
import io.nearcast.config.model.PurgePolicy.WhenCutOff;
import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.SharedAskings;
import io.nearcast.edge.purge.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a node answers requests from: what it has stored, its fills, and the stamps that it compares
 * them with. The steps are those of the product's {@code Exchange}.
 */
final class NodeCache {
  private static final int THINGS_MAX = 100;

  private final World world;
  private final Timeline time;
  private final SimNode node;
  private final Upstream upstream;
  private final Map<Thing, Copy> store = new HashMap<>();
  private final Map<Thing, Fetch> fills = new HashMap<>();
  private SharedAskings<Thing, Fetch> turns = new SharedAskings<>(THINGS_MAX);
  private NodeStamps stamps;
  private PurgeIndex own = new PurgeIndex();

  /** The node's own purges, on disk. */
  private final List<Selector.Url> ownPurges = new ArrayList<>();

  private final List<String> ownServices = new ArrayList<>();

  NodeCache(World world, SimNode node) {
    this.world = world;
    this.time = world.time;
    this.node = node;
    this.upstream = new Upstream(world, node, this);
    this.stamps = new NodeStamps(world);
  }

  NodeStamps stamps() {
    return stamps;
  }

  /** A new process: what was in memory is gone, its own purges are on disk. */
  void restart() {
    stamps = new NodeStamps(world);
    forget();
    fills.clear();
    turns = new SharedAskings<>(THINGS_MAX);
    own = new PurgeIndex();
    for (int i = 0; i < ownPurges.size(); i++) {
      enterOwn(i);
    }
  }

  /** Everything stored is gone. */
  void forget() {
    store.clear();
  }

  void wipe() {
    ownPurges.clear();
    ownServices.clear();
  }

  /** A purge of this node alone, which counts when this returns. */
  void purge(Thing thing) {
    ownPurges.add(new Selector.Url("host", thing.path()));
    ownServices.add(thing.service());
    enterOwn(ownPurges.size() - 1);
  }

  private void enterOwn(int i) {
    String service = ownServices.get(i);
    own.enter(
        service,
        false,
        List.of(ownPurges.get(i)),
        i + 1,
        (host, path) -> Thing.key(service, host, path));
    own.applied(new Position(null, i + 1));
  }

  // Requests

  void client(Thing thing, Consumer<@Nullable Copy> reader) {
    WhenCutOff whenCutOff = thing.revalidates() ? WhenCutOff.REVALIDATE : WhenCutOff.SERVE;
    Demand demand = node.permits(whenCutOff) ? Demand.CLIENT : Demand.UNLEASED;
    answer(thing, demand, false, copy -> withSlice(thing, demand, false, copy, reader));
  }

  /** Another tier's request, also for a slice of one version. */
  void tier(Thing thing, Demand demand, Consumer<@Nullable Copy> reader) {
    Thing whole = thing.whole();
    if (!thing.isSlice()) {
      answer(whole, demand, true, reader);
      return;
    }
    answer(
        whole,
        demand,
        true,
        copy -> {
          if (copy == null || !thing.fits(copy.version())) {
            reader.accept(null);
          } else {
            withSlice(whole, demand, true, copy, reader);
          }
        });
  }

  /** A large object is its head and, here, one slice, pinned to the validator of the head. */
  private void withSlice(
      Thing thing,
      Demand demand,
      boolean fromTier,
      @Nullable Copy copy,
      Consumer<@Nullable Copy> reader) {
    if (copy == null || !thing.sliced()) {
      reader.accept(copy);
      return;
    }
    long version = world.off(Rule.ONE_STRONG_VALIDATOR) ? Thing.ANY_VERSION : copy.version();
    Thing slice = thing.slice(version);
    answer(
        slice,
        new Demand(demand.min(), false),
        fromTier,
        part -> {
          if (part == null) {
            store.remove(thing); // it is another version by now
          }
          reader.accept(part == null ? null : copy.with(part));
        });
  }

  private void answer(
      Thing thing, Demand demand, boolean fromTier, Consumer<@Nullable Copy> reader) {
    Position applied = stamps.applied();
    Copy stored = store.get(thing);
    Verdict verdict = stored == null ? Verdict.HARD : verdict(thing, stored, applied);
    if (verdict == Verdict.HARD) {
      store.remove(thing);
      stored = null;
    }
    if (stored != null) {
      // Whether a slice is stale is the matter of its head.
      boolean fresh =
          thing.isSlice()
              || (verdict == Verdict.VALID && time.millis() < stored.freshUntilMillis());
      if (fresh && !demand.mustAskOrigin(applied)) {
        hit(stored, applied, fromTier, reader);
        return;
      }
      if (!fresh && mayBeStale(demand, applied, fromTier) && stored.mayBeStale(time.millis())) {
        refresh(thing, demand, stored, applied);
        reader.accept(stored.servedStale());
        return;
      }
    }
    fetch(thing, demand, fromTier, stored, applied, reader);
  }

  /** A tier is told what was applied before the look-up, however long the reply takes. */
  private void hit(
      Copy stored, Position applied, boolean fromTier, Consumer<@Nullable Copy> reader) {
    if (!fromTier) {
      reader.accept(stored);
      return;
    }
    long mine = node.boot();
    time.after(
        time.random.nextInt(time.lookUpMax),
        () -> {
          if (node.is(mine)) {
            boolean late = world.off(Rule.AS_OF_BEFORE_THE_LOOK_UP);
            reader.accept(stored.asOf(late ? stamps.applied() : applied, 0));
          }
        });
  }

  private boolean mayBeStale(Demand demand, Position applied, boolean fromTier) {
    if (fromTier) {
      return demand.mustAskOrigin(applied) && world.off(Rule.NOTHING_STALE_BEHIND_MIN);
    }
    return !demand.origin() || world.off(Rule.NOTHING_STALE_WITHOUT_A_LEASE);
  }

  /** What the purges of the log and the node's own say, as {@code flow.Purged} has it. */
  private Verdict verdict(Thing thing, Copy stored, Position applied) {
    PurgeIndex index = stamps.whole();
    Position asOf = stored.asOf();
    long newest = index.newest();
    long since = asOf.sequence();
    if (world.off(Rule.NOTHING_BELOW_THE_HORIZON)) {
      since = Math.max(since, index.horizon());
    }
    Verdict byFeed =
        index.verdict(thing.key(), thing.tags(), asOf.log(), since, stored.checkedAt());
    if (world.off(Rule.HARD_AND_SOFT_APART) && asOf.sameLog(applied)) {
      byFeed = byTheNewestAlone(thing, stored);
    }
    long ownEpoch = world.off(Rule.OWN_COUNTER) ? asOf.sequence() : stored.ownEpoch();
    Verdict byNode = own.check(thing.key(), thing.tags(), ownEpoch);
    if (byFeed == Verdict.VALID && byNode == Verdict.VALID) {
      store.replace(thing, stored, stored.checkedAt(newest));
    }
    return byFeed.compareTo(byNode) >= 0 ? byFeed : byNode;
  }

  private Verdict byTheNewestAlone(Thing thing, Copy stored) {
    NodeStamps.Entered last = stamps.newestAlone(thing);
    if (last == null || last.sequence() <= stored.asOf().sequence()) {
      return Verdict.VALID;
    }
    return last.soft() ? Verdict.SOFT : Verdict.HARD;
  }

  // Fills

  private void refresh(Thing thing, Demand demand, Copy stored, Position applied) {
    Fetch there = fills.get(thing);
    if (there == null || !there.joinable(stamps, own, demand, false)) {
      begin(order(thing, demand, stored, applied));
    }
  }

  private void fetch(
      Thing thing,
      Demand demand,
      boolean fromTier,
      @Nullable Copy stored,
      Position applied,
      Consumer<@Nullable Copy> reader) {
    if (!fromTier && demand.origin() && !world.off(Rule.UNLEASED_JOINS_NOTHING_EARLIER)) {
      awaitTurn(thing, demand, stored, applied, reader);
      return;
    }
    Fetch there = fills.get(thing);
    if (there != null && there.joinable(stamps, own, demand, fromTier)) {
      there.join(reader);
      return;
    }
    Fetch started = order(thing, demand, stored, applied);
    started.join(reader);
    begin(started);
  }

  private void awaitTurn(
      Thing thing,
      Demand demand,
      @Nullable Copy stored,
      Position applied,
      Consumer<@Nullable Copy> reader) {
    SharedAskings.Turn<Fetch> turn =
        turns.next(thing, () -> order(thing, demand, stored, applied), nowNanos());
    turn.asking().join(reader);
    if (turn.made()) {
      long mine = node.boot();
      time.after(
          TimeUnit.NANOSECONDS.toMillis(turn.waitNanos()),
          () -> {
            if (node.is(mine)) {
              turns.sent(thing, nowNanos());
              upstream.ask(turn.asking());
            }
          });
    }
  }

  private long nowNanos() {
    return TimeUnit.MILLISECONDS.toNanos(time.millis());
  }

  private Fetch order(Thing thing, Demand demand, @Nullable Copy stored, Position applied) {
    long ownEpoch = own.applied().sequence();
    boolean ownPurged =
        own.min(thing.key()) > (stored == null ? 0 : stored.ownEpoch())
            && !world.off(Rule.OWN_PURGE_ASKS_THE_ORIGIN);
    Rule stale =
        demand.origin() ? Rule.NOTHING_STALE_WITHOUT_A_LEASE : Rule.NOTHING_STALE_BEHIND_MIN;
    PurgeIndex forMin =
        stamps.without(
            Rule.MIN_COUNTS_TAGS, Rule.MIN_COUNTS_SOFT_STAMPS, Rule.MIN_NOT_BELOW_THE_HORIZON);
    return new Fetch(
        world,
        thing,
        new Fetch.Asking(
            demand.begin(thing.key(), applied),
            demand.forward(forMin, thing.key()),
            demand.origin() || ownPurged,
            ownEpoch,
            stored,
            !demand.mustAskOrigin(applied) || world.off(stale)));
  }

  private void begin(Fetch fill) {
    fills.put(fill.thing, fill);
    upstream.ask(fill);
  }

  /** The answer to a fill has come. */
  void arrived(Fetch fill, Copy copy, boolean fromTier) {
    Copy candidate = fill.asking().candidate();
    boolean confirms = candidate != null && candidate.version() == copy.version();
    if (fromTier && !confirms && mayBeOlderThanOwnPurge(fill)) {
      fill.askTheOrigin(own.applied().sequence());
      upstream.ask(fill);
      return;
    }
    Position asOf = fill.asking().epoch().asOf(fromTier, fromTier ? stated(copy, fill) : null);
    if (world.off(confirms ? Rule.VALIDATED_AS_OF_THE_ASKING : Rule.AS_OF_THE_ASKING)) {
      asOf = stamps.applied();
    }
    Copy content = confirms ? copy.confirming(candidate) : copy;
    Copy got = content.asOf(asOf, fill.asking().ownEpoch());
    boolean late = world.off(Rule.WAITERS_TOLD_THE_FILLS_AS_OF);
    fill.arrived(late ? got.asOf(stamps.applied(), got.ownEpoch()) : got);
    long mine = node.boot();
    time.after(
        time.random.nextInt(400),
        () -> {
          if (node.is(mine)) {
            ended(fill, got);
          }
        });
  }

  private boolean mayBeOlderThanOwnPurge(Fetch fill) {
    return !fill.asking().origin()
        && own.min(fill.thing.key()) > 0
        && !world.off(Rule.OWN_PURGE_ASKS_THE_ORIGIN)
        && !world.off(Rule.OWN_PURGE_IS_NOT_UNDONE);
  }

  private Position stated(Copy copy, Fetch fill) {
    Position position = fill.asking().epoch().position();
    return world.off(Rule.AS_OF_NAMES_ITS_LOG)
        ? new Position(position.log(), copy.asOf().sequence())
        : copy.asOf();
  }

  private void ended(Fetch fill, Copy got) {
    fill.end();
    fills.remove(fill.thing, fill);
    boolean below =
        world.off(Rule.NOTHING_BELOW_THE_HORIZON) && got.asOf().sameLog(stamps.applied());
    if (stamps.whole().keeps(got.asOf()) || below) {
      boolean now = world.off(Rule.CHECKED_SINCE_AS_OF);
      Copy kept = got.kept();
      store.put(fill.thing, now ? kept.checkedAt(stamps.whole().newest()) : kept);
    }
  }

  /** Nobody has answered a fill. */
  void failed(Fetch fill) {
    fills.remove(fill.thing, fill);
    Copy candidate = fill.asking().candidate();
    if (candidate == null
        || !fill.asking().mayServeStale()
        || !candidate.mayBeStale(time.millis())) {
      fill.failed(null);
      return;
    }
    Copy saving = candidate.servedStale();
    boolean softened = world.off(Rule.SOFTLY_PURGED_KEEPS_ITS_AS_OF);
    fill.failed(softened ? saving.asOf(fill.asking().epoch().position(), 0) : saving);
  }
}
