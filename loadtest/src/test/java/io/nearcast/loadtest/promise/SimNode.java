package io.nearcast.loadtest.promise;

import io.nearcast.config.lease.LeaseGrant;
import io.nearcast.config.lease.NodeLease;
import io.nearcast.config.model.PurgePolicy.WhenCutOff;
import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.PurgeIndex;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An edge or a shield. What it decides it decides with the product's classes: {@link PurgeIndex},
 * {@link Demand}, {@link io.nearcast.edge.purge.FillEpoch}, {@link NodeLease}.
 */
final class SimNode {
  private static final long ANSWER_WITHIN_MILLIS = 700;
  private static final long TURN_MILLIS = 1_000;

  final String id;
  final boolean edge;
  private final World world;
  private final Timeline time;

  /** How fast its monotonic clock goes. */
  private final double pace;

  private long suspendedMillis;

  // On disk
  private @Nullable Position disk;
  private boolean knownOnDisk;

  // In memory
  private boolean up;
  private long boot;
  private PurgeIndex index = new PurgeIndex();
  private NodeLease lease;
  private Position entered = Position.NONE;
  private final Map<Thing, Copy> store = new HashMap<>();
  private final Map<Thing, Purge> newestOnly = new HashMap<>();
  private final Map<Thing, Fetch> fills = new HashMap<>();
  private final Map<Thing, Fetch> waiting = new HashMap<>();
  private final Map<Thing, Long> askedMillis = new HashMap<>();

  SimNode(World world, String id, boolean edge) {
    this.world = world;
    this.time = world.time;
    this.id = id;
    this.edge = edge;
    this.pace = 0.97 + time.random.nextDouble() * 0.06;
    this.lease = newLease();
  }

  private NodeLease newLease() {
    return new NodeLease(this::nanos, this::wallMillis);
  }

  private long nanos() {
    return (long) ((time.millis() - suspendedMillis) * pace * 1e6);
  }

  private long wallMillis() {
    // The wall clock is kept right by others; only a suspension makes the two differ.
    long asMonotonic = (long) ((time.millis() - suspendedMillis) * pace);
    return asMonotonic + (world.off(Rule.SUSPEND_IS_A_LAPSE) ? 0 : suspendedMillis);
  }

  boolean isUp() {
    return up;
  }

  // Life

  void start() {
    if (up) {
      return;
    }
    up = true;
    boot++;
    index = new PurgeIndex();
    lease = newLease();
    store.clear();
    newestOnly.clear();
    fills.clear();
    waiting.clear();
    askedMillis.clear();
    Position last = disk;
    entered = Position.NONE;
    if (last != null) {
      index.reset(last);
      entered = last;
      lease.restored(
          String.valueOf(last.log()),
          last.sequence(),
          knownOnDisk || world.off(Rule.KNOWN_IS_ON_DISK));
    }
    long mine = boot;
    time.after(1, () -> poll(mine));
    time.after(2, () -> reportEverySecond(mine));
  }

  /** {@code kill -9}. */
  void crash() {
    up = false;
  }

  void wipe() {
    disk = null;
    knownOnDisk = false;
  }

  /** The machine stands still, and only the wall clock knows afterwards. */
  void suspended(long forMillis) {
    suspendedMillis += forMillis;
  }

  private boolean is(long thatBoot) {
    return up && boot == thatBoot;
  }

  // The feed

  private void poll(long mine) {
    if (!is(mine)) {
      return;
    }
    Position from = entered;
    time.send(
        id,
        World.CONTROL,
        () ->
            world.control.follow(
                from,
                reply ->
                    time.send(
                        World.CONTROL,
                        id,
                        () -> {
                          if (is(mine)) {
                            reply.run();
                          }
                        }),
                this));
    time.after(150 + time.random.nextInt(100), () -> poll(mine));
  }

  /** The next entries have come. */
  void entries(String log, List<Purge> entries) {
    if (!up || entered.log() == null) {
      return;
    }
    if (!log.equals(entered.log())) {
      return;
    }
    long last = entered.sequence();
    for (Purge purge : entries) {
      if (purge.sequence == last + 1 || (purge.sequence > last && world.off(Rule.NO_GAPS))) {
        last = purge.sequence;
        enterOrLater(purge);
      }
    }
    Position position = new Position(log, last);
    entered = position;
    if (world.off(Rule.STAMPS_BEFORE_REPORT)) {
      lease.applied(last);
      disk = position;
    }
    if (!world.off(Rule.STAMPS_BEFORE_REPORT)) {
      index.applied(position);
      keep(position);
    }
    report(boot);
  }

  private void enterOrLater(Purge purge) {
    long mine = boot;
    if (world.off(Rule.STAMPS_BEFORE_REPORT)) {
      time.after(
          400,
          () -> {
            if (is(mine)) {
              enter(purge);
              index.applied(new Position(entered.log(), purge.sequence));
            }
          });
    } else {
      enter(purge);
    }
  }

  private void enter(Purge purge) {
    index.enter(
        purge.service,
        purge.soft,
        List.of(purge.selector),
        purge.sequence,
        (host, path) -> Thing.key(purge.service, host, path));
    for (Thing thing : world.things) {
      if (purge.matches(thing)) {
        newestOnly.put(thing, purge);
      }
    }
  }

