package io.nearcast.control.ledger;

import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedState;
import io.nearcast.control.store.Document;
import io.nearcast.control.store.Entry;
import java.util.List;

/**
 * What has just become durable.
 *
 * @param state the state after it
 * @param entries the new entries of the log
 * @param encoded the same entries as the feed sends them
 * @param documents the documents that have changed
 */
public record Committed(
    FeedState state, List<FeedEntry> entries, List<Entry> encoded, List<Document> documents) {

  /** Copies the lists. */
  public Committed {
    entries = List.copyOf(entries);
    encoded = List.copyOf(encoded);
    documents = List.copyOf(documents);
  }
}
