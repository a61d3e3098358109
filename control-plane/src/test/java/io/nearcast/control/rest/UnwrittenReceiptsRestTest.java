package io.nearcast.control.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.control.auth.Role;
import io.nearcast.control.auth.Tokens;
import io.nearcast.control.compaction.Snapshots;
import io.nearcast.control.feed.FeedTail;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.purge.Purges;
import io.nearcast.control.store.NarrowStore;
import io.nearcast.control.store.sqlite.SqliteStore;
import io.nearcast.control.warm.Warms;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reports whose counts cannot be written down. */
@Timeout(60)
final class UnwrittenReceiptsRestTest {

  @Test
  void reportIsWorthItsLeaseAndItsCountsAreSaidAgain(@TempDir Path directory) throws Exception {
    InstantSource clock = InstantSource.system();
    try (NarrowStore store = new NarrowStore(SqliteStore.open(directory));
        Ledger ledger = Ledger.open(store, clock)) {
      Tokens tokens = Tokens.open(ledger, clock);
      Members members = Members.open(ledger, System::nanoTime);
      String token = tokens.issue(Role.ADMIN, null, null).secret();
      Snapshots snapshots = Snapshots.open(ledger);
      FeedTail tail = FeedTail.start(ledger.state().log(), ledger.state().sequence());
      Warms warms = new Warms(ledger, members, clock);
      try (Purges purges = Purges.open(ledger, members);
          RestServer server =
              new RestApi(ledger, tokens, members, purges, warms, tail, snapshots)
                  .serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
          Http http =
              new Http(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), token)) {
        ReportingNode node = new ReportingNode(http, "one", "edge");
        node.applied(1);
        store.refuse("receipts/");

        Http.Answer refused = node.matched(1, "1-abc", 5);
        assertThat(refused.status()).isEqualTo(200);
        assertThat(refused.json().has("lease")).isTrue();
        assertThat(refused.json().at("/again").asBoolean()).isTrue();

        store.refuse("");
        Http.Answer kept = node.matched(1, "1-abc", 5);
        assertThat(kept.json().has("again")).isFalse();
        assertThat(store.read("receipts/0000000000000001/one")).isNotNull();
      } finally {
        tail.close();
      }
    }
  }
}
