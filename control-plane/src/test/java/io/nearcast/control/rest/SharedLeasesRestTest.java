package io.nearcast.control.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.lease.LeaseTerms;
import io.nearcast.control.ControlPlaneProcess;
import io.nearcast.control.fleet.OtherReplicas;
import io.nearcast.control.fleet.Replica;
import io.nearcast.control.store.consul.ConsulAgent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leases of edges that report to different control planes on one Consul. */
@Timeout(90)
final class SharedLeasesRestTest {
  private static final String PURGE = "{\"service\":\"shop\",\"everything\":true}";
  private static final Duration LOADED = Duration.ofSeconds(8);

  private static ConsulAgent agent;

  private Path directory;
  private URI consul;
  private RunningControlPlane running;
  private Http here;

  @BeforeAll
  static void startAgent(@TempDir Path directory) {
    agent = ConsulAgent.start(directory);
  }

  @AfterAll
  static void stopAgent() {
    agent.close();
  }

  @BeforeEach
  void start(@TempDir Path directory, TestInfo test) {
    this.directory = directory;
    consul = agent.url(test.getTestMethod().orElseThrow().getName());
    running = RunningControlPlane.in(directory.resolve("here"), consul);
    here = running.admin();
    here.put("/v1/services/shop", service("revalidate"));
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private static String service(String whenCutOff) {
    String service = RunningControlPlane.service("a.example");
    return service.substring(0, service.length() - 1)
        + ", \"purge\": {\"whenCutOff\": \"%s\"}}".formatted(whenCutOff);
  }

  private RunningControlPlane another() {
    return RunningControlPlane.in(directory.resolve("there"), consul);
  }

  private Http at(RunningControlPlane other) {
    return here.at(other.controlPlane().address());
  }

  @Test
  void purgeIsCompleteSoonThoughTheEdgesReportToAnother() {
    try (RunningControlPlane other = another();
        Http there = at(other)) {
      for (String whenCutOff : List.of("revalidate", "serve")) {
        here.put("/v1/services/shop", service(whenCutOff));
        List<ReportingNode> edges =
            List.of(
                new ReportingNode(there, "one", "edge"), new ReportingNode(there, "two", "edge"));
        List<Duration> took = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
          Http.Answer issued = here.post("/v1/purges", PURGE);
          long sequence = issued.json().at("/sequence").asLong();
          awaitHead(there, sequence);
          long began = System.nanoTime();
          edges.forEach(edge -> edge.applied(sequence));
          awaitComplete(issued.header("Location"));
          took.add(Duration.ofNanos(System.nanoTime() - began));
        }
        assertThat(took.stream().sorted().toList().get(5))
            .as("the median of %s, %s", took, whenCutOff)
            .isLessThan(Duration.ofMillis(500));
      }
    }
  }

  @Test
  void edgeThatIsSilentHoldsAPurgeUpNoLongerThanItsLease() {
    try (RunningControlPlane other = another();
        Http there = at(other)) {
      ReportingNode silent = new ReportingNode(there, "silent", "edge");
      ReportingNode alive = new ReportingNode(there, "alive", "edge");
      awaitHead(there, 2);
      long began = System.nanoTime();
      assertThat(silent.applied(2).json().at("/lease/watermark").asLong()).isEqualTo(2);
      alive.applied(2);
      String path = here.post("/v1/purges", PURGE).header("Location");
      awaitHead(there, 3);
      alive.applied(3);
      assertThat(here.get(path).text("/state")).isEqualTo("pending");

      awaitComplete(path);
      assertThat(since(began)).isBetween(LeaseTerms.TERM, LeaseTerms.COUNTED.plus(LOADED));
      await().until(() -> there.get(path).text("/state").equals("complete"));
      for (Http replica : List.of(here, there)) {
        assertThat(states(replica.get(path)))
            .isEqualTo(Map.of("alive", "applied", "silent", "lease-expired"));
      }
      assertThat(silent.applied(2).json().has("lease"))
          .as("it has no lease before it has applied what was complete without it")
          .isFalse();
      assertThat(new ReportingNode(here, "silent", "edge").applied(2).text("/lease/watermark"))
          .isEqualTo("3");
    }
  }

