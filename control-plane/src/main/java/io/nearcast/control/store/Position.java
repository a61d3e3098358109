package io.nearcast.control.store;

import java.util.List;

/**
 * How far a store has come.
 *
 * @param log the identity of the log, a UUID drawn when it was created
 * @param revision how many commits there have been
 * @param head the sequence of the last entry, 0 for none
 */
public record Position(String log, long revision, long head) {

  /**
   * Where the store is after one more commit.
   *
   * @throws IllegalArgumentException if revision or entries do not follow
   */
  public Position after(Commit commit) {
    if (commit.revision() != revision + 1) {
      throw new IllegalArgumentException(commit.revision() + " does not follow " + revision);
    }
    long last = head;
    List<Entry> entries = commit.entries();
    for (Entry entry : entries) {
      if (entry.sequence() != last + 1) {
        throw new IllegalArgumentException(
            "entry " + entry.sequence() + " does not follow " + last);
      }
      last = entry.sequence();
    }
    return new Position(log, commit.revision(), last);
  }
}
