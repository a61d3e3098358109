package io.nearcast.control.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.config.lease.LeaseTerms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Purges of services that say {@code whenCutOff: revalidate}, and the leases that they wait for.
 */
final class LeasesRestTest {
  private static final String PURGE = "{\"service\":\"shop\",\"everything\":true}";

  private Path directory;
  private RunningControlPlane running;
  private Http http;

  @BeforeEach
  void start(@TempDir Path directory) {
    this.directory = directory;
    running = RunningControlPlane.in(directory);
    http = running.admin();
    http.put("/v1/services/shop", revalidate("revalidate"));
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private static String revalidate(String whenCutOff) {
    String service = RunningControlPlane.service("a.example");
    return service.substring(0, service.length() - 1)
        + ", \"purge\": {\"whenCutOff\": \"%s\"}}".formatted(whenCutOff);
  }

  @Test
  void reportOfAnEdgeIsWorthALease() {
    Http.Answer first = new ReportingNode(http, "one", "edge").applied(2);
    assertThat(first.text("/lease/log")).isEqualTo(first.text("/log"));
    assertThat(first.json().at("/lease/watermark").asLong()).isEqualTo(2);
    assertThat(first.text("/lease/term")).isEqualTo("5s");
    assertThat(new ReportingNode(http, "shield", "shield").applied(2).json().has("lease"))
        .isFalse();
  }

  @Test
  void edgeThatIsCutOffHoldsAPurgeUpNoLongerThanItsLease() {
    ReportingNode cutOff = new ReportingNode(http, "cut-off", "edge");
    ReportingNode there = new ReportingNode(http, "there", "edge");
    cutOff.applied(2);
    there.applied(2);
    Http.Answer issued = http.post("/v1/purges", PURGE);
    String path = issued.header("Location");
    there.applied(3);
    assertThat(http.get(path).text("/state")).isEqualTo("pending");

    awaitComplete(path);
    assertThat(states(http.get(path)))
        .isEqualTo(Map.of("cut-off", "lease-expired", "there", "applied"));
    assertThat(cutOff.applied(2).json().has("lease"))
        .as("it has no lease before it has applied what was complete without it")
        .isFalse();
    assertThat(cutOff.applied(3).json().at("/lease/watermark").asLong()).isEqualTo(3);
    assertThat(states(http.get(path))).containsEntry("cut-off", "applied");
  }

  @Test
  void edgeThatDoesNotKnowThatTheServiceChangedIsWaitedFor() {
    http.put("/v1/services/shop", revalidate("serve"));
    new ReportingNode(http, "cut-off", "edge").applied(3);
    http.put("/v1/services/shop", revalidate("revalidate"));
    String path = http.post("/v1/purges", PURGE).header("Location");
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> http.get(path).text("/state").equals("unconfirmed"));
    await().during(Duration.ofMillis(900)).until(() -> states(http.get(path)).size() == 1);
    assertThat(states(http.get(path))).containsEntry("cut-off", "unconfirmed");
  }

  @Test
  void controlPlaneThatStartsWaitsOneLease() {
    new ReportingNode(http, "cut-off", "edge").applied(2);
    running.close();
    running = RunningControlPlane.in(directory);
    http = running.admin();
    long began = System.nanoTime();
    String path = http.post("/v1/purges", PURGE).header("Location");
    awaitComplete(path);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThan(LeaseTerms.TERM.minusSeconds(1));
    assertThat(states(http.get(path))).containsEntry("cut-off", "lease-expired");
  }

  @Test
  void purgeWaitsForTheLeaseOfANodeThatWasRemoved() {
    awaitStart();
    ReportingNode one = new ReportingNode(http, "one", "edge");
    one.applied(3);
    long began = System.nanoTime();
    assertThat(http.delete("/v1/nodes/one").status()).isEqualTo(204);
    assertThat(http.get("/v1/nodes/one").status()).isEqualTo(404);
    assertThat(http.get("/v1/nodes").json().at("/items")).isEmpty();
    String path = http.post("/v1/purges", PURGE).header("Location");
    awaitComplete(path);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThan(LeaseTerms.TERM.minusSeconds(1));
  }

  @Test
  void purgeDoesNotWaitForANodeThatHasLeft() {
    awaitStart();
    ReportingNode one = new ReportingNode(http, "one", "edge");
    one.applied(3);
    one.leave();
    assertThat(http.post("/v1/purges", PURGE, "Prefer", "wait=3").status()).isEqualTo(200);
  }

  /** Until the control plane has waited for the leases that one before it may have given. */
  private void awaitStart() {
    awaitComplete(http.post("/v1/purges", PURGE).header("Location"));
  }

  private void awaitComplete(String path) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> http.get(path).text("/state").equals("complete"));
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
