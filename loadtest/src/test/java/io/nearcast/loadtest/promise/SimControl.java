package io.nearcast.loadtest.promise;

import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedSnapshot;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.lease.LeaseGrant;
import io.nearcast.config.lease.LeaseTerms;
import io.nearcast.control.fleet.LeaseBook;
import io.nearcast.control.fleet.Moment;
import io.nearcast.control.fleet.ReplicaRecord;
import io.nearcast.control.fleet.ReplicaRecord.Progress;
import io.nearcast.control.fleet.Survey;
import io.nearcast.control.purge.Completion;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.loadtest.promise.SimStore.Member;
import io.nearcast.loadtest.promise.SimStore.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A control plane, with a store of its own or on one that it shares. What a purge waits for is
 * decided by the product's {@link LeaseBook} and {@link Completion}.
 */
final class SimControl {
  private static final long LOOK_MILLIS = 100;
  private static final long TAKEOVER_MILLIS = 2_500;
  private static final long DOWN_MILLIS = 5_000;
  private static final int COUNTED_LATE_MILLIS = 900;

  /**
   * What a node said last.
   *
   * @param here whether it said so to this control plane
   */
  private record Heard(String boot, long applied, long millis, boolean here) {}

  final String id;
  private final World world;
  private final Timeline time;
  private final SimStore store;
  private final boolean shares;
  private final Map<String, Heard> heard = new HashMap<>();
  private boolean up;
  private long life;
  private long suspendedMillis;
  private LeaseBook leases = new LeaseBook(0, 0);
  private @Nullable SimReplica replica;
  private boolean asksOthers;

  /** What it has read of a shared store. */
  private @Nullable View seen;

  /**
   * @param shares whether others use the store, too
   */
  SimControl(World world, String id, SimStore store, boolean shares) {
    this.world = world;
    this.time = world.time;
    this.id = id;
    this.store = store;
    this.shares = shares;
    // Before the first of them nobody has given a lease.
    leases = new LeaseBook(0, -LeaseTerms.COUNTED.toNanos());
    begin();
    look();
  }

  private void look() {
    if (up) {
      readStore();
      complete(true);
    }
    time.after(LOOK_MILLIS, this::look);
  }

  // Clocks

  long nanos() {
    return (time.millis() - suspendedMillis) * 1_000_000;
  }

  Moment moment() {
    return new Moment(nanos(), time.millis());
  }

  /** The machine stands still, and only the wall clock knows afterwards. */
  void suspended(long forMillis) {
    suspendedMillis += forMillis;
  }

  // Life

  long life() {
    return life;
  }

  boolean is(long thatLife) {
    return up && life == thatLife;
  }

  void crash() {
    up = false;
  }

  void start() {
    if (!up) {
      begin();
      countAnew(Rule.START_WAITS_ONE_LEASE);
    }
  }

  private void begin() {
    up = true;
    life++;
    heard.clear();
    seen = null;
    replica = null;
    asksOthers = false;
  }

  private void countAnew(Rule waits) {
    long since = world.off(waits) ? nanos() - LeaseTerms.COUNTED.toNanos() : nanos();
    leases = new LeaseBook(store.head(), since);
  }

  /** An operator puts the backup in the place of the store, and starts on it. */
  void restore() {
    if (!store.restore()) {
      return;
    }
    // Whoever restores vouches for edges that the backup does not know, until they have reported.
    world.edges.stream()
        .filter(edge -> !store.view().members().containsKey(edge.id))
        .forEach(world::vouchFor);
    begin();
    countAnew(Rule.NEW_LOG_WAITS_ONE_LEASE);
  }

  // The store

  private @Nullable View view() {
    return shares ? seen : store.view();
  }

  /** The last sequence that it knows of. */
  long head() {
    View now = view();
    return now == null ? 0 : now.head();
  }

  private void readStore() {
    if (shares) {
      at(() -> {});
    }
  }

