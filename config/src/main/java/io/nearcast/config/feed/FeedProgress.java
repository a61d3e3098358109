package io.nearcast.config.feed;

import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.lease.NodeLease;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a node is: its state and fleet, and what of that is on disk.
 *
 * <p>Each change goes the same way: the listener takes it, then it is the state, then it is on
 * disk, then it counts as applied. Where the disk cannot be written the node goes on with the new
 * state, but what it has applied stays where it was until a later write succeeds.
 *
 * <p>Changed by the follower's thread only; read by any.
 */
final class FeedProgress {
  private static final Logger log = LoggerFactory.getLogger(FeedProgress.class);

  /** What counts as applied before there is a state. */
  private static final FeedHead NOTHING = new FeedHead("", 0);

  /** A fleet alone is not written more often than that. */
  private static final long FLEET_INTERVAL_NANOS = 1_000_000_000;

  private final LastGoodCopy copy;
  private final KnownMark known;
  private final FeedListener listener;
  private final NodeLease lease;
  private volatile @Nullable FeedState state;
  private volatile Fleet fleet = Fleet.EMPTY;
  private volatile FeedHead applied = NOTHING;
  private boolean diskFails;
  private long savedAtNanos = System.nanoTime() - FLEET_INTERVAL_NANOS;

  /**
   * @param lease is told what has been applied and is on disk
   */
  FeedProgress(LastGoodCopy copy, KnownMark known, FeedListener listener, NodeLease lease) {
    this.copy = copy;
    this.known = known;
    this.listener = listener;
    this.lease = lease;
  }

  @Nullable FeedState state() {
    return state;
  }

  Fleet fleet() {
    return fleet;
  }

  /** The log, and the last sequence of it that has been applied and is on disk. */
  FeedHead applied() {
    return applied;
  }

  /** The place of a state in its log. */
  static FeedHead position(FeedState state) {
    return new FeedHead(state.log(), state.sequence());
  }

  /**
   * Takes up the last good copy.
   *
   * @return whether there was one
   * @throws IOException if the disk cannot be read
   */
  boolean restore() throws IOException {
    Optional<LastGoodCopy.Contents> found = copy.load();
    if (found.isEmpty()) {
      return false;
    }
    FeedState restored = found.get().state();
    listener.snapshot(restored);
    state = restored;
    applied = position(restored);
    lease.restored(restored.log(), restored.sequence(), known.isSetFor(restored.log()));
    takeFleet(found.get().fleet());
    log.info("has its last good copy, at {}", restored.sequence());
    return true;
  }

  /**
   * Replaces the state.
   *
   * @throws IOException if the disk cannot be written; the state is then as before
   */
  void snapshot(FeedSnapshot snapshot) throws IOException {
    known.clear();
    FeedState before = state;
    FeedState after = snapshot.state();
    KnownPurges purges = snapshot.purges();
    if (purges != null && snapshot.goesOnFrom(before)) {
      listener.leap(after, purges);
    } else {
      listener.snapshot(after);
    }
    state = after;
    lease.snapshot(after.log(), after.sequence());
    save(after);
  }

  /**
   * Applies the next entries.
   *
   * @throws IOException if they are not the next ones
   */
  void entries(List<FeedEntry> entries) throws IOException {
    FeedState before = state;
    if (before == null || entries.isEmpty()) {
      throw new IOException("it sends entries out of place");
    }
    FeedState after = before;
    try {
      for (FeedEntry entry : entries) {
        after = after.apply(entry);
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("its entries have a gap: " + e.getMessage(), e);
    }
    listener.entries(entries, after);
    state = after;
    save(after);
  }

  /** Takes the fleet. */
  void fleet(Fleet now) {
    takeFleet(now);
    tick();
  }

  /** Writes what could not, or need not, be written before. */
  void tick() {
    FeedState current = state;
    if (current == null) {
      return;
    }
    noteKnown(current);
    boolean behind = !applied.equals(position(current)) || copy.differs(fleet);
    if (behind && System.nanoTime() - savedAtNanos >= FLEET_INTERVAL_NANOS) {
      save(current);
    }
  }

  private void noteKnown(FeedState current) {
    if (!lease.isKnown()) {
      return;
    }
    try {
      known.set(current.log());
    } catch (IOException e) {
      log.debug("is noted at the next look", e);
    }
  }

  /**
   * Forgets that a control plane knows the node, which is about to leave: when it starts again,
   * nobody will have waited for it with purges in between.
   *
   * @return whether the disk has forgotten it, too
   */
  boolean forgetKnown() {
    try {
      known.clear();
      return true;
    } catch (IOException e) {
      log.error("stays a member, for it cannot note that it leaves: purges wait for it", e);
      return false;
    }
  }

  /** Writes what is not on disk yet, at the end. */
  void saveNow() {
    FeedState current = state;
    if (current != null) {
      save(current);
    }
  }

  private void takeFleet(Fleet now) {
    listener.fleet(now);
    fleet = now;
  }

  private void save(FeedState current) {
    savedAtNanos = System.nanoTime();
    try {
      copy.save(current, fleet);
    } catch (IOException e) {
      if (!diskFails) {
        log.error("cannot keep the last good copy: nothing counts as applied until that works", e);
      }
      diskFails = true;
      return;
    }
    if (diskFails) {
      log.info("keeps the last good copy again");
    }
    diskFails = false;
    applied = position(current);
    lease.applied(current.sequence());
  }
}
