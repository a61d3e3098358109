package io.nearcast.loadtest.promise;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedSnapshot;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.config.lease.LeaseGrant;
import io.nearcast.config.lease.NodeLease;
import io.nearcast.edge.purge.PurgeIndex.Position;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a node is: its state, what of that is on disk, its reports and its lease. What it knows
 * it knows by the product's {@link FeedState} and {@link NodeLease}.
 */
final class NodeFeed {
  private static final int LATE_MILLIS = 400;
  private static final long SILENT_MILLIS = 3_500;

  private final World world;
  private final Timeline time;
  private final SimNode node;
  private final NodeCache cache;

  // On disk
  private @Nullable FeedState disk;
  private @Nullable String knownLog;

  // In memory
  private @Nullable FeedState state;
  private NodeLease lease;
  private long polls;
  private long answered;
  private long answeredMillis;
  private long grantedMillis;
  private int followed;
  private int reportedTo;

  NodeFeed(World world, SimNode node, NodeCache cache) {
    this.world = world;
    this.time = world.time;
    this.node = node;
    this.cache = cache;
    lease = newLease();
  }

  private NodeLease newLease() {
    return new NodeLease(node::nanos, node::wallMillis);
  }

  NodeLease lease() {
    return lease;
  }

  /** A new process, with what is on disk. */
  void restart() {
    lease = newLease();
    state = null;
    FeedState restored = disk;
    if (restored != null) {
      cache.stamps().reset(position(restored));
      state = restored;
      lease.restored(
          restored.log(),
          restored.sequence(),
          restored.log().equals(knownLog) || world.off(Rule.KNOWN_IS_ON_DISK));
    }
    long mine = node.boot();
    time.after(1, () -> poll(mine));
    time.after(2, () -> reportEverySecond(mine));
  }

  void wipe() {
    disk = null;
    knownLog = null;
  }

  /** From now on it follows one control plane and reports to one. */
  void move(int follows, int reports) {
    followed = follows;
    reportedTo = reports;
    answeredMillis = time.millis();
    grantedMillis = time.millis();
  }

  boolean follows(SimControl plane) {
    return world.planes.get(followed).equals(plane);
  }

  /** Nobody has answered for long: the next one is tried. */
  private int after(int plane) {
    return (plane + 1) % world.planes.size();
  }

  private static Position position(FeedState of) {
    return new Position(of.log(), of.sequence());
  }

  // The feed

  private void poll(long mine) {
    if (!node.is(mine)) {
      return;
    }
    if (time.millis() - answeredMillis > SILENT_MILLIS) {
      answeredMillis = time.millis();
      followed = after(followed);
    }
    FeedState from = state;
    long number = ++polls;
    SimControl plane = world.planes.get(followed);
    time.send(
        node.id,
        plane.id,
        () -> {
          if (!time.isCut(plane.id, node.id + "/feed")) {
            plane.follow(
                node,
                from,
                reply -> time.send(plane.id, node.id, () -> answered(mine, number, reply)));
          }
        });
    time.after(150 + time.random.nextInt(100), () -> poll(mine));
  }

  /** Of a connection that was given up nothing is heard once a later one has said something. */
  private void answered(long toBoot, long number, Runnable reply) {
    if (node.is(toBoot) && number >= answered) {
      answered = number;
      answeredMillis = time.millis();
      reply.run();
    }
  }

  /** Entries have come; those that are known already, or not the next, say nothing. */
  void entries(String log, List<FeedEntry> entries) {
    FeedState before = state;
    if (!node.isUp() || before == null || !log.equals(before.log())) {
      return;
    }
    FeedState after = before;
    for (FeedEntry entry : entries) {
      FeedState next = next(after, entry);
      if (next != null) {
        after = next;
        enterOrLater(entry);
      }
    }
    if (after.sequence() == before.sequence()) {
      return;
    }
    state = after;
    if (!world.off(Rule.STAMPS_BEFORE_REPORT)) {
      cache.stamps().applied(position(after));
    }
    keep(after);
    report(node.boot());
  }

  private @Nullable FeedState next(FeedState at, FeedEntry entry) {
    if (entry.sequence() <= at.sequence()) {
      return null;
    }
    try {
      return at.apply(entry);
    } catch (IllegalArgumentException gap) {
      return world.off(Rule.NO_GAPS)
          ? new FeedState(at.log(), entry.sequence(), at.services(), at.pops(), at.drained(), null)
          : null;
    }
  }

