package io.nearcast.loadtest.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The promise, checked on a history: no request that was sent after a hard purge had been seen
 * complete is answered with anything that the origin produced before the purge was accepted. Pure.
 *
 * <p>It errs on the side of the product only: a request counts from when it was sent, a purge from
 * when the test saw it complete, and an answer as produced before a purge only if the origin had
 * stamped it before the purge was even posted. So each finding is a broken promise.
 */
final class Checker {

  /**
   * An answer that breaks the promise.
   *
   * @param answer what was served
   * @param purge the purge that was complete when it was asked for
   * @param reason in words
   */
  record Violation(Seen answer, PostedPurge purge, String reason) {}

  /**
   * A page was changed at the origin.
   *
   * @param page with a validator, which changes with it
   * @param stamp the origin's counter at that
   */
  record Edit(Page page, long stamp) {}

  private final Map<Page, List<PostedPurge>> barriers = new HashMap<>();
  private final Map<Page, List<Long>> edits = new HashMap<>();
  private final Collection<PostedPurge> purges;

  /**
   * @param purges all that were accepted
   * @param edits all, with rising stamps for each page
   */
  Checker(Collection<PostedPurge> purges, Collection<Edit> edits) {
    this.purges = purges;
    edits.forEach(
        edit -> this.edits.computeIfAbsent(edit.page(), _ -> new ArrayList<>()).add(edit.stamp()));
  }

  /** All answers that break the promise. */
  List<Violation> violations(Collection<Seen> answers) {
    List<Violation> found = new ArrayList<>();
    for (Seen answer : answers) {
      PostedPurge barrier = barrier(answer);
      String reason = barrier == null ? null : reason(answer, barrier);
      if (barrier != null && reason != null) {
        found.add(new Violation(answer, barrier, reason));
      }
    }
    return found;
  }

  /**
   * Of the hard purges that are about the page and were seen complete before the request was sent,
   * the one that was posted last; null where there is none.
   */
  @Nullable PostedPurge barrier(Seen answer) {
    List<PostedPurge> inOrder = barriers.computeIfAbsent(answer.page(), this::barriers);
    int low = 0;
    int high = inOrder.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      // Nanoseconds of the clock are compared by their difference, for they may overflow.
      if (inOrder.get(middle).completeNanos() - answer.sentNanos() < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? null : inOrder.get(low - 1);
  }

  /** By the time of being complete, each replaced by an earlier one that was posted later. */
  private List<PostedPurge> barriers(Page page) {
    List<PostedPurge> inOrder =
        purges.stream()
            .filter(purge -> !purge.soft() && purge.complete() && purge.matches(page))
            .sorted(Comparator.comparingLong(PostedPurge::completeNanos))
            .toList();
    List<PostedPurge> barriers = new ArrayList<>();
    PostedPurge highest = null;
    for (PostedPurge purge : inOrder) {
      if (highest == null || purge.floor() > highest.floor()) {
        highest = purge;
      }
      barriers.add(highest.completeAt(purge.completeNanos()));
    }
    return barriers;
  }

  private @Nullable String reason(Seen answer, PostedPurge barrier) {
    if (answer.stamp() != Seen.NONE && answer.stamp() <= barrier.floor()) {
      return "the origin had stamped it "
          + answer.stamp()
          + ", the purge was posted at "
          + barrier.floor();
    }
    if (answer.made() == Seen.NONE) {
      return null;
    }
    if (!answer.page().checked()) {
      return answer.made() <= barrier.floor()
          ? "its content was made at "
              + answer.made()
              + ", the purge was posted at "
              + barrier.floor()
          : null;
    }
    long newest = newestEdit(answer.page(), barrier.floor());
    return answer.made() < newest
        ? "its content is of "
            + answer.made()
            + ", edited at "
            + newest
            + " before the purge was posted"
        : null;
  }

  private long newestEdit(Page page, long upTo) {
    long newest = Seen.NONE;
    for (long stamp : edits.getOrDefault(page, List.of())) {
      if (stamp <= upTo) {
        newest = stamp;
      }
    }
    return newest;
  }
}
