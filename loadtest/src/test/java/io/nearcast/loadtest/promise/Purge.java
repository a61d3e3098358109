package io.nearcast.loadtest.promise;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.Selector;
import java.time.Instant;
import java.util.List;

/** One entry of the simulated log. */
final class Purge {
  final long sequence;
  final String service;
  final Selector selector;
  final boolean soft;
  final long acceptedTick;
  final FeedEntry entry;

  /** When it was reported complete, 0 before. */
  long completeTick;

  Purge(long sequence, String service, Selector selector, boolean soft, long acceptedTick) {
    this.sequence = sequence;
    this.service = service;
    this.selector = selector;
    this.soft = soft;
    this.acceptedTick = acceptedTick;
    entry =
        new FeedEntry(
            sequence,
            Instant.EPOCH,
            new Change.PurgeIssued("p-" + acceptedTick, service, soft, List.of(selector)));
  }

  boolean matches(Thing thing) {
    return service.equals(thing.service())
        && switch (selector) {
          case Selector.Url(String _, String target) -> target.equals(thing.path());
          case Selector.Tag(String tag) -> tag.equals(thing.tag());
          default -> true;
        };
  }

  @Override
  public String toString() {
    return sequence + (soft ? " soft " : " hard ") + service + ' ' + selector;
  }
}