  void snapshot(Position position) {
    if (!up
        || (entered.log() != null
            && entered.log().equals(position.log())
            && entered.sequence() >= position.sequence())) {
      return;
    }
    if (world.off(Rule.SNAPSHOT_PURGES)) {
      index.applied(position);
    } else {
      index.reset(position);
      store.clear();
      newestOnly.clear();
    }
    entered = position;
    knownOnDisk = false;
    lease.snapshot(String.valueOf(position.log()), position.sequence());
    keep(position);
    report(boot);
  }

  private void keep(Position position) {
    long mine = boot;
    if (world.off(Rule.DISK_BEFORE_REPORT)) {
      lease.applied(position.sequence());
    }
    time.after(
        time.random.nextInt(time.diskMax),
        () -> {
          if (is(mine)
              && (disk == null || !position.sameLog(disk) || position.sequence() > disk.sequence())
              && position.sameLog(entered)) {
            disk = position;
            lease.applied(position.sequence());
            report(mine);
          }
        });
  }

  // Reports and leases

  private void reportEverySecond(long mine) {
    if (is(mine)) {
      knownOnDisk |= lease.isKnown();
      report(mine);
      time.after(1_000, () -> reportEverySecond(mine));
    }
  }

  private void report(long mine) {
    Position applied = world.off(Rule.DISK_BEFORE_REPORT) ? entered : disk;
    if (!is(mine) || applied == null) {
      return;
    }
    NodeLease.Asked asked = lease.asking();
    time.send(
        id,
        World.CONTROL,
        () -> {
          if (time.isCut(id + "/report", World.CONTROL)) {
            return;
          }
          LeaseGrant grant = world.control.report(this, String.valueOf(mine), applied);
          if (grant != null) {
            time.send(World.CONTROL, id, () -> granted(mine, asked, grant));
          }
        });
  }

  private void granted(long toBoot, NodeLease.Asked asked, LeaseGrant grant) {
    if (!is(toBoot)) {
      return;
    }
    LeaseGrant given =
        world.off(Rule.WATERMARK_FIRST) ? new LeaseGrant(grant.log(), 0, grant.term()) : grant;
    lease.answered(world.off(Rule.LEASE_FROM_THE_ASKING) ? lease.asking() : asked, given);
  }

  // Requests

  /** A client's request. */
  void client(Thing thing, Consumer<@Nullable Copy> reader) {
    WhenCutOff whenCutOff = thing.revalidates() ? WhenCutOff.REVALIDATE : WhenCutOff.SERVE;
    answer(thing, lease.permits(whenCutOff) ? Demand.CLIENT : Demand.UNLEASED, false, reader);
  }

  /** Another tier's request. */
  void tier(Thing thing, Demand demand, Consumer<@Nullable Copy> reader) {
    answer(thing, demand, true, reader);
  }

  private void answer(
      Thing thing, Demand demand, boolean fromTier, Consumer<@Nullable Copy> reader) {
    Position applied = index.applied();
    Copy stored = store.get(thing);
    Verdict verdict = stored == null ? Verdict.HARD : verdict(thing, stored, applied);
    if (verdict == Verdict.HARD) {
      store.remove(thing);
      stored = null;
    }
    boolean proven = !fromTier && !demand.origin();
    boolean staleAllowed = proven || world.off(Rule.NOTHING_STALE_UNPROVEN);
    if (stored != null) {
      boolean fresh = verdict == Verdict.VALID && time.millis() < stored.freshUntilMillis();
      if (fresh && !demand.mustAskOrigin(applied)) {
        // A tier is told what was applied before the look-up.
        reader.accept(stored.asOf(applied));
        return;
      }
      if (staleAllowed && !fresh && time.millis() < stored.staleUntilMillis()) {
        refresh(thing, demand, stored, applied);
        reader.accept(stored);
        return;
      }
    }
    fetch(thing, demand, fromTier, stored, applied, reader);
  }

  /** As {@code flow.Purged} has it. */
  private Verdict verdict(Thing thing, Copy stored, Position applied) {
    if (!stored.asOf().sameLog(applied)) {
      return Verdict.HARD;
    }
    if (stored.checkedAt() >= index.newest()) {
      return Verdict.VALID;
    }
    if (world.off(Rule.HARD_AND_SOFT_APART)) {
      Purge newest = newestOnly.get(thing);
      if (newest == null || newest.sequence <= stored.asOf().sequence()) {
        return Verdict.VALID;
      }
      return newest.soft ? Verdict.SOFT : Verdict.HARD;
    }
    long since = stored.asOf().sequence();
    if (world.off(Rule.NOTHING_BELOW_THE_HORIZON)) {
      since = Math.max(since, index.horizon());
    }
    long newest = index.newest();
    Verdict verdict = index.check(thing.key(), thing.tags(), since);
    if (verdict == Verdict.VALID) {
      store.replace(thing, stored, stored.checkedAt(newest));
    }
    return verdict;
  }

