package io.nearcast.control.purge;

import io.nearcast.control.ledger.Decision;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes down how many stored responses purges were about at nodes, as these say in their reports.
 * A node that was away says so of a thousand purges at once, more than some stores write in one
 * commit, so they go as several; what is known already is not written again, so that a node that
 * has to say it all again gets on. Thread-safe.
 */
final class MatchedCounts {
  /** How long a report may wait for it: less than nodes wait for the answer, which is 2 s. */
  static final Duration PATIENCE = Duration.ofMillis(700);

  /** So many documents every store takes in one commit. */
  static final int COUNTS_AT_ONCE = 40;

  private final Ledger ledger;
  private final PurgeRecords records;

  MatchedCounts(Ledger ledger, PurgeRecords records) {
    this.ledger = ledger;
    this.records = records;
  }

  /**
   * Keeps what a node says; durable when it returns.
   *
   * @param counts by the purges' ids; others are left out
   * @throws Refusal if not all of it could be written
   */
  void keep(String node, Map<String, Long> counts) {
    Map<String, PurgeRecords.Matched> news = new HashMap<>();
    counts.forEach((id, count) -> {
      Long sequence = PurgeRecords.sequence(id);
      if (sequence != null && !records.knows(sequence, node, count)) {
        news.put(PurgeRecords.receipts(sequence) + node, new PurgeRecords.Matched(count));
      }
    });
    List<Decision<Integer>> decisions = new ArrayList<>();
    List<String> keys = List.copyOf(news.keySet());
    for (int from = 0; from < keys.size(); from += COUNTS_AT_ONCE) {
      List<String> some = keys.subList(from, Math.min(keys.size(), from + COUNTS_AT_ONCE));
      decisions.add(draft -> {
        news.forEach((key, matched) -> {
          if (some.contains(key)) {
            draft.put(key, matched);
          }
        });
        return some.size();
      });
    }
    ledger.writeEach(decisions, PATIENCE);
  }
}
