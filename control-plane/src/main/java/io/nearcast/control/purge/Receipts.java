package io.nearcast.control.purge;

import io.nearcast.control.fleet.Survey;
import io.nearcast.control.fleet.Survey.Standing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How far a purge is at each node, for people to see. Pure. */
final class Receipts {
  private Receipts() {}

  /** The receipts of a complete purge, of which only those of shields can still change. */
  static List<NodeReceipt> frozen(
      StoredPurge purge, List<Standing> standings, Map<String, Long> matched) {
    Map<String, Standing> byId = new HashMap<>();
    standings.forEach(node -> byId.put(node.id(), node));
    List<NodeReceipt> receipts = new ArrayList<>();
    for (NodeReceipt kept : purge.receipts()) {
      Standing node = byId.get(kept.id());
      receipts.add(
          new NodeReceipt(
              kept.id(), later(kept.state(), node, purge.sequence()), matched.get(kept.id())));
    }
    return receipts;
  }

  private static ReceiptState later(ReceiptState kept, @Nullable Standing node, long sequence) {
    if (kept == ReceiptState.APPLIED || node == null) {
      return kept;
    }
    ReceiptState now = Completion.state(node, sequence, null, 0);
    return kept == ReceiptState.LEASE_EXPIRED && now != ReceiptState.APPLIED ? kept : now;
  }

  /** The receipts of a purge that is not complete. */
  static List<NodeReceipt> now(
      long sequence, @Nullable Long since, Survey survey, Map<String, Long> matched) {
    return survey.standings().stream()
        .filter(node -> node.joined() < sequence)
        .map(node ->
            new NodeReceipt(
                node.id(),
                Completion.state(node, sequence, since, survey.leaseFloor()),
                matched.get(node.id())))
        .toList();
  }
}
