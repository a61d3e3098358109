package io.nearcast.control.purge;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.Selector;
import io.nearcast.config.json.Documents;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StoredPurgeTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final StoredPurge ISSUED =
      new StoredPurge(
          "7-abcdefgh", 7, "shop", false, List.of(new Selector.Everything()), NOW, "token");

  private static List<NodeReceipt> receipts(int count, String idFormat) {
    List<NodeReceipt> receipts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ReceiptState state = i % 100 == 99 ? ReceiptState.LEASE_EXPIRED : ReceiptState.APPLIED;
      receipts.add(new NodeReceipt(idFormat.formatted(i), state, null));
    }
    return receipts;
  }

  private static StoredPurge again(StoredPurge purge) {
    return Documents.readJson(StoredPurge.class, Documents.writeJson(purge));
  }

  @Test
  void allMembersAreNamedInARecordThatEveryStoreTakes() {
    List<NodeReceipt> receipts = receipts(10_000, "edge-frankfurt-%05d");
    StoredPurge complete = ISSUED.completed(NOW, receipts);
    assertThat(Documents.writeJson(complete)).hasSizeLessThanOrEqualTo(StoredPurge.BYTES_MAX);
    assertThat(complete.leftOut()).isNull();
    assertThat(again(complete)).isEqualTo(complete);
    assertThat(again(complete).receipts()).isEqualTo(receipts);
  }

  @Test
  void whereThereAreTooManyThoseThatHaveAppliedItAreCountedOnly() {
    List<NodeReceipt> receipts = receipts(10_000, "%05d-" + "x".repeat(57));
    StoredPurge complete = ISSUED.completed(NOW, receipts);
    assertThat(Documents.writeJson(complete)).hasSizeLessThanOrEqualTo(StoredPurge.BYTES_MAX);
    assertThat(complete.nodes()).hasSize(100);
    assertThat(complete.leftOut()).isNotNull().isEqualTo(10_000 - complete.receipts().size());
    assertThat(complete.applied()).hasSizeGreaterThan(4_000);
    assertThat(again(complete)).isEqualTo(complete);
  }

  @Test
  void recordOfBeforeNamesAllNodesWithTheirStates() {
    String json =
        """
        {"id": "7-abcdefgh", "sequence": 7, "service": "shop", "soft": false,
         "selectors": [{"type": "everything"}], "createdAt": "2026-01-01T00:00:00Z",
         "author": "token", "completedAt": "2026-01-01T00:00:00Z",
         "nodes": [{"id": "one", "state": "applied"}]}\
        """;
    StoredPurge purge =
        Documents.readJson(StoredPurge.class, json.getBytes(StandardCharsets.UTF_8));
    assertThat(purge.receipts())
        .containsExactly(new NodeReceipt("one", ReceiptState.APPLIED, null));
  }
}
