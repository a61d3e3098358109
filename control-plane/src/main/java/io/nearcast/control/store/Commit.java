package io.nearcast.control.store;

import java.util.List;

/**
 * What is written together.
 *
 * @param revision the number of this commit: 1 for the first, no gaps
 * @param entries the next entries of the log, none or more
 * @param documents what they are from now on, each key at most once
 */
public record Commit(long revision, List<Entry> entries, List<Document> documents) {

  /** Copies the lists. */
  public Commit {
    entries = List.copyOf(entries);
    documents = List.copyOf(documents);
  }
}
