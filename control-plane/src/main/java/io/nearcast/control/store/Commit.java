package io.nearcast.control.store;

import java.util.List;
import java.util.UUID;

/**
 * What is written together.
 *
 * @param id drawn at random, so that whoever lost the answer can tell its own commit; empty where
 *     nobody kept it
 * @param revision the number of this commit: 1 for the first, no gaps
 * @param entries the next entries of the log, none or more
 * @param documents what they are from now on, each key at most once
 */
public record Commit(String id, long revision, List<Entry> entries, List<Document> documents) {

  /** Copies the lists. */
  public Commit {
    entries = List.copyOf(entries);
    documents = List.copyOf(documents);
  }

  /** A commit with an id of its own. */
  public Commit(long revision, List<Entry> entries, List<Document> documents) {
    this(UUID.randomUUID().toString(), revision, entries, documents);
  }
}
