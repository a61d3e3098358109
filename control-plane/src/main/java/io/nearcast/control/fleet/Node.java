package io.nearcast.control.fleet;

import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.lease.LeaseTerms;
import io.nearcast.control.fleet.ReplicaRecord.Progress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A member and what it said last. Guarded by the lock of {@link Members}. */
final class Node {
  private static final long DOWN_AFTER_NANOS = Fleet.DOWN_AFTER.toNanos();
  private static final long COUNTED_NANOS = LeaseTerms.COUNTED.toNanos();
  private static final int FAILURES_SHOWN = 4;

  private Member member;
  private @Nullable NodeReport report;
  private long applied;
  private long heardNanos;
  private boolean heardHere;
  private long movedNanos;
  private @Nullable Long rivalNanos;

  /** A node that has said nothing yet since this control plane started. */
  Node(Member member, long nowNanos) {
    this.member = member;
    heardNanos = nowNanos;
    movedNanos = nowNanos;
  }

  Member member() {
    return member;
  }

  void member(Member changed) {
    if (!changed.boot().equals(member.boot())) {
      report = null; // the word of a process that is gone
      applied = 0;
      heardHere = false;
    }
    member = changed;
  }

  /** The last entry that it has applied, as far as it has said since this control plane started. */
  long applied() {
    return applied;
  }

  long heardNanos() {
    return heardNanos;
  }

  /**
   * Takes in a report of the process that is the member.
   *
   * @param here whether the node sent it to this control plane
   * @param atNanos when it came
   * @return whether it has applied more
   */
  boolean heard(NodeReport said, long appliedNow, boolean here, long atNanos) {
    boolean moved = appliedNow > applied;
    report = said;
    // What others tell may be older than how far they have said it is.
    applied = here ? appliedNow : Math.max(applied, appliedNow);
    heardHere = here;
    heardNanos = atNanos;
    if (moved) {
      movedNanos = atNanos;
    }
    return moved;
  }

  /** What the node has said to this control plane last, or null if it does not report here. */
  @Nullable NodeReport heardHere(long nowNanos) {
    return heardHere && !down(nowNanos) ? report : null;
  }

  /** Takes in what another control plane has been told of how far the process is. */
  void progressed(long appliedThere) {
    applied = Math.max(applied, appliedThere);
  }

  /** How far it is, if it has told this control plane since a time that it has applied more. */
  @Nullable Progress progressSince(long nanos) {
    return heardHere && movedNanos - nanos >= 0
        ? new Progress(member.id(), member.boot(), applied)
        : null;
  }

  /** Whether it may hold a lease of another control plane, as far as that has said. */
  boolean isLeasedElsewhere(long nowNanos) {
    return !heardHere && nowNanos - heardNanos < COUNTED_NANOS;
  }

  /** Takes in that another process uses the same id. */
  void rival(long nowNanos) {
    rivalNanos = nowNanos;
  }

  boolean down(long nowNanos) {
    return nowNanos - heardNanos >= DOWN_AFTER_NANOS;
  }

  /** When the status changes next if nothing is heard, in nanoseconds from now. */
  long changesInNanos(long nowNanos) {
    long silence = down(nowNanos) ? Long.MAX_VALUE : heardNanos + DOWN_AFTER_NANOS - nowNanos;
    Long rival = rivalNanos;
    return rival == null || nowNanos - rival >= DOWN_AFTER_NANOS
        ? silence
        : Math.min(silence, rival + DOWN_AFTER_NANOS - nowNanos);
  }

  NodeStatus status(boolean drained, boolean popKnown, long nowNanos) {
    NodeReport last = report;
    NodeState state;
    if (down(nowNanos)) {
      state = NodeState.DOWN;
    } else if (drained || (last != null && last.state() == NodeState.DRAINING)) {
      state = NodeState.DRAINING;
    } else {
      state = NodeState.SERVING;
    }
    return new NodeStatus(
        member.id(),
        member.role(),
        member.pop(),
        state,
        applied,
        member.address(),
        warnings(popKnown, nowNanos));
  }

  private List<String> warnings(boolean popKnown, long nowNanos) {
    List<String> warnings = new ArrayList<>();
    if (!popKnown && !member.pop().isEmpty()) {
      warnings.add("the PoP " + member.pop() + " is not defined: PUT /v1/pops/" + member.pop());
    }
    Long rival = rivalNanos;
    if (rival != null && nowNanos - rival < DOWN_AFTER_NANOS) {
      warnings.add("another process uses the same id: give each node an id of its own");
    }
    NodeReport last = report;
    if (last != null) {
      List<NodeReport.Failure> failures = last.failures();
      for (NodeReport.Failure failure :
          failures.subList(Math.max(0, failures.size() - FAILURES_SHOWN), failures.size())) {
        warnings.add(
            "entry " + failure.sequence() + " was not applied in full: " + failure.detail());
      }
    }
    return warnings;
  }
}