  private void enterOrLater(FeedEntry entry) {
    long mine = node.boot();
    if (!world.off(Rule.STAMPS_BEFORE_REPORT)) {
      enter(entry);
      return;
    }
    time.after(
        LATE_MILLIS,
        () -> {
          FeedState now = state;
          if (node.is(mine) && now != null) {
            enter(entry);
            cache.stamps().applied(new Position(now.log(), entry.sequence()));
          }
        });
  }

  private void enter(FeedEntry entry) {
    if (entry.change() instanceof Change.PurgeIssued purge) {
      purge
          .selectors()
          .forEach(selector ->
              cache
                  .stamps()
                  .enter(
                      new NodeStamps.Entered(
                          purge.service(), selector, purge.soft(), entry.sequence())));
    }
  }

  /** A snapshot has come: with the purges that were missed, or in the place of all. */
  void snapshot(FeedSnapshot snapshot) {
    FeedState before = state;
    FeedState after = snapshot.state();
    if (!node.isUp()
        || (before != null
            && before.log().equals(after.log())
            && before.sequence() >= after.sequence())) {
      return;
    }
    knownLog = null;
    KnownPurges missed = snapshot.purges();
    if (missed != null && snapshot.goesOnFrom(before)) {
      leap(position(after), missed);
    } else if (world.off(Rule.SNAPSHOT_PURGES)) {
      cache.stamps().applied(position(after));
    } else {
      cache.stamps().reset(position(after));
      cache.forget();
    }
    state = after;
    lease.snapshot(after.log(), after.sequence());
    keep(after);
    report(node.boot());
  }

  /** As {@code agent.Agent} has it. */
  private void leap(Position after, KnownPurges missed) {
    NodeStamps stamps = cache.stamps();
    if (missed.horizon() > stamps.applied().sequence() && !world.off(Rule.HORIZON_PURGES)) {
      stamps.raise(missed.horizon());
    }
    if (!world.off(Rule.SNAPSHOT_CARRIES_STAMPS)) {
      for (SelectorStamp stamp : missed.stamps()) {
        stamps.enter(entered(stamp, false));
        stamps.enter(entered(stamp, true));
      }
    }
    stamps.applied(after);
  }

  private static NodeStamps.Entered entered(SelectorStamp stamp, boolean soft) {
    return new NodeStamps.Entered(
        stamp.service(), stamp.selector(), soft, soft ? stamp.soft() : stamp.hard());
  }

  private void keep(FeedState now) {
    long mine = node.boot();
    if (world.off(Rule.DISK_BEFORE_REPORT)) {
      lease.applied(now.sequence());
    }
    time.after(
        time.random.nextInt(time.diskMax),
        () -> {
          FeedState current = state;
          if (node.is(mine) && current != null && current.log().equals(now.log()) && isNews(now)) {
            disk = now;
            lease.applied(now.sequence());
            report(mine);
          }
        });
  }

  private boolean isNews(FeedState now) {
    FeedState kept = disk;
    return kept == null || !kept.log().equals(now.log()) || now.sequence() > kept.sequence();
  }

  // Reports and leases

  private void reportEverySecond(long mine) {
    if (node.is(mine)) {
      FeedState now = state;
      if (lease.isKnown() && now != null) {
        knownLog = now.log();
      }
      if (time.millis() - grantedMillis > SILENT_MILLIS) {
        grantedMillis = time.millis();
        reportedTo = after(reportedTo);
      }
      report(mine);
      time.after(1_000, () -> reportEverySecond(mine));
    }
  }

  private void report(long mine) {
    FeedState applied = world.off(Rule.DISK_BEFORE_REPORT) ? state : disk;
    if (world.off(Rule.STAMPS_BEFORE_REPORT) && state != null) {
      applied = state;
      lease.applied(Objects.requireNonNull(state).sequence());
    }
    if (!node.is(mine) || applied == null) {
      return;
    }
    Position position = position(applied);
    NodeLease.Asked asked = lease.asking();
    SimControl plane = world.planes.get(reportedTo);
    time.send(
        node.id,
        plane.id,
        () -> {
          if (!time.isCut(node.id + "/report", plane.id)) {
            plane.report(
                node,
                String.valueOf(mine),
                position,
                grant -> time.send(plane.id, node.id, () -> granted(mine, asked, grant)));
          }
        });
  }

  private void granted(long toBoot, NodeLease.Asked asked, LeaseGrant grant) {
    if (!node.is(toBoot)) {
      return;
    }
    grantedMillis = time.millis();
    LeaseGrant given =
        world.off(Rule.WATERMARK_FIRST) ? new LeaseGrant(grant.log(), 0, grant.term()) : grant;
    lease.answered(world.off(Rule.LEASE_FROM_THE_ASKING) ? lease.asking() : asked, given);
  }
}
