package io.nearcast.control.catalog;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedState.ActiveService;
import io.nearcast.config.model.PurgePolicy.WhenCutOff;
import io.nearcast.control.ledger.Draft;
import org.jspecify.annotations.Nullable;

/**
 * Since when a service says {@code whenCutOff: revalidate}: an edge that was cut off before that
 * still serves, so a purge does not take the end of its lease for proof. Kept as a document of its
 * own for as long as the service says so.
 *
 * @param since the entry that made it so
 * @param known whether every member edge has applied that entry
 */
public record CutOff(long since, boolean known) {
  /** What the keys of the documents begin with; the service's name follows. */
  public static final String PREFIX = "cut-off/";

  /** Since when purges may count on it; 0 where every edge knows. */
  public long countsSince() {
    return known ? 0 : since;
  }

  /** Notes that every member edge has applied the entry, unless it is another one by now. */
  public void noteKnown(Draft draft, String service) {
    if (equals(draft.read(CutOff.class, PREFIX + service))) {
      draft.put(PREFIX + service, new CutOff(since, true));
    }
  }

  /** Appends a change of a service and keeps its document. */
  static long append(Draft draft, String service, Change change) {
    boolean before = revalidates(draft.feed().services().get(service));
    long sequence = draft.append(change);
    boolean after = revalidates(draft.feed().services().get(service));
    if (after && !before) {
      draft.put(PREFIX + service, new CutOff(sequence, false));
    } else if (before && !after) {
      draft.delete(PREFIX + service);
    }
    return sequence;
  }

  private static boolean revalidates(@Nullable ActiveService active) {
    return active != null && active.service().purge().whenCutOff() == WhenCutOff.REVALIDATE;
  }
}