  @Test
  void edgeThatMovesIsCountedByBothUntilTheOldLeaseIsOver() {
    try (RunningControlPlane other = another();
        Http there = at(other)) {
      awaitHead(there, 2);
      long began = System.nanoTime();
      new ReportingNode(there, "edge", "edge").applied(2);
      ReportingNode moved = new ReportingNode(here, "edge", "edge");
      await().until(() -> here.get("/v1/nodes/edge").status() == 200);
      moved.applied(2);
      moved.leave(); // gives up what it was given here, and only that
      String path = here.post("/v1/purges", PURGE).header("Location");
      awaitComplete(path);
      assertThat(since(began)).isBetween(LeaseTerms.TERM, LeaseTerms.COUNTED.plus(LOADED));
    }
  }

  @Test
  void whatAnEdgeThatMovedHasAppliedCountsWhereItWasBefore() {
    try (RunningControlPlane other = another();
        Http there = at(other)) {
      awaitHead(there, 2);
      long began = System.nanoTime();
      new ReportingNode(there, "edge", "edge").applied(2);
      ReportingNode moved = new ReportingNode(here, "edge", "edge");
      await().until(() -> here.get("/v1/nodes/edge").status() == 200);
      moved.applied(2);
      String path = here.post("/v1/purges", PURGE).header("Location");
      moved.applied(3);
      awaitComplete(path);
      assertThat(since(began)).isLessThan(LeaseTerms.TERM);
    }
  }

  @Test
  void leasesOfAControlPlaneThatWasKilledAreWaitedForAndEnd() throws IOException {
    Path data = directory.resolve("killed");
    String[] shared = {"--store", "consul", "--consul", consul.toString()};
    String path;
    long began;
    try (ControlPlaneProcess killed = ControlPlaneProcess.start(data, "127.0.0.1:0", shared);
        Http there = here.at(killed.address())) {
      awaitHead(there, 2);
      new ReportingNode(there, "silent", "edge").applied(2);
      began = System.nanoTime();
      killed.kill();
      path = here.post("/v1/purges", PURGE).header("Location");
    }
    try (ControlPlaneProcess again = ControlPlaneProcess.start(data, "127.0.0.1:0", shared);
        Http there = here.at(again.address())) {
      awaitComplete(path);
      assertThat(since(began))
          .isBetween(LeaseTerms.TERM, OtherReplicas.KEPT.plusSeconds(3).plus(LOADED));
      await().until(() -> states(there.get(path)).equals(Map.of("silent", "lease-expired")));
      assertThat(new ReportingNode(there, "silent", "edge").applied(2).text("/lease/watermark"))
          .as("never below what was complete")
          .isEqualTo("3");
    }
  }

  @Test
  void controlPlaneThatStopsIsWaitedForNoLongerThanALease() {
    long began;
    try (RunningControlPlane other = another();
        Http there = at(other)) {
      awaitHead(there, 2);
      new ReportingNode(there, "silent", "edge").applied(2);
      began = System.nanoTime();
    }
    awaitComplete(here.post("/v1/purges", PURGE).header("Location"));
    assertThat(since(began)).isBetween(LeaseTerms.TERM, OtherReplicas.KEPT.minusSeconds(1));
    another().close(); // it has given no lease, and so leaves nothing to be waited for
    assertThat(here.post("/v1/purges", PURGE, "Prefer", "wait=4").status()).isEqualTo(200);
  }

  @Test
  void withoutConsulLeasesEndWithTheSessionAndNothingIsWritten(@TempDir Path other) {
    ConsulAgent mortal = ConsulAgent.start(other);
    try (RunningControlPlane cutOff =
            RunningControlPlane.in(other.resolve("data"), mortal.url(""));
        Http there = cutOff.admin()) {
      ReportingNode edge = new ReportingNode(there, "edge", "edge");
      assertThat(edge.applied(1).json().has("lease")).isTrue();
      long began = System.nanoTime();
      mortal.close();
      await()
          .atMost(Replica.SESSION.plus(LOADED))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> !edge.applied(1).json().has("lease"));
      assertThat(since(began)).isBetween(Duration.ofSeconds(5), Replica.SESSION.plusSeconds(1));
      assertThat(edge.applied(1).status()).isEqualTo(200);
      assertThat(there.put("/v1/services/shop", service("revalidate")).status()).isEqualTo(503);
    } finally {
      mortal.close();
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private static void awaitHead(Http http, long sequence) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> http.get("/v1/feed/snapshot").json().at("/sequence").asLong() >= sequence);
  }

  private void awaitComplete(String path) {
    await()
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> here.get(path).text("/state").equals("complete"));
  }

  private static Map<String, String> states(Http.Answer purge) {
    Map<String, String> states = new TreeMap<>();
    purge
        .json()
        .at("/nodes")
        .forEach(node -> states.put(node.at("/id").asText(), node.at("/state").asText()));
    return states;
  }
}