  /** Does something in the shared store, then reads what there is. */
  private void at(Runnable operation) {
    long mine = life;
    time.send(
        id,
        SimStore.ID,
        () -> {
          operation.run();
          View now = store.view().copy();
          time.send(
              SimStore.ID,
              id,
              () -> {
                if (is(mine)) {
                  saw(now);
                }
              });
        });
  }

  private void saw(View now) {
    View before = seen;
    if (before != null && before.index() >= now.index()) {
      return;
    }
    seen = now;
    if (before == null) {
      SimReplica made = new SimReplica(world, this, now.log());
      replica = made;
      leases = made.book();
    } else {
      store.between(before.head(), now.head()).forEach(purge -> tell(now.log(), purge));
    }
    complete(false);
  }

  // The feed

  /**
   * Answers a node that follows the log.
   *
   * @param from where the node is, null if nowhere
   * @param answer takes what is done when the answer comes
   */
  void follow(SimNode node, @Nullable FeedState from, Consumer<Runnable> answer) {
    View now = view();
    if (!up || now == null) {
      return;
    }
    String log = now.log();
    if (from == null
        || !log.equals(from.log())
        || from.sequence() < store.compactedTo()
        || from.sequence() > store.head()) {
      FeedSnapshot snapshot = store.snapshot();
      answer.accept(() -> node.feed().snapshot(snapshot));
      return;
    }
    List<FeedEntry> next =
        store.between(from.sequence(), now.head()).stream().map(one -> one.entry).toList();
    answer.accept(() -> node.feed().entries(log, next));
  }

  private void tell(String log, Purge purge) {
    for (SimNode node : world.nodes) {
      if (node.feed().follows(this) && !time.isCut(id, node.id + "/feed")) {
        time.send(id, node.id, () -> node.feed().entries(log, List.of(purge.entry)));
      }
    }
  }

  // Purges

  void accept(String service, Selector selector, boolean soft) {
    if (!up) {
      return;
    }
    if (shares) {
      at(() -> store.append(service, selector, soft));
      return;
    }
    Purge purge = store.append(service, selector, soft);
    tell(store.view().log(), purge);
    complete(false);
  }

  /**
   * Looks which purges are complete.
   *
   * @param asks whether the others' records may be read for it
   */
  private void complete(boolean asks) {
    View now = view();
    if (now == null) {
      return;
    }
    long floor = leases.floor(now.head(), nanos());
    List<Purge> open =
        store.between(0, now.head()).stream().filter(purge -> purge.completeTick == 0).toList();
    SimReplica others = replica;
    if (others == null) {
      finish(open, floor);
      return;
    }
    finish(open, 0); // those of services that serve on
    if (asks && !asksOthers && !open.isEmpty()) {
      asksOthers = true;
      others.othersFloor(theirs -> finish(open, Math.min(theirs, floorNow())));
      time.after(2L * time.delayMax + 2, () -> asksOthers = false);
    }
  }

  private long floorNow() {
    return leases.floor(head(), nanos());
  }

  /** Those of some purges are complete that what is known now proves to be. */
  private void finish(List<Purge> open, long leaseFloor) {
    View now = view();
    if (open.isEmpty() || now == null) {
      return;
    }
    List<Survey.Standing> standings = new ArrayList<>();
    now.members()
        .forEach((node, member) -> {
          Heard word = heard.get(node);
          boolean here = word != null && word.here();
          if (here || !shares || !world.off(Rule.MEMBERS_OF_OTHERS_COUNT)) {
            standings.add(standing(node, member, word));
          }
        });
    boolean waits = !world.off(Rule.COMPLETION_WAITS_FOR_LEASES);
    Survey survey = new Survey(standings, waits ? leaseFloor : now.head());
    long served = Completion.passed(survey, null);
    long revalidated = Completion.passed(survey, 0L);
    for (Purge purge : open) {
      long passed = purge.service.equals("serve") ? served : revalidated;
      if (purge.sequence <= passed && purge.completeTick == 0) {
        world.completed(purge);
      }
    }
  }

