package io.nearcast.loadtest.promise;

import io.nearcast.edge.purge.PurgeIndex.Position;
import java.util.HashMap;
import java.util.Map;

/** Produces a version of each thing, and remembers when it did. */
final class Origin {
  private final Timeline timeline;
  private final Map<Thing, Long> versions = new HashMap<>();

  Origin(Timeline timeline) {
    this.timeline = timeline;
  }

  void change(Thing thing) {
    versions.merge(thing, 1L, Long::sum);
  }

  /** What it answers now; a 304 counts as produced now, too. */
  Copy produce(Thing thing) {
    long now = timeline.millis();
    long fresh = now + 200 + timeline.random.nextInt(20_000);
    long stale = timeline.random.nextBoolean() ? fresh : fresh + 15_000;
    return new Copy(
        versions.getOrDefault(thing, 0L), timeline.tick(), Position.NONE, fresh, stale, 0);
  }
}
