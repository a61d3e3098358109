package io.nearcast.loadtest.promise;

import io.nearcast.edge.purge.PurgeIndex.Position;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Produces a version of each thing, and remembers when it did. */
final class Origin {
  private static final int FRESH_MILLIS_MAX = 20_000;
  private static final long STALE_MILLIS = 15_000;

  private final Timeline timeline;
  private final Map<Thing, Long> versions = new HashMap<>();

  /** How long all that it answers is fresh, in ms; random where it is 0. */
  long freshMillis;

  /** For how long it may be served stale after that, in ms, where {@code freshMillis} is set. */
  long staleMillis = STALE_MILLIS;

  Origin(Timeline timeline) {
    this.timeline = timeline;
  }

  void change(Thing thing) {
    versions.merge(thing, 1L, Long::sum);
  }

  /**
   * What it answers now; a 304 counts as produced now, too. Null where a slice is asked for of a
   * version that is gone.
   */
  @Nullable Copy produce(Thing thing) {
    long now = timeline.millis();
    long version = versions.getOrDefault(thing.whole(), 0L);
    boolean fixed = freshMillis > 0;
    long fresh = now + (fixed ? freshMillis : 200 + timeline.random.nextInt(FRESH_MILLIS_MAX));
    long stale = fresh + (fixed ? staleMillis : timeline.random.nextInt(2) * STALE_MILLIS);
    return thing.fits(version)
        ? new Copy(version, timeline.tick(), Position.NONE, 0, fresh, stale, 0, false)
        : null;
  }
}