  private void refresh(Thing thing, Demand demand, Copy stored, Position applied) {
    Fetch there = fills.get(thing);
    if (there == null || !there.joinable(index, demand)) {
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
    if (there != null && there.joinable(index, demand)) {
      there.join(reader);
      return;
    }
    Fetch own = order(thing, demand, stored, applied);
    own.join(reader);
    begin(own);
  }

  /** As {@code flow.Turns} has it. */
  private void awaitTurn(
      Thing thing,
      Demand demand,
      @Nullable Copy stored,
      Position applied,
      Consumer<@Nullable Copy> reader) {
    Fetch next = waiting.get(thing);
    if (next == null) {
      Fetch made = order(thing, demand, stored, applied);
      long last = askedMillis.getOrDefault(thing, -TURN_MILLIS);
      long mine = boot;
      waiting.put(thing, made);
      time.after(
          Math.max(0, last + TURN_MILLIS - time.millis()),
          () -> {
            if (is(mine)) {
              waiting.remove(thing);
              askedMillis.put(thing, time.millis());
              ask(made, 0);
            }
          });
      next = made;
    }
    next.join(reader);
  }

  private Fetch order(Thing thing, Demand demand, @Nullable Copy stored, Position applied) {
    boolean mayServeStale =
        !demand.mustAskOrigin(applied) || world.off(Rule.NOTHING_STALE_UNPROVEN);
    return new Fetch(
        thing,
        demand.begin(thing.key(), applied),
        demand,
        demand.forward(index, thing.key(), applied),
        stored,
        mayServeStale,
        world.rulesOff);
  }

  private void begin(Fetch fill) {
    fills.put(fill.thing, fill);
    ask(fill, 0);
  }

  // Upstream

  /** Asks the shields one after the other, then the origin. */
  private void ask(Fetch fill, int attempt) {
    long mine = boot;
    boolean[] answered = new boolean[1];
    Consumer<@Nullable Copy> next =
        copy -> {
          if (!answered[0] && is(mine)) {
            answered[0] = true;
            if (copy == null) {
              ask(fill, attempt + 1);
            }
          }
        };
    int shields = edge ? world.shields.size() : 0;
    if (attempt < shields) {
      SimNode shield = world.shields.get(attempt);
      askShield(
          fill,
          shield,
          copy -> {
            if (copy != null && !answered[0] && is(mine)) {
              answered[0] = true;
              arrived(fill, copy, true);
            } else {
              next.accept(copy);
            }
          });
    } else if (attempt == shields) {
      askOrigin(
          fill,
          copy -> {
            if (!answered[0] && is(mine)) {
              answered[0] = true;
              arrived(fill, copy, false);
            }
          });
    } else {
      failed(fill);
      return;
    }
    time.after(ANSWER_WITHIN_MILLIS, () -> next.accept(null));
  }

  private void askShield(Fetch fill, SimNode shield, Consumer<@Nullable Copy> reader) {
    Position min = world.off(Rule.MIN_IS_SENT) ? new Position(fill.min.log(), 0) : fill.min;
    boolean origin = fill.demand.origin() && !world.off(Rule.UNLEASED_SAYS_SO);
    time.send(
        id,
        shield.id,
        () -> {
          if (shield.isUp()) {
            shield.tier(
                fill.thing,
                new Demand(min, origin),
                copy -> time.send(shield.id, id, () -> reader.accept(copy)));
          }
        });
  }

  private void askOrigin(Fetch fill, Consumer<Copy> reader) {
    time.send(
        id,
        World.ORIGIN,
        () -> {
          Copy produced = world.origin.produce(fill.thing);
          time.send(World.ORIGIN, id, () -> reader.accept(produced));
        });
  }

  private void arrived(Fetch fill, Copy copy, boolean fromTier) {
    Position asOf = fill.epoch.asOf(fromTier, fromTier ? copy.asOf() : null);
    if (world.off(Rule.AS_OF_THE_ASKING)) {
      asOf = index.applied();
    }
    Copy got = copy.asOf(asOf);
    Position told = world.off(Rule.WAITERS_TOLD_THE_FILLS_AS_OF) ? index.applied() : asOf;
    fill.arrived(got, told);
    long mine = boot;
    time.after(
        time.random.nextInt(400),
        () -> {
          if (is(mine)) {
            ended(fill, got);
          }
        });
  }

  private void ended(Fetch fill, Copy got) {
    fill.end();
    fills.remove(fill.thing, fill);
    boolean known = got.asOf().sameLog(index.applied()) && got.asOf().sequence() >= index.horizon();
    if (known
        || (world.off(Rule.NOTHING_BELOW_THE_HORIZON) && got.asOf().sameLog(index.applied()))) {
      store.put(
          fill.thing, world.off(Rule.CHECKED_SINCE_AS_OF) ? got.checkedAt(index.newest()) : got);
    }
  }

  private void failed(Fetch fill) {
    fills.remove(fill.thing, fill);
    Copy candidate = fill.candidate;
    boolean saves =
        fill.mayServeStale && candidate != null && time.millis() < candidate.staleUntilMillis();
    fill.failed(saves ? candidate : null);
  }
}