  private Survey.Standing standing(String node, Member member, @Nullable Heard word) {
    return new Survey.Standing(
        node,
        member.edge(),
        member.joined(),
        word == null || !word.boot().equals(member.boot()) ? 0 : word.applied(),
        leases.holds(node, nanos()),
        word == null || time.millis() - word.millis() >= DOWN_MILLIS);
  }

  // Reports

  /**
   * Takes in what a node says of itself.
   *
   * @param grant takes the lease that it is given, if it is given one
   */
  void report(SimNode node, String boot, Position said, Consumer<LeaseGrant> grant) {
    View now = view();
    if (!up || now == null) {
      return;
    }
    Member member = now.members().get(node.id);
    if (member != null && member.boot().equals(boot)) {
      heard(node, member, said, grant);
      return;
    }
    Heard before = heard.get(node.id);
    if (member != null && before != null && time.millis() - before.millis() < TAKEOVER_MILLIS) {
      return;
    }
    heard.remove(node.id);
    if (shares) {
      at(() -> store.join(node.id, boot, node.edge)); // its next report finds it there
    } else {
      heard(node, store.join(node.id, boot, node.edge), said, grant);
    }
  }

  private void heard(SimNode node, Member member, Position said, Consumer<LeaseGrant> grant) {
    View now = view();
    if (now == null) {
      return;
    }
    long applied = now.log().equals(said.log()) ? Math.min(said.sequence(), now.head()) : 0;
    heard.put(node.id, new Heard(member.boot(), applied, time.millis(), true));
    if (node.edge) {
      long registered = world.off(Rule.REGISTERED_AT_THE_HEAD) ? 0 : member.registered();
      OptionalLong watermark = renew(node.id, member.boot(), registered, applied);
      if (watermark.isPresent()) {
        grant.accept(new LeaseGrant(now.log(), watermark.getAsLong(), LeaseTerms.TERM));
      }
    }
    complete(false);
  }

  private OptionalLong renew(String node, String boot, long registered, long applied) {
    SimReplica others = replica;
    if (others != null) {
      return others.renew(node, boot, registered, applied);
    }
    long watermark = leases.renew(node, boot, registered, applied, nanos());
    if (world.off(Rule.COUNTED_FIRST)) {
      LeaseBook book = leases;
      book.givenUp(node, boot);
      time.after(COUNTED_LATE_MILLIS, () -> book.renew(node, boot, registered, applied, nanos()));
    }
    return OptionalLong.of(watermark);
  }

  /** What nodes have said here, for the others. */
  List<Progress> progress() {
    List<Progress> all = new ArrayList<>();
    heard.forEach((node, word) -> {
      if (word.here()) {
        all.add(new Progress(node, word.boot(), word.applied()));
      }
    });
    return all;
  }

  /** Takes in what another control plane says in its record. */
  void heard(ReplicaRecord record) {
    View now = view();
    if (now == null || !now.log().equals(record.log())) {
      return;
    }
    for (Progress progress : record.progress()) {
      Member member = now.members().get(progress.id());
      if (member != null && member.boot().equals(progress.boot())) {
        long applied = Math.min(progress.applied(), now.head());
        Heard word = heard.get(progress.id());
        if (word == null || !word.boot().equals(progress.boot()) || word.applied() < applied) {
          boolean here = word != null && word.here();
          heard.put(progress.id(), new Heard(progress.boot(), applied, time.millis(), here));
        }
        leases.applied(progress.id(), progress.boot(), applied);
        if (world.off(Rule.MOVED_COUNTS_UNTIL_ITS_LEASE_ENDS)) {
          leases.givenUp(progress.id(), progress.boot());
        }
      }
    }
  }

  /** An operator takes a node out of the membership. */
  void remove(SimNode node) {
    View now = view();
    Member member = now == null ? null : now.members().get(node.id);
    if (!up || member == null) {
      return;
    }
    if (shares) {
      at(() -> store.leave(node.id));
      return;
    }
    store.leave(node.id);
    if (world.off(Rule.REMOVED_AFTER_THE_LEASE)) {
      leases.givenUp(node.id, member.boot());
    }
    complete(false);
  }
}
