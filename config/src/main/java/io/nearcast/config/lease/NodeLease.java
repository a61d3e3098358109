package io.nearcast.config.lease;

import io.nearcast.config.model.PurgePolicy.WhenCutOff;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An edge's side of its lease: whether it may use what it has stored without asking the origin.
 *
 * <p>A lease is <i>offered</i> by the answer to a report, <i>held</i> once the edge has applied the
 * offer's watermark, and <i>lapsed</i> {@link LeaseTerms#TERM} after the report was sent. An offer
 * that is not held yet does not end an older lease, which the control plane that gave it still
 * counts. A snapshot, another log, the end of the process and a jump of the clock end every lease.
 *
 * <p>Independently of time, an edge is <i>known</i> once it has held a lease since its last
 * snapshot, also over restarts: the control plane then waits for it before it calls a purge
 * complete under {@code whenCutOff: serve}. One that is not known yet may have missed purges that
 * nobody waits for it with.
 *
 * <p>Pure but for its two clocks. {@link #permits} is for any thread and takes no lock; what
 * changes the lease is guarded by this.
 */
public final class NodeLease {
  private static final long JUMP_MILLIS = LeaseTerms.JUMP.toMillis();

  /**
   * When a report was sent, by both clocks.
   *
   * @param nanos monotonic
   * @param wallMillis since 1970
   */
  public record Asked(long nanos, long wallMillis) {}

  private record Offer(LeaseGrant grant, Asked asked) {}

  private final LongSupplier nanoClock;
  private final LongSupplier wallMillis;
  private volatile @Nullable Offer held;
  private volatile boolean known;
  private @Nullable Offer offered;
  private @Nullable String log;
  private long applied;

  /**
   * @param nanoClock monotonic, in ns
   * @param wallMillis the wall clock, in ms since 1970
   */
  public NodeLease(LongSupplier nanoClock, LongSupplier wallMillis) {
    this.nanoClock = nanoClock;
    this.wallMillis = wallMillis;
  }

  /** A lease by the system's clocks. */
  public static NodeLease ofSystemClocks() {
    return new NodeLease(System::nanoTime, System::currentTimeMillis);
  }

  /**
   * The edge starts from what was on its disk, as of a position.
   *
   * @param wasKnown whether it was known when it stopped, which is on disk, too
   */
  public synchronized void restored(String ofLog, long sequence, boolean wasKnown) {
    known = wasKnown;
    move(ofLog, sequence);
  }

  /** The edge has taken a snapshot, and may have missed anything up to the head. */
  public synchronized void snapshot(String ofLog, long sequence) {
    known = false;
    held = null;
    move(ofLog, sequence);
  }

  /** Everything up to the sequence has been applied and is on disk. */
  public synchronized void applied(long sequence) {
    applied = Math.max(applied, sequence);
    take();
  }

  private void move(String ofLog, long sequence) {
    if (!ofLog.equals(log)) {
      held = null;
    }
    log = ofLog;
    applied = sequence;
    take();
  }

  /** To be called just before a report is sent, and handed over with its answer. */
  public Asked asking() {
    return new Asked(nanoClock.getAsLong(), wallMillis.getAsLong());
  }

  /**
   * Takes the answer to a report of this process.
   *
   * @param asked when the report was sent
   */
  public synchronized void answered(Asked asked, LeaseGrant grant) {
    Offer last = offered;
    if (last == null || asked.nanos() - last.asked().nanos() >= 0) {
      offered = new Offer(grant, asked);
      take();
    }
  }

  /** PURGE.md rule 18: held only once the watermark has been applied. */
  private void take() {
    Offer offer = offered;
    if (offer != null
        && offer.grant().log().equals(log)
        && offer.grant().watermark() <= applied
        && !isOver(offer)) {
      held = offer;
      known = true;
    }
  }

  /** The node leaves: it has no lease from now on. */
  public synchronized void giveUp() {
    held = null;
    offered = null;
    known = false;
  }

  /**
   * Whether what is stored may be used without asking the origin first.
   *
   * @param whenCutOff what the service says
   */
  public boolean permits(WhenCutOff whenCutOff) {
    return whenCutOff == WhenCutOff.SERVE ? known : held();
  }

  /** Whether a lease was held since the last snapshot, in this process or one before it. */
  public boolean isKnown() {
    return known;
  }

  /** Whether a lease is held at this moment. */
  public boolean held() {
    Offer offer = held;
    return offer != null && !isOver(offer);
  }

  private boolean isOver(Offer offer) {
    long nanos = nanoClock.getAsLong() - offer.asked().nanos();
    long skewMillis =
        wallMillis.getAsLong() - offer.asked().wallMillis() - TimeUnit.NANOSECONDS.toMillis(nanos);
    long term = Math.min(offer.grant().term().toNanos(), LeaseTerms.TERM.toNanos());
    // Rule 23: a machine that was suspended sees its wall clock jump, and only that.
    return nanos >= term || Math.abs(skewMillis) > JUMP_MILLIS;
  }
}
