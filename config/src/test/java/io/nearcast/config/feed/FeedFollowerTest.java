package io.nearcast.config.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.fleet.ReportAnswer;
import io.nearcast.config.lease.LeaseGrant;
import io.nearcast.config.lease.LeaseTerms;
import io.nearcast.config.lease.NodeLease;
import io.nearcast.config.model.Pop;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class FeedFollowerTest {
  private static final NodeIdentity NODE =
      new NodeIdentity("edge-1", NodeRole.EDGE, "fra", "127.0.0.1:8080");
  private static final Timing QUICK =
      new Timing(
          Duration.ofMillis(500),
          Duration.ofSeconds(2),
          Duration.ofMillis(100),
          Duration.ofMillis(10),
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
    public void leap(FeedState after, KnownPurges purges) {
      calls.add("leap " + after.sequence() + " with " + purges.stamps().size());
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

  @Test
  void whereTheLogWasCompactedPastItTakesASnapshot() {
    FeedFollower follower = follow();
    awaitConnected(follower);
    control.feedStatus = 503;
    control.cut();
    await().until(() -> control.followers() == 0);
    control.append(pop("fra"), pop("iad"));
    control.compactedTo = 1;
    control.feedStatus = 200;
    awaitApplied(follower, 2);
    assertThat(listener.feed()).containsExactly("snapshot 0", "snapshot 2");
    assertThat(follower.state()).isEqualTo(control.state());
  }

  @Test
  void snapshotOfTheSameLogSaysWhatWasMissed() {
    FeedFollower follower = follow();
    awaitConnected(follower);
    control.feedStatus = 503;
    control.cut();
    await().until(() -> control.followers() == 0);
    control.append(pop("fra"), purge("p1"));
    control.compactedTo = 1;
    control.purges =
        new KnownPurges(0, List.of(new SelectorStamp("shop", new Selector.Tag("t"), 2, 0)));
    control.feedStatus = 200;
    awaitApplied(follower, 2);
    assertThat(listener.feed()).containsExactly("snapshot 0", "leap 2 with 1");
    assertThat(follower.state()).isEqualTo(control.state());
  }

  @Test
  void logThatHasGoneBackReplacesEverything() throws IOException {
    control.append(pop("fra"), pop("iad"));
    FeedFollower follower = follow();
    awaitConnected(follower);
    int port = control.port();
    control.close();
    control = opened(new FakeControlPlane("log-1", port));
    control.append(pop("sin"));
    control.purges = new KnownPurges(0, List.of());
    awaitApplied(follower, 1);
    assertThat(listener.feed()).containsExactly("snapshot 2", "snapshot 1");
    assertThat(follower.state()).isEqualTo(control.state());
  }

  @Test
  void anotherLogReplacesTheStateWhateverItsSequence() throws IOException {
    control.append(pop("fra"), pop("iad"));
    FeedFollower follower = follow();
    awaitConnected(follower);
    int port = control.port();
    control.close();
    FakeControlPlane restored = opened(new FakeControlPlane("log-2", port));
    restored.append(pop("sin"));
    await().until(() -> follower.state().equals(restored.state()));
    awaitApplied(follower, 1);
    assertThat(listener.feed()).startsWith("snapshot 2").contains("snapshot 1");
    assertThat(follower.state().log()).isEqualTo("log-2");
  }

  @Test
  void aHeadThatIsLowerThanWhatIsKnownMeansASnapshot() throws IOException {
    control.append(pop("fra"), pop("iad"));
    FeedFollower follower = follow();
    awaitConnected(follower);
    int port = control.port();
    control.close();
    FakeControlPlane behind = opened(new FakeControlPlane("log-1", port));
    awaitApplied(follower, 0);
    assertThat(listener.feed()).containsExactly("snapshot 2", "snapshot 0");
    assertThat(follower.state()).isEqualTo(behind.state());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "event: entries\ndata: {]\n\n",
        "event: entries\ndata: [{\"sequence\": \"one\"}]\n\n",
        "event: entries\ndata: []\n\n",
        "event: entries\ndata: [{\"sequence\":9,\"at\":\"2026-01-31T12:00:00Z\",\"change\":"
            + "{\"type\":\"popRemoved\",\"name\":\"fra\"}}]\n\n",
        "event: fleet\ndata: 7\n\n",
        "event: hello\ndata: {\"log\":\"log-9\",\"head\":5}\n\n",
        "event: entries\ndata: \u0000\u0001\u0002\n\n",
      })
  void whatCannotBeReadEndsTheConnectionAndNothingElse(String garbage) {
    FeedFollower follower = follow();
    awaitConnected(follower);
    control.send(garbage);
    await().until(() -> control.requests.stream().filter(r -> r.startsWith("feed")).count() >= 2);
    control.append(pop("fra"));
    awaitApplied(follower, 1);
    assertThat(listener.feed()).containsExactly("snapshot 0", "entry 1");
  }

  @Test
  void whatTheStreamSaysBesideIsPassedOver() {
    FeedFollower follower = follow();
    awaitConnected(follower);
    control.send("event: weather\ndata: sunny\n\nno colon\n\nretry: 5\r\nid\r\n\r\n: hum\r\r");
    control.append(pop("fra"));
    awaitApplied(follower, 1);
    assertThat(control.requests).containsExactly("snapshot", "feed after=0&log=log-1");
  }

  @Test
  void anEventThatIsCutInTheMiddleIsNotApplied() {
    FeedFollower follower = follow();
    awaitConnected(follower);
    FeedEntry entry = new FeedEntry(1, Instant.EPOCH, pop("half"));
    String event = FakeControlPlane.event("entries", List.of(entry));
    control.send(event.substring(0, event.length() - 1));
    control.cut();
    await().until(() -> control.requests.stream().filter(r -> r.startsWith("feed")).count() >= 2);
    control.append(pop("fra"));
    awaitApplied(follower, 1);
    assertThat(follower.state().pops()).containsOnlyKeys("fra");
  }

  @Test
  void aSilentStreamIsGivenUp() {
    FeedFollower follower = follow();
    awaitConnected(follower);
    control.pings = false;
    await().until(() -> control.requests.stream().filter(r -> r.startsWith("feed")).count() >= 2);
    control.pings = true;
    control.append(pop("fra"));
    awaitApplied(follower, 1);
  }

  @Test
  void theStandardTimesAreThoseOfTheContract() {
    assertThat(Timing.STANDARD.silenceMax()).isEqualTo(Duration.ofMillis(3_500));
    assertThat(Timing.STANDARD.reportInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(Timing.STANDARD.backoffMin()).isEqualTo(Duration.ofMillis(50));
    assertThat(Timing.STANDARD.backoffMax()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void itStartsFromItsCopyWithNoControlPlane() throws IOException {
    control.append(pop("fra"), purge("p1"));
    FeedFollower first = follow();
    control.fleet(new Fleet(List.of(status("edge-1"))));
    control.append(purge("p2"), purge("p3"));
    awaitApplied(first, 4);
    await().until(() -> first.fleet().nodes().size() == 1);
    FeedState before = first.state();
    first.close();
    URI nobody = control.uri();
    control.close();
    listener.calls.clear();

    FeedFollower second = follow(nobody);
    assertThat(listener.calls).containsExactly("snapshot 4", "fleet 1");
    assertThat(second.state()).isEqualTo(before);
    assertThat(second.fleet().nodes()).extracting(NodeStatus::id).containsExactly("edge-1");
    assertThat(second.applied()).isEqualTo(4);
    assertThat(second.connected()).isFalse();
  }

  @Test
  void withoutACopyItWaitsForAControlPlane() throws Exception {
    int port = control.port();
    URI uri = control.uri();
    control.close();
    CompletableFuture<FeedFollower> starting = CompletableFuture.supplyAsync(() -> follow(uri));
    await().during(Duration.ofMillis(200)).until(() -> !starting.isDone());
    FakeControlPlane late = opened(new FakeControlPlane("log-1", port));
    assertThat(starting.get().state()).isEqualTo(late.state());
  }

  @Test
  void purgesMoveOnlyThePositionFile() throws IOException {
    control.append(pop("fra"));
    FeedFollower follower = follow();
    awaitConnected(follower);
    byte[] whole = Files.readAllBytes(directory.resolve("feed.json"));
    control.append(purge("p1"));
    control.append(purge("p2"), purge("p3"));
    awaitApplied(follower, 4);
    assertThat(directory.resolve("feed.json")).hasBinaryContent(whole);
    assertThat(directory.resolve("position")).content().contains("log-1 4 ");
    control.append(pop("iad"));
    awaitApplied(follower, 5);
    assertThat(directory.resolve("feed.json")).content().contains("\"sequence\":5");
    assertThat(directory.resolve("position")).hasBinaryContent(new byte[8192]);
  }

  @Test
  void theSequenceIsOnDiskBeforeItIsReported() throws IOException {
    FeedFollower follower = follow();
    awaitConnected(follower);
    Path blocked = Files.createDirectory(directory.resolve("position")); // cannot be written
    control.append(purge("p1"));
    await().until(() -> follower.state().sequence() == 1);
    int reportsBefore = control.reports.size();
    await().until(() -> control.reports.size() > reportsBefore + 2);
    assertThat(follower.applied()).isZero();
    assertThat(control.reports).allMatch(report -> report.appliedSequence() == 0);
    Files.delete(blocked);
    awaitApplied(follower, 1);
    await().until(() -> control.reports.getLast().appliedSequence() == 1);
  }

  @Test
  void aListenerThatFailsIsCalledAgainAndTheFailureReported() {
    FeedFollower follower = follow();
    listener.failures.set(2);
    control.append(pop("fra"));
    awaitApplied(follower, 1);
    assertThat(listener.feed()).containsExactly("snapshot 0", "entry 1");
    await()
        .until(() ->
            control.reports.stream()
                .flatMap(report -> report.failures().stream())
                .anyMatch(
                    failure -> failure.sequence() == 1 && failure.detail().contains("no room")));
  }

  @Test
  void reportsSayWhoAndHowFar() {
    FeedFollower follower = follow();
    control.append(pop("fra"));
    await().until(() -> control.reports.stream().anyMatch(report -> report.appliedSequence() == 1));
    NodeReport report = control.reports.getLast();
    assertThat(report.role()).isEqualTo(NodeRole.EDGE);
    assertThat(report.pop()).isEqualTo("fra");
    assertThat(report.address()).isEqualTo("127.0.0.1:8080");
    assertThat(report.log()).isEqualTo("log-1");
    assertThat(report.state()).isEqualTo(NodeState.SERVING);
    follower.draining(true);
    await().until(() -> control.reports.getLast().state() == NodeState.DRAINING);
    follower.close();
    NodeReport last = control.reports.getLast();
    assertThat(last.leaving()).isTrue();
    assertThat(last.boot()).isEqualTo(report.boot());
  }

  @Test
  void nodeThatHasLeftIsNotKnownWhenItStartsAgain() throws Exception {
    control.lease = new LeaseGrant("log-1", 0, LeaseTerms.TERM);
    FeedFollower follower = follow();
    Path known = directory.resolve("known.json");
    control.append(pop("fra"));
    await().untilAsserted(() -> assertThat(known).exists());
    follower.close();

    assertThat(control.reports.getLast().leaving()).isTrue();
    assertThat(known).as("purges go on without it").doesNotExist();
  }

  @Test
  void nodeThatCannotNoteThatItLeavesStaysAMember() throws Exception {
    control.lease = new LeaseGrant("log-1", 0, LeaseTerms.TERM);
    FeedFollower follower = follow();
    Path known = directory.resolve("known.json");
    control.append(pop("fra"));
    await().untilAsserted(() -> assertThat(known).exists());
    Files.delete(known);
    Files.createDirectory(known);
    Files.createFile(known.resolve("keeps-it-from-being-deleted"));
    follower.close();

    assertThat(control.reports).noneMatch(NodeReport::leaving);
  }

  @Test
  void reportsShareOneConnection() {
    follow();
    await().until(() -> control.reports.size() > 4);
    assertThat(control.reportingPorts).hasSize(1);
  }

  @Test
  void whateverHappensEntriesComeInOrderWithoutGaps() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    FeedFollower follower = follow();
    for (int step = 0; step < 300; step++) {
      switch (random.nextInt(14)) {
        case 0 -> control.cut();
        case 1 -> control.send("event: entries\ndata: [{\n\n");
        case 2 -> control.compactedTo = control.state().sequence();
        case 3 -> listener.failures.set(random.nextInt(3));
        case 4 -> {
          follower.close();
          listener.calls.add("restart");
          follower = follow();
        }
        case 5, 6, 7 -> control.append(pop("p" + random.nextInt(5)), purge("q" + step));
        case 8, 9, 10 -> awaitApplied(follower, control.state().sequence());
        default -> control.append(purge("p" + step));
      }
    }
    awaitApplied(follower, control.state().sequence());
    assertThat(follower.state()).as("seed %d", seed).isEqualTo(control.state());
    long last = -1;
    for (String call : listener.feed()) {
      if (call.startsWith("entry")) {
        assertThat(call).as("seed %d", seed).isEqualTo("entry " + (last + 1));
        last++;
      } else if (call.startsWith("snapshot")) {
        last = Long.parseLong(call.substring("snapshot ".length()));
      }
    }
  }

  @Test
  void countsAreReportedUntilTheyAreWrittenDown() {
    control.reportsAgain = true;
    FeedFollower follower = follow();
    follower.matched("p1", 3);
    await().until(() -> counts() >= 2);
    control.reportsAgain = false;
    await().until(() -> control.reports.getLast().matched().isEmpty());
  }

  private long counts() {
    return control.reports.stream()
        .filter(report -> report.matched().equals(Map.of("p1", 3L)))
        .count();
  }

  @Test
  void countsAreReportedUntilAReportIsAnswered() {
    FeedFollower follower = follow();
    control.reportStatus = 503;
    follower.matched("p1", 3);
    follower.failed(7, "no disk");
    control.reportStatus = 200;
    await()
        .until(() ->
            control.reports.stream().anyMatch(report -> report.matched().equals(Map.of("p1", 3L))));
    await().until(() -> control.reports.getLast().matched().isEmpty());
    await().until(() -> control.reports.getLast().failures().isEmpty());
    assertThat(control.reports)
        .anyMatch(
            report -> report.failures().equals(List.of(new NodeReport.Failure(7, "no disk"))));
  }

  @Test
  void reportsAndFeedFailOverToTheNextControlPlane() throws IOException {
    FakeControlPlane second = opened(new FakeControlPlane("log-1"));
    FeedFollower follower = follow(control.uri(), second.uri());
    awaitConnected(follower);
    await().until(() -> !control.reports.isEmpty());
    control.close();
    await().until(() -> !second.reports.isEmpty());
    second.append(pop("fra"));
    awaitApplied(follower, 1);
  }

  @Test
  void whereAControlPlaneIsCutOffFromItsStoreAnotherIsReportedToAndFollowed() throws IOException {
    FakeControlPlane second = opened(new FakeControlPlane("log-1"));
    second.lease = new LeaseGrant("log-1", 0, LeaseTerms.TERM);
    FeedFollower follower = follow(control.uri(), second.uri());
    awaitConnected(follower);
    second.append(pop("fra"));
    awaitApplied(follower, 1);
    int before = control.reports.size();
    await().until(() -> second.reports.size() >= 5);
    assertThat(control.reports.size()).as("it gives no lease").isLessThanOrEqualTo(before + 1);
  }

  @Test
  void whereNoControlPlaneGivesLeasesOneIsKeptTo() {
    CutOffPlane plane = new CutOffPlane(2, Duration.ofSeconds(1));
    NodeReport report =
        new NodeReport(
            "b",
            NodeRole.EDGE,
            "fra",
            "a:1",
            "log-1",
            7,
            NodeState.SERVING,
            false,
            List.of(),
            Map.of(),
            Map.of());
    ReportAnswer none = new ReportAnswer("log-1", 7, null, null);
    List<Boolean> moves = new ArrayList<>();
    for (int i = 0; i < 34; i++) {
      moves.add(plane.givesNoLease(report, none));
    }
    assertThat(moves.subList(0, 3)).containsExactly(true, true, false);
    assertThat(moves.subList(2, 32)).containsOnly(false);
    assertThat(moves.subList(32, 34)).containsOnly(true);
    ReportAnswer ahead = new ReportAnswer("log-1", 8, null, null);
    assertThat(plane.feedIsBehind(report, ahead, 0)).isFalse();
    assertThat(plane.feedIsBehind(report, ahead, 999_999_999)).isFalse();
    assertThat(plane.feedIsBehind(report, ahead, 1_000_000_000)).isTrue();
    assertThat(plane.feedIsBehind(report, none, 1_000_000_001)).isFalse();
  }

  @Test
  void aRefusedTokenIsTriedAgain() {
    FeedFollower follower = follow();
    awaitConnected(follower);
    control.feedStatus = 401;
    control.cut();
    await().until(() -> control.requests.stream().filter(r -> r.startsWith("feed")).count() >= 3);
    assertThat(follower.connected()).isFalse();
    control.feedStatus = 200;
    awaitConnected(follower);
  }

  @Test
  void theFleetIsTakenAtOnceAndKept() {
    FeedFollower follower = follow();
    control.fleet(new Fleet(List.of(status("edge-1"), status("edge-2"))));
    await().until(() -> follower.fleet().nodes().size() == 2);
    await()
        .untilAsserted(
            () -> assertThat(directory.resolve("feed.json")).content().contains("edge-2"));
  }

  @Test
  void closingEndsEveryThread() {
    FeedFollower follower = follow();
    awaitConnected(follower);
    follower.close();
    follower.close();
    int calls = listener.calls.size();
    control.append(pop("fra"));
    assertThat(listener.calls).hasSize(calls);
    await().until(() -> control.followers() == 0);
    await()
        .untilAsserted(() ->
            assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("HttpClient-")));
  }

  private FeedFollower follow(URI... controlPlanes) {
    return opened(
        FeedFollower.start(
            NODE,
            controlPlanes.length > 0 ? List.of(controlPlanes) : List.of(control.uri()),
            () -> "token",
            directory,
            listener,
            NodeLease.ofSystemClocks(),
            QUICK));
  }

  private static void awaitApplied(FeedFollower follower, long sequence) {
    await()
        .pollInterval(Duration.ofMillis(2))
        .until(follower::applied, applied -> applied == sequence);
  }

  private static void awaitConnected(FeedFollower follower) {
    await().until(follower::connected);
  }

  private static NodeStatus status(String id) {
    return new NodeStatus(id, NodeRole.EDGE, "fra", NodeState.SERVING, 3, "127.0.0.1:1", List.of());
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
