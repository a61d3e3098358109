package io.nearcast.control.store;

import java.util.List;

/**
 * All that a store had at one moment.
 *
 * @param position how far it was
 * @param entries those of the log that had not been compacted away, in order
 * @param documents all, none of them deleted
 */
public record StoreContents(Position position, List<Entry> entries, List<Document> documents) {

  /** Copies the lists. */
  public StoreContents {
    entries = List.copyOf(entries);
    documents = List.copyOf(documents);
  }
}
