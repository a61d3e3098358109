package io.nearcast.control.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodesRestTest {
  private RunningControlPlane running;
  private Http http;

  @BeforeEach
  void start(@TempDir Path directory) {
    running = RunningControlPlane.in(directory);
    http = running.admin();
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void nodeIsAMemberFromItsFirstReportUntilItLeaves() {
    ReportingNode node = new ReportingNode(http, "one", "edge");
    Http.Answer heard = node.applied(1);
    assertThat(heard.json().at("/head").asLong()).isEqualTo(1);
    assertThat(heard.text("/log")).isEqualTo(http.get("/v1/feed/snapshot").text("/log"));

    JsonNode shown = http.get("/v1/nodes/one").json();
    assertThat(shown.at("/role").asText()).isEqualTo("edge");
    assertThat(shown.at("/state").asText()).isEqualTo("serving");
    assertThat(shown.at("/appliedSequence").asLong()).isEqualTo(1);
    assertThat(shown.at("/address").asText()).isEqualTo("127.0.0.1:8080");

    assertThat(node.leave().status()).isEqualTo(200);
    assertThat(http.get("/v1/nodes/one").status()).isEqualTo(404);
    assertThat(http.get("/v1/nodes").json().at("/items")).isEmpty();
  }

  @Test
  void unknownPopIsAWarning() {
    new ReportingNode(http, "one", "edge").applied(1);
    assertThat(http.get("/v1/nodes/one").text("/warnings/0")).contains("fra");
    http.put("/v1/pops/fra", "{\"latitude\": 50.1, \"longitude\": 8.7}");
    assertThat(http.get("/v1/nodes/one").json().at("/warnings")).isEmpty();
  }

  @Test
  void onlyRoutersNeedNoPop() {
    assertThat(new ReportingNode(http, "dns", "router").with("pop", "").applied(1).status())
        .isEqualTo(200);
    assertThat(http.get("/v1/nodes/dns").json().at("/warnings")).isEmpty();
    Http.Answer refused = new ReportingNode(http, "one", "edge").with("pop", "").applied(1);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text("/errors/0/pointer")).isEqualTo("/pop");
  }

  @Test
  void drainedNodeStaysSoUntilItIsUndrained() {
    ReportingNode node = new ReportingNode(http, "one", "edge");
    node.applied(1);
    assertThat(http.post("/v1/nodes/one/drain", null).text("/state")).isEqualTo("draining");
    assertThat(http.get("/v1/feed/snapshot").text("/drained/0")).isEqualTo("one");
    node.applied(2);
    assertThat(http.get("/v1/nodes/one").text("/state")).isEqualTo("draining");
    assertThat(http.post("/v1/nodes/one/undrain", null).text("/state")).isEqualTo("serving");
    assertThat(http.post("/v1/nodes/two/drain", null).status()).isEqualTo(404);
  }

  @Test
  void nodeThatDrainsItselfIsShownSo() {
    new ReportingNode(http, "one", "edge").with("state", "draining").applied(1);
    assertThat(http.get("/v1/nodes/one").text("/state")).isEqualTo("draining");
  }

  @Test
  void secondProcessWithTheSameIdIsRefusedAndShown() {
    new ReportingNode(http, "one", "edge").applied(1);
    ReportingNode rival = new ReportingNode(http, "one", "edge").with("boot", "another");
    assertThat(rival.applied(1).status()).isEqualTo(409);
    assertThat(http.get("/v1/nodes/one").json().at("/warnings").toString())
        .contains("another process");
  }

  @Test
  void restartedProcessTakesOverOnceTheOldOneIsSilent() {
    new ReportingNode(http, "one", "edge").applied(1);
    ReportingNode restarted = new ReportingNode(http, "one", "edge").with("boot", "another");
    await().atMost(Duration.ofSeconds(5)).until(() -> restarted.applied(1).status() == 200);
    assertThat(new ReportingNode(http, "one", "edge").applied(1).status()).isEqualTo(409);
  }

  @Test
  void processThatHasLeftGivesItsIdFreeAtOnce() {
    ReportingNode node = new ReportingNode(http, "one", "edge");
    node.applied(1);
    node.leave();
    assertThat(new ReportingNode(http, "one", "edge").with("boot", "another").applied(1).status())
        .isEqualTo(200);
  }

  @Test
  void nodeOfAnotherLogHasAppliedNothing() {
    new ReportingNode(http, "one", "edge").with("log", "another").applied(1);
    assertThat(http.get("/v1/nodes/one").json().at("/appliedSequence").asLong()).isZero();
  }

  @Test
  void wrongReportIsRefused() {
    Http.Answer wrong =
        new ReportingNode(http, "one", "edge").with("address", "nowhere").applied(1);
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.text("/errors/0/pointer")).isEqualTo("/address");
    assertThat(new ReportingNode(http, "UPPER", "edge").applied(1).status()).isEqualTo(422);
    assertThat(http.get("/v1/nodes").json().at("/items")).isEmpty();
  }
}
