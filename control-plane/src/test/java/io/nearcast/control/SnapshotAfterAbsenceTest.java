package io.nearcast.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedFollower;
import io.nearcast.config.feed.FeedListener;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.KnownPurges;
import io.nearcast.config.feed.NodeIdentity;
import io.nearcast.config.feed.SelectorStamp;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.control.rest.Http;
import io.nearcast.control.rest.RunningControlPlane;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The feed's real client against a control plane that has compacted its log meanwhile. */
@Timeout(90)
final class SnapshotAfterAbsenceTest {
  private static final int KEPT = 10;
  private static final int MISSED = 100;

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final Set<Long> purged = ConcurrentHashMap.newKeySet();

  private final class Listener implements FeedListener {
    @Override
    public void snapshot(FeedState state) {
      calls.add("snapshot");
    }

    @Override
    public void leap(FeedState after, KnownPurges purges) {
      calls.add("leap");
      assertThat(purges.horizon()).isZero();
      purges.stamps().stream().map(SelectorStamp::hard).forEach(purged::add);
    }

    @Override
    public void entries(List<FeedEntry> entries, FeedState after) {
      entries.forEach(entry -> purged.add(entry.sequence()));
    }

    @Override
    public void fleet(Fleet fleet) {}
  }

  private static ControlPlane start(Path data, int port) {
    return ControlPlane.start(
        new ControlPlaneOptions(
            data, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), null, KEPT));
  }

  private static long purge(ControlPlane controlPlane, int count) {
    long sequence = 0;
    try (Http http = new Http(controlPlane.address(), controlPlane.adminToken())) {
      for (int i = 0; i < count; i++) {
        sequence =
            http.post("/v1/purges", "{\"service\": \"shop\", \"tags\": [\"t%d\"]}".formatted(i))
                .json()
                .at("/sequence")
                .asLong();
      }
    }
    return sequence;
  }

  /** The status of what may be a stream without an end. */
  private static int status(Http http, String path) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http.client()
            .send(http.request("GET", path, null), HttpResponse.BodyHandlers.ofInputStream());
    response.body().close();
    return response.statusCode();
  }

  @Test
  void nodeThatWasAwayMissesNoPurgeAndKeepsWhatItHas(@TempDir Path directory) throws Exception {
    Path data = directory.resolve("control");
    Path nodeData = Files.createDirectory(directory.resolve("node"));
    ControlPlane first = start(data, 0);
    int port = first.address().getPort();
    String token = first.adminToken();
    try (Http http = new Http(first.address(), token)) {
      http.put("/v1/services/shop", RunningControlPlane.service("a.example"));
    }
    try (FeedFollower follower =
        FeedFollower.start(
            new NodeIdentity("edge", NodeRole.EDGE, "fra", "127.0.0.1:80"),
            List.of(URI.create("http://127.0.0.1:" + port)),
            () -> token,
            nodeData,
            new Listener())) {
      long seen = purge(first, 3);
      await().until(() -> follower.applied() >= seen);
      first.close();
      long last;
      try (ControlPlane elsewhere = start(data, 0)) {
        last = purge(elsewhere, MISSED);
        try (Http http = new Http(elsewhere.address(), token)) {
          String feed = "/v1/feed?after=" + seen + "&log=" + follower.state().log();
          await().until(() -> status(http, feed) == 410);
        }
      }
      try (ControlPlane again = start(data, port)) {
        await().until(() -> follower.applied() >= last);
        assertThat(calls).containsExactly("snapshot", "leap");
        Set<Long> all = new HashSet<>();
        for (long sequence = seen - 2; sequence <= last; sequence++) {
          all.add(sequence);
        }
        // The first three tags were purged again, so that only their newest stamps matter.
        assertThat(purged).containsAll(all);
        assertThat(purge(again, 1)).isEqualTo(last + 1);
        await().until(() -> follower.applied() == last + 1);
        assertThat(purged).contains(last + 1);
      }
    }
  }
}
