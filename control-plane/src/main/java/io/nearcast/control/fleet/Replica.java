package io.nearcast.control.fleet;

import io.nearcast.control.fleet.ReplicaRecord.Progress;
import io.nearcast.control.fleet.ReplicaStore.Kept;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One of several control planes on one store, as far as the leases go that it gives. It keeps a
 * record of its own in the store, whose watermark every lease that it gives is past; the others
 * take a purge for complete only once it is past the watermarks of all records.
 *
 * <p>Transitions: <i>absent</i> until it has created its record, with the watermark 0; then
 * <i>created</i> until it has read the head of the log; then it <i>holds</i> its record and raises
 * the watermark. A write of which nothing is known makes it <i>unsure</i> until it has looked; a
 * create that is not found then is tried again, for the same record. Where its record has been
 * removed it is absent again, and makes another one.
 *
 * <p>Why nothing is complete that a lease is not past (PURGE.md rules 18, 20 and 21):
 *
 * <ul>
 *   <li>A completion that has read all records and not seen this one has read them before it was
 *       created, so it is of a purge that is at or below the head read after that, and no lease is
 *       given below that head.
 *   <li>One that has seen it is of a purge at or below its watermark.
 *   <li>A record is removed only after it has stood still for longer than leases are given after a
 *       write of it, and these last: see {@link OtherReplicas}. This process gives leases for
 *       {@link #SESSION} from when it <i>sent</i> the last write that was successful.
 * </ul>
 *
 * <p>A lease counts from when the edge sent its report, so it does not matter if this process
 * stands still between the look at its own time and the answer.
 *
 * <p>Pure but for the store: time and the store are arguments, so that a simulation can drive it.
 * Thread-safe. {@link #step} is for one thread, and blocks for no longer than one operation of the
 * store; nothing else blocks. All fields are guarded by this.
 */
public final class Replica {
  /** For how long after it was sent a write of the record lets leases be given. */
  public static final Duration SESSION = Duration.ofSeconds(10);

  private enum Phase {
    ABSENT,
    CREATED,
    HELD,
    UNSURE
  }

  private final String log;
  private final LeaseBook leases;
  private final Supplier<String> ids;
  private Phase phase = Phase.ABSENT;
  private @Nullable String id;
  private long version;
  private long beat;

  /** The beat of the record as it is known to have been there, 0 where it is not known to. */
  private long writtenBeat;

  private long watermark;

  /** Whether the head has been read since the record was created. */
  private boolean begun;

  private @Nullable Moment written;
  private boolean stopped;

  /**
   * @param log the log that sequences count in
   * @param leases those that this control plane gives; none have been given yet
   * @param ids a new id for each call, never one that was used before
   */
  public Replica(String log, LeaseBook leases, Supplier<String> ids) {
    this.log = log;
    this.leases = leases;
    this.ids = ids;
  }

  /** The id of its record, null before there is one. */
  public synchronized @Nullable String id() {
    return id;
  }

  /** Whether leases may be given at a moment. */
  public synchronized boolean gives(Moment now) {
    Moment last = written;
    return begun && !stopped && last != null && last.isWithin(SESSION, now);
  }

  /**
   * Renews the lease of an edge, as {@link LeaseBook#renew}.
   *
   * @param now a moment after the report has come
   * @return the watermark of its lease, empty where none may be given: an older one goes on
   */
  public synchronized OptionalLong renew(
      String edge, String boot, long registered, long applied, Moment now) {
    return gives(now)
        ? OptionalLong.of(leases.renew(edge, boot, registered, applied, now.nanos()))
        : OptionalLong.empty();
  }

  /** Whether the watermark would be a higher one if it was written now. */
  public synchronized boolean isBehind(long head, long nowNanos) {
    return leases.floor(head, nowNanos) > watermark;
  }

  /**
   * Performs the next operation of the store: another step towards a record where it has none, else
   * the next version of it.
   *
   * @param sent the moment before the call
   * @param head the last sequence of the log, as read before
   * @param progress goes into the record
   * @return whether its record has been written as it is now; else there is another step to be done
   *     at once
   * @throws io.nearcast.control.store.StoreFailure if the store does not answer; to be called again
   */
  public boolean step(ReplicaStore store, Moment sent, long head, List<Progress> progress) {
    switch (phase()) {
      case ABSENT -> create(store, sent);
      case CREATED -> begin(store);
      case UNSURE -> lookUp(store);
      case HELD -> {
        return publish(store, sent, head, progress);
      }
    }
    return false;
  }

  private synchronized Phase phase() {
    return phase;
  }

  private void create(ReplicaStore store, Moment sent) {
    String created;
    ReplicaRecord record;
    synchronized (this) {
      // A create of before whose answer was lost may still come: then it is this one's record, and
      // not one of nobody, for which the others would have to wait.
      created = id == null ? ids.get() : id;
      id = created;
      phase = Phase.UNSURE; // until it is known to be there
      record = next(0, List.of());
    }
    OptionalLong now = store.create(created, record);
    if (now.isPresent()) {
      wrote(now.getAsLong(), sent);
    }
  }

  /** Rule 20: the head is read after the record can be seen, and before the first lease. */
  private void begin(ReplicaStore store) {
    long head = store.head();
    synchronized (this) {
      leases.raise(head);
      begun = true;
      phase = Phase.HELD;
    }
  }

  private boolean publish(ReplicaStore store, Moment sent, long head, List<Progress> progress) {
    String mine;
    long known;
    ReplicaRecord record;
    synchronized (this) {
      mine = id;
      known = version;
      watermark = Math.max(watermark, leases.floor(head, sent.nanos())); // rule 21
      record = next(watermark, progress);
      phase = Phase.UNSURE;
    }
    if (mine == null) {
      throw new IllegalStateException("it holds a record without an id");
    }
    OptionalLong now = store.replace(mine, known, record);
    if (now.isPresent()) {
      wrote(now.getAsLong(), sent);
    }
    return now.isPresent();
  }

  private ReplicaRecord next(long mark, List<Progress> progress) {
    return new ReplicaRecord(log, ++beat, mark, stopped, progress);
  }

  private synchronized void wrote(long now, Moment sent) {
    version = now;
    writtenBeat = beat;
    written = sent;
    phase = begun ? Phase.HELD : Phase.CREATED;
  }

  /**
   * A record that is still there was there all the time: no id is used for another one once its
   * record has been seen. But for a create that comes late, after the record was removed: that has
   * an earlier beat than what was written, and is left to those who tidy up.
   */
  private void lookUp(ReplicaStore store) {
    String mine = id();
    Kept kept = mine == null ? null : store.read(mine);
    synchronized (this) {
      if (kept != null && kept.record().beat() >= writtenBeat) {
        version = kept.version();
        writtenBeat = kept.record().beat();
        phase = begun ? Phase.HELD : Phase.CREATED;
      } else {
        if (writtenBeat > 0) {
          id = null; // it was there, and is gone
        }
        writtenBeat = 0;
        begun = false;
        written = null;
        phase = Phase.ABSENT;
      }
    }
  }

  /**
   * Gives no lease any more and says so, so that the others wait for those that it has given only;
   * where there are none it removes its record.
   *
   * @throws io.nearcast.control.store.StoreFailure if the store does not answer; then the others
   *     wait as for a control plane that has crashed
   */
  public void stop(ReplicaStore store, Moment sent, long head) {
    boolean unused;
    synchronized (this) {
      stopped = true;
      unused = leases.isUnused(sent.nanos());
    }
    String mine = id();
    Kept kept = mine == null ? null : store.read(mine);
    if (kept == null) {
      return;
    }
    if (unused) {
      store.remove(kept.id(), kept.version());
    } else {
      synchronized (this) {
        version = kept.version();
      }
      publish(store, sent, head, List.of());
    }
  }
}
