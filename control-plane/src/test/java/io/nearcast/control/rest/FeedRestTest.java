package io.nearcast.control.rest;

import static io.nearcast.control.rest.RunningControlPlane.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedSnapshot;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.json.Documents;
import io.nearcast.control.rest.EventStream.Event;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class FeedRestTest {
  private Path directory;
  private RunningControlPlane running;
  private Http http;

  @BeforeEach
  void start(@TempDir Path directory) {
    this.directory = directory;
    running = RunningControlPlane.in(directory);
    http = running.admin();
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private FeedState snapshot() {
    return Documents.readJson(FeedSnapshot.class, http.get("/v1/feed/snapshot").bytes()).state();
  }

  private String feed(long after) {
    return "/v1/feed?after=" + after + "&log=" + snapshot().log();
  }

  private static List<FeedEntry> entries(Event event) {
    FeedEntry[] entries =
        Documents.readJson(FeedEntry[].class, event.data().getBytes(StandardCharsets.UTF_8));
    assertThat(event.id()).isEqualTo(String.valueOf(entries[entries.length - 1].sequence()));
    return List.of(entries);
  }

  @Test
  void newLogBeginsWithTheKeyBetweenTiers() {
    FeedState state = snapshot();
    assertThat(state.sequence()).isEqualTo(1);
    assertThat(state.tierKey()).hasSizeGreaterThanOrEqualTo(43);
  }

  @Test
  void streamTellsWhatWasMissedAndWhatFollows() {
    http.put("/v1/services/shop", service("a.example"));
    try (EventStream stream = EventStream.open(http, feed(0))) {
      Event hello = stream.next();
      assertThat(hello.name()).isEqualTo("hello");
      assertThat(hello.data()).isEqualTo("{\"log\":\"" + snapshot().log() + "\",\"head\":2}");
      List<FeedEntry> missed = new ArrayList<>();
      while (missed.size() < 2) {
        missed.addAll(entries(stream.next("entries")));
      }
      assertThat(missed.get(0).change()).isInstanceOf(Change.TierKeyChanged.class);
      assertThat(missed.get(1).change()).isInstanceOf(Change.ServiceActivated.class);
      assertThat(stream.next("fleet").data()).isEqualTo("{\"nodes\":[]}");

      http.post("/v1/purges", "{\"service\":\"shop\",\"everything\":true}");
      FeedEntry purge = entries(stream.next("entries")).getFirst();
      assertThat(purge.sequence()).isEqualTo(3);
      assertThat(purge.change()).isInstanceOf(Change.PurgeIssued.class);
    }
  }

  @Test
  void silentStreamIsPinged() {
    try (EventStream stream = EventStream.open(http, feed(1))) {
      stream.next("fleet");
      assertThat(stream.next()).isEqualTo(new Event("", "", "ping"));
    }
  }

  @Test
  void logIsReplayedAfterARestart() {
    http.put("/v1/services/shop", service("a.example"));
    FeedState before = snapshot();
    running.close();
    running = RunningControlPlane.in(directory);
    http = running.admin();

    assertThat(snapshot()).isEqualTo(before);
    try (EventStream stream = EventStream.open(http, feed(0))) {
      FeedState state = FeedState.empty(before.log());
      while (state.sequence() < 2) {
        for (FeedEntry entry : entries(stream.next("entries"))) {
          state = state.apply(entry);
        }
      }
      assertThat(state).isEqualTo(before);
    }
  }

  @Test
  void fleetIsToldWhenItChanges() {
    try (EventStream stream = EventStream.open(http, feed(1))) {
      stream.next("fleet");
      new ReportingNode(http, "one", "edge").applied(1);
      Event fleet = stream.next("fleet");
      while (!fleet.data().contains("\"id\":\"one\"")) {
        fleet = stream.next("fleet");
      }
      assertThat(fleet.data()).contains("\"state\":\"serving\"");
      http.post("/v1/nodes/one/drain", null);
      fleet = stream.next("fleet");
      assertThat(fleet.data()).contains("\"state\":\"draining\"");
    }
  }

  @Test
  void whoFollowsAnotherLogOrIsAheadHasToTakeTheSnapshot() {
    assertThat(http.get("/v1/feed?after=0").status()).isEqualTo(410);
    assertThat(http.get("/v1/feed?after=0&log=another").status()).isEqualTo(410);
    assertThat(http.get(feed(2)).status()).isEqualTo(410);
    assertThat(http.get("/v1/feed?after=x&log=y").status()).isEqualTo(422);
  }

  @Test
  void headOfTheFeedEnds() {
    assertThat(http.send("HEAD", feed(1), null).status()).isEqualTo(200);
  }

  @Test
  void streamsEndWhenTheControlPlaneStops() {
    try (EventStream stream = EventStream.open(http, feed(1))) {
      stream.next("fleet");
      running.controlPlane().close();
      assertThat(stream.next("entries")).isNull();
    }
  }
}
