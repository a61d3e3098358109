package io.nearcast.control.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.control.auth.Role;
import io.nearcast.control.auth.Tokens;
import io.nearcast.control.compaction.Snapshots;
import io.nearcast.control.feed.FeedTail;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.purge.Purges;
import io.nearcast.control.store.Commit;
import io.nearcast.control.store.Entry;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.sqlite.SqliteStore;
import io.nearcast.control.warm.Warms;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A control plane whose store has entries that nobody has told it of. */
@Timeout(30)
final class LaggingReplicaTest {

  @Test
  void nodeThatIsAheadIsSentToAnotherReplicaAndKeepsWhatItHas(@TempDir Path directory)
      throws Exception {
    try (Store store = SqliteStore.open(directory);
        Ledger ledger = Ledger.open(store, InstantSource.system())) {
      Tokens tokens = Tokens.open(ledger, InstantSource.system());
      Members members = Members.open(ledger, System::nanoTime);
      String token = tokens.issue(Role.NODE, null, null).secret();
      Snapshots snapshots = Snapshots.open(ledger);
      FeedTail tail = FeedTail.start(ledger.state().log(), ledger.state().sequence());
      store.commit(new Commit(store.position().revision() + 1, List.of(next(store)), List.of()));
      try (Purges purges = Purges.open(ledger, members);
          RestServer server =
              new RestApi(
                      ledger,
                      tokens,
                      members,
                      purges,
                      new Warms(ledger, members, java.time.InstantSource.system()),
                      tail,
                      snapshots)
                  .serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
          Http http = new Http(loopback(server), token)) {
        String log = "/v1/feed?log=" + tail.log();

        Http.Answer behind = http.get(log + "&after=2");
        assertThat(behind.status()).isEqualTo(503);
        assertThat(behind.header("Retry-After")).isNotEmpty();
        assertThat(http.get(log + "&after=3").status()).isEqualTo(410);
      }
    }
  }

  private static Entry next(Store store) {
    return new Entry(store.position().head() + 1, new byte[] {'{', '}'});
  }

  private static InetSocketAddress loopback(RestServer server) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
  }
}
