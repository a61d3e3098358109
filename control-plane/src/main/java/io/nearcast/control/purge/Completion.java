package io.nearcast.control.purge;

import io.nearcast.control.fleet.Survey;
import io.nearcast.control.fleet.Survey.Standing;
import org.jspecify.annotations.Nullable;

/**
 * When a purge is complete. Pure.
 *
 * <p>An edge does not hold a purge up if it has applied it, or became a member after it (then it
 * uses nothing stored before it has applied all that was there). Under {@code whenCutOff:
 * revalidate} neither does an edge without a lease, if it knows that the service is so: it asks the
 * origin; but every lease counts, also that of a process that was replaced or removed. Shields hold
 * nothing up (PURGE.md rule 17).
 */
public final class Completion {
  private Completion() {}

  /**
   * The sequence up to which the purges of a service are complete.
   *
   * @param revalidateSince since which sequence the service is {@code revalidate}, 0 where every
   *     edge knows, null where it is {@code serve}
   * @return {@link Long#MAX_VALUE} where there is nobody to wait for
   */
  public static long passed(Survey survey, @Nullable Long revalidateSince) {
    long unleased = revalidateSince == null ? Long.MAX_VALUE : survey.leaseFloor();
    long waitsFrom = revalidateSince == null ? Long.MAX_VALUE : revalidateSince;
    return survey.standings().stream()
        .filter(node -> node.edge() && past(node) < waitsFrom)
        .mapToLong(Completion::past)
        .reduce(unleased, Math::min);
  }

  /**
   * How far a purge is at one node.
   *
   * @param leaseFloor the sequence that all leases are past
   */
  static ReceiptState state(
      Standing node, long sequence, @Nullable Long revalidateSince, long leaseFloor) {
    if (node.applied() >= sequence) {
      return ReceiptState.APPLIED;
    }
    boolean lapses = node.edge() && revalidateSince != null && past(node) >= revalidateSince;
    if (lapses) {
      return node.leased() && sequence > leaseFloor
          ? ReceiptState.PENDING
          : ReceiptState.LEASE_EXPIRED;
    }
    return node.down() ? ReceiptState.UNCONFIRMED : ReceiptState.PENDING;
  }

  /** It has applied everything up to there, or nobody waits for it with that. */
  private static long past(Standing node) {
    return Math.max(node.joined(), node.applied());
  }
}
