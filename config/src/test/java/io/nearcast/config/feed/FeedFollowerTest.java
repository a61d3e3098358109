package io.nearcast.config.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.model.Pop;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class FeedFollowerTest {
  private static final NodeIdentity NODE =
      new NodeIdentity("edge-1", NodeRole.EDGE, "fra", "127.0.0.1:8080");
  private static final Timing QUICK =
      new Timing(
          Duration.ofMillis(500),
          Duration.ofSeconds(2),
          Duration.ofMillis(100),
          Duration.ofSeconds(2),
          Duration.ofMillis(5),
          Duration.ofMillis(50));

  @TempDir Path directory;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final Recorder listener = new Recorder();
  private FakeControlPlane control;

  /** Notes every call in one word. */
  private static final class Recorder implements FeedListener {
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger failures = new AtomicInteger();

    @Override
    public void snapshot(FeedState state) {
      calls.add("snapshot " + state.sequence());
    }

    @Override
    public void entries(List<FeedEntry> entries, FeedState after) {
      if (failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        throw new IllegalStateException("no room");
      }
      assertThat(entries.getLast().sequence()).isEqualTo(after.sequence());
      entries.forEach(entry -> calls.add("entry " + entry.sequence()));
    }

    @Override
    public void fleet(Fleet fleet) {
      calls.add("fleet " + fleet.nodes().size());
    }

    List<String> feed() {
      return List.copyOf(calls).stream().filter(call -> !call.startsWith("fleet")).toList();
    }
  }

  @BeforeEach
  void startControlPlane() throws IOException {
    control = opened(new FakeControlPlane("log-1"));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void aNewNodeTakesASnapshotAndFollowsFromThere() {
    control.append(pop("fra"), pop("iad"));
    FeedFollower follower = follow();
    assertThat(follower.state()).isEqualTo(control.state());
    control.append(pop("sin"), purge("p1"));
    awaitApplied(follower, 4);
    assertThat(listener.feed()).containsExactly("snapshot 2", "entry 3", "entry 4");
    assertThat(follower.state()).isEqualTo(control.state());
    assertThat(follower.connected()).isTrue();
  }

  @Test
  void afterABreakItResumesWhereItWas() {
    FeedFollower follower = follow();
    control.append(pop("fra"));
    awaitApplied(follower, 1);
    control.cut();
    control.append(pop("iad"));
    awaitApplied(follower, 2);
    assertThat(listener.feed()).containsExactly("snapshot 0", "entry 1", "entry 2");
    assertThat(control.requests).contains("feed after=1&log=log-1").doesNotHaveDuplicates();
  }

  private FeedFollower follow(URI... controlPlanes) {
    return opened(
        FeedFollower.start(
            NODE,
            controlPlanes.length > 0 ? List.of(controlPlanes) : List.of(control.uri()),
            () -> "token",
            directory,
            listener,
            QUICK));
  }

  private static void awaitApplied(FeedFollower follower, long sequence) {
    await().until(follower::applied, applied -> applied == sequence);
  }

  private static Change pop(String name) {
    return new Change.PopChanged(new Pop(name, 1, 2));
  }

  private static Change purge(String id) {
    return new Change.PurgeIssued(id, "shop", false, List.of(new Selector.Everything()));
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.add(resource);
    return resource;
  }
}
