package io.nearcast.config.feed;

import io.nearcast.config.feed.FeedState.ActiveService;
import io.nearcast.config.model.Pop;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a control plane tells a node that cannot follow the log from where it is: the state, and the
 * purges that led to it.
 *
 * @param log see {@link FeedState}
 * @param sequence see {@link FeedState}
 * @param services see {@link FeedState}
 * @param pops see {@link FeedState}
 * @param drained see {@link FeedState}
 * @param tierKey see {@link FeedState}
 * @param purges the purges up to the sequence that still matter; where it is null, whatever a node
 *     has stored counts as purged
 */
public record FeedSnapshot(
    String log,
    long sequence,
    Map<String, ActiveService> services,
    Map<String, Pop> pops,
    Set<String> drained,
    @Nullable String tierKey,
    @Nullable KnownPurges purges) {

  /** Copies the collections. */
  public FeedSnapshot {
    services = Map.copyOf(services);
    pops = Map.copyOf(pops);
    drained = Set.copyOf(drained);
  }

  /** A state with its purges. */
  public static FeedSnapshot of(FeedState state, @Nullable KnownPurges purges) {
    return new FeedSnapshot(
        state.log(),
        state.sequence(),
        state.services(),
        state.pops(),
        state.drained(),
        state.tierKey(),
        purges);
  }

  /**
   * Whether a node may keep what it has stored, for this says which purges it has missed. If not,
   * all of it counts as purged, hard (PURGE.md rules 15 and 16).
   *
   * @param before where the node is, null if nowhere
   */
  public boolean goesOnFrom(@Nullable FeedState before) {
    return purges != null
        && before != null
        && before.log().equals(log)
        && before.sequence() <= sequence;
  }

  /** The state without the purges. */
  public FeedState state() {
    return new FeedState(log, sequence, services, pops, drained, tierKey);
  }
}
