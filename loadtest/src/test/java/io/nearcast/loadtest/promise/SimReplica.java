package io.nearcast.loadtest.promise;

import io.nearcast.control.fleet.LeaseBook;
import io.nearcast.control.fleet.Moment;
import io.nearcast.control.fleet.OtherReplicas;
import io.nearcast.control.fleet.Replica;
import io.nearcast.control.fleet.ReplicaRecord;
import io.nearcast.control.fleet.ReplicaRecord.Progress;
import io.nearcast.control.fleet.ReplicaStore.Kept;
import io.nearcast.control.store.StoreFailure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a control plane has to do with the others on its store: it writes its record and reads
 * theirs, as the product's {@link Replica} and {@link OtherReplicas} decide. Belongs to one process
 * of a control plane.
 */
final class SimReplica {
  private static final long LOOK_MILLIS = 100;
  private static final long BEAT_MILLIS = 2_000;
  private static final long FOLLOW_MILLIS = 300;
  private static final long RETRY_MILLIS = 250;

  /** How long a record stands still before it is removed, without the rule. */
  private static final long REMOVED_TOO_SOON_MILLIS = 3_000;

  private final World world;
  private final Timeline time;
  private final SimControl plane;
  private final RemoteRecords records;
  private final LeaseBook book = LeaseBook.shared();
  private final Replica replica;
  private final OtherReplicas others;
  private final Map<String, Long> versions = new HashMap<>();
  private final Map<String, Long> sinceMillis = new HashMap<>();
  private final long life;
  private long writtenMillis = -BEAT_MILLIS;
  private boolean writing;

  SimReplica(World world, SimControl plane, String log) {
    this.world = world;
    this.time = world.time;
    this.plane = plane;
    life = plane.life();
    records = new RemoteRecords(world, world.store.records(), plane);
    replica = new Replica(log, book, () -> plane.id + '-' + time.tick());
    others = new OtherReplicas(log);
    look();
    follow();
  }

  LeaseBook book() {
    return book;
  }

  private boolean lives() {
    return plane.is(life);
  }

  // Its own record

  private void look() {
    if (!lives()) {
      return;
    }
    boolean due = time.millis() - writtenMillis >= BEAT_MILLIS;
    if (!writing && (due || replica.isBehind(plane.head(), plane.nanos()))) {
      writing = true;
      step();
    }
    time.after(LOOK_MILLIS, this::look);
  }

  /** The operation takes effect some time after it was sent. */
  private void step() {
    Moment sent = plane.moment();
    long head = plane.head();
    List<Progress> progress = plane.progress();
    time.after(
        time.delay(plane.id, SimStore.ID),
        () -> {
          if (!lives()) {
            return;
          }
          try {
            boolean done = replica.step(records, sent, head, progress);
            if (done) {
              writing = false;
              writtenMillis = time.millis();
              overstate();
            } else {
              step();
            }
          } catch (StoreFailure e) {
            time.after(RETRY_MILLIS, this::retry);
          }
        });
  }

  private void retry() {
    if (lives()) {
      step();
    }
  }

  /** Without the rule, one who has given no lease says that any purge is past all of them. */
  private void overstate() {
    String id = replica.id();
    Kept kept = id == null ? null : world.store.records().read(id);
    if (world.off(Rule.WATERMARK_NOT_ABOVE_THE_HEAD)
        && kept != null
        && book.changesInNanos(plane.nanos()) == Long.MAX_VALUE) {
      ReplicaRecord record = kept.record();
      world
          .store
          .records()
          .put(
              kept.id(),
              new ReplicaRecord(
                  record.log(), record.beat(), Long.MAX_VALUE, false, record.progress()));
    }
  }

  // The others'

  private void follow() {
    if (!lives()) {
      return;
    }
    time.after(
        time.delay(plane.id, SimStore.ID),
        () -> {
          if (lives()) {
            read();
          }
        });
    time.after(FOLLOW_MILLIS, this::follow);
  }

  private void read() {
    try {
      List<Kept> all = records.all();
      others.saw(all, plane.nanos());
      String own = replica.id();
      for (Kept kept : all) {
        if (!kept.id().equals(own)) {
          plane.heard(kept.record());
        }
      }
      for (Kept kept : leftOver(all, own)) {
        records.remove(kept.id(), kept.version());
      }
    } catch (StoreFailure e) {
      writtenMillis = Math.min(writtenMillis, time.millis() - BEAT_MILLIS);
    }
  }

  private List<Kept> leftOver(List<Kept> all, @Nullable String own) {
    if (!world.off(Rule.RECORDS_OUTLIVE_THEIR_LEASES)) {
      return others.leftOver(own, plane.nanos());
    }
    Set<String> there = new HashSet<>();
    for (Kept kept : all) {
      there.add(kept.id());
      Long before = versions.put(kept.id(), kept.version());
      if (before == null || before != kept.version()) {
        sinceMillis.put(kept.id(), time.millis());
      }
    }
    versions.keySet().retainAll(there);
    return all.stream()
        .filter(kept -> !kept.id().equals(own))
        .filter(kept ->
            time.millis() - sinceMillis.getOrDefault(kept.id(), time.millis())
                >= REMOVED_TOO_SOON_MILLIS)
        .toList();
  }

  // Leases

  OptionalLong renew(String edge, String boot, long registered, long applied) {
    if (world.off(Rule.LEASES_INSIDE_THE_SESSION)) {
      return OptionalLong.of(book.renew(edge, boot, registered, applied, plane.nanos()));
    }
    return replica.renew(edge, boot, registered, applied, plane.moment());
  }

  /** Reads what the leases of the others are past now, if the store answers. */
  void othersFloor(LongConsumer then) {
    if (world.off(Rule.RECORDS_OF_OTHERS_COUNT)) {
      then.accept(Long.MAX_VALUE);
      return;
    }
    time.after(
        time.delay(plane.id, SimStore.ID),
        () -> {
          if (lives()) {
            floorNow(then);
          }
        });
  }

  private void floorNow(LongConsumer then) {
    long floor;
    try {
      floor = others.floor(records.all(), replica.id());
    } catch (StoreFailure e) {
      return; // looks again
    }
    long answered = floor;
    time.after(
        time.delay(plane.id, SimStore.ID),
        () -> {
          if (lives()) {
            then.accept(answered);
          }
        });
  }
}
