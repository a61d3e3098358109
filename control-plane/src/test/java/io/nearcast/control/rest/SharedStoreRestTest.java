package io.nearcast.control.rest;

import static io.nearcast.control.rest.RunningControlPlane.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.control.store.consul.ConsulAgent;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two control planes on one Consul. */
@Timeout(60)
final class SharedStoreRestTest {
  private static ConsulAgent agent;

  private RunningControlPlane one;
  private RunningControlPlane two;
  private Http first;
  private Http second;

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
    var url = agent.url(test.getTestMethod().orElseThrow().getName());
    one = RunningControlPlane.in(directory.resolve("one"), url);
    two = RunningControlPlane.in(directory.resolve("two"), url);
    first = one.admin();
    second = first.at(two.controlPlane().address());
  }

  @AfterEach
  void stop() {
    second.close();
    two.close();
    one.close();
  }

  @Test
  void whatOneWritesTheOtherServes() {
    assertThat(first.put("/v1/services/shop", service("a.example")).status()).isEqualTo(201);
    await().until(() -> second.get("/v1/services/shop").status() == 200);
    assertThat(second.put("/v1/services/blog", service("a.example")).status()).isEqualTo(422);
    assertThat(second.put("/v1/services/shop", service("b.example")).status()).isEqualTo(200);
    await().until(() -> first.get("/v1/services/shop").text("/domains/0").equals("b.example"));
    assertThat(first.get("/v1/services/shop/versions").json().at("/items")).hasSize(2);
    assertThat(second.get("/v1/feed/snapshot").json())
        .isEqualTo(first.get("/v1/feed/snapshot").json());
  }

  @Test
  void everyReplicaStreamsWhatAnyOtherWrites() {
    String log = second.get("/v1/feed/snapshot").text("/log");
    try (EventStream stream = EventStream.open(second, "/v1/feed?after=1&log=" + log)) {
      first.put("/v1/services/shop", service("a.example"));
      first.post("/v1/purges", "{\"service\":\"shop\",\"everything\":true}");
      assertThat(stream.next("entries").data()).contains("serviceActivated");
      assertThat(stream.next("entries").data()).contains("purgeIssued");
    }
  }

  @Test
  void nodeThatComesFromAReplicaThatKnowsMoreIsNotSentForASnapshot() {
    first.put("/v1/services/shop", service("a.example"));
    String log = second.get("/v1/feed/snapshot").text("/log");
    for (int i = 0; i < 20; i++) {
      long sequence =
          first
              .post("/v1/purges", "{\"service\":\"shop\",\"everything\":true}")
              .json()
              .at("/sequence")
              .asLong();
      try (EventStream stream =
          EventStream.open(second, "/v1/feed?log=" + log + "&after=" + sequence)) {
        assertThat(stream.status()).isEqualTo(200);
      }
    }
    assertThat(second.get("/v1/feed?after=100&log=" + log).status()).isEqualTo(410);
  }

  @Test
  void tokensAndMembersAreKnownEverywhere() {
    String issued = first.post("/v1/tokens", "{\"role\":\"reader\"}").text("/token");
    Http reader = second.as(issued);
    await().until(() -> reader.get("/v1/services").status() == 200);
    new ReportingNode(first, "edge", "edge").applied(1);
    await().until(() -> reader.get("/v1/nodes/edge").status() == 200);
  }

  @Test
  void nodesMayReportToDifferentReplicas() {
    first.put("/v1/services/shop", service("a.example"));
    ReportingNode here = new ReportingNode(first, "here", "edge");
    ReportingNode there = new ReportingNode(second, "there", "edge");
    here.applied(2);
    there.applied(2);
    await().until(() -> first.get("/v1/nodes").json().at("/items").size() == 2);
    String purge =
        first.post("/v1/purges", "{\"service\":\"shop\",\"everything\":true}").header("Location");
    here.applied(3);
    await().until(() -> second.get("/v1/feed/snapshot").json().at("/sequence").asLong() == 3);
    there.applied(3);

    await().until(() -> first.get(purge).text("/state").equals("complete"));
    for (Http replica : new Http[] {first, second}) {
      await()
          .until(() ->
              replica.get("/v1/nodes/here").json().at("/appliedSequence").asLong() == 3
                  && replica.get("/v1/nodes/there").json().at("/appliedSequence").asLong() == 3);
    }
  }

  @Test
  void withoutConsulWhatIsKnownIsServedAndNothingIsAccepted(@TempDir Path directory) {
    ConsulAgent mortal = ConsulAgent.start(directory);
    try (RunningControlPlane running =
        RunningControlPlane.in(directory.resolve("data"), mortal.url(""))) {
      Http http = running.admin();
      http.put("/v1/services/shop", service("a.example"));
      mortal.close();
      assertThat(http.get("/v1/services/shop").status()).isEqualTo(200);
      assertThat(http.get("/v1/feed/snapshot").status()).isEqualTo(200);
      Http.Answer refused = http.put("/v1/services/shop", service("b.example"));
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isNotEmpty();
      assertThat(http.get("/v1/services/shop/versions").status()).isEqualTo(503);
      assertThat(http.get("/v1/services/shop").text("/domains/0")).isEqualTo("a.example");
    } finally {
      mortal.close();
    }
  }

  @Test
  void nodeThatMovesToAnotherReplicaCompletesItsPurges() {
    first.put("/v1/services/shop", service("a.example"));
    new ReportingNode(first, "edge", "edge").applied(2);
    String purge =
        first.post("/v1/purges", "{\"service\":\"shop\",\"everything\":true}").header("Location");
    await().until(() -> second.get(purge).text("/state").equals("pending"));

    new ReportingNode(second, "edge", "edge").applied(3);

    await().until(() -> first.get(purge).text("/state").equals("complete"));
  }

  @Test
  void backupThatIsPutBackIntoConsulBecomesANewLogEverywhere() {
    String prefix = "backupThatIsPutBackIntoConsulBecomesANewLogEverywhere";
    first.put("/v1/services/shop", service("a.example"));
    await().until(() -> second.get("/v1/services/shop").status() == 200);
    String log = first.get("/v1/feed/snapshot").text("/log");
    String earlier = agent.get(prefix + "/head");
    for (int i = 0; i < 5; i++) {
      first.post("/v1/purges", "{\"service\":\"shop\",\"everything\":true}");
    }
    agent.put(prefix + "/head", earlier);

    for (Http replica : new Http[] {first, second}) {
      await()
          .ignoreExceptions()
          .until(() -> !replica.get("/v1/feed/snapshot").text("/log").equals(log));
      assertThat(replica.get("/v1/services/shop").status()).isEqualTo(200);
      assertThat(replica.get("/v1/feed/snapshot").json().at("/sequence").asLong()).isEqualTo(2);
      assertThat(replica.get("/v1/feed?after=2&log=" + log).status()).isEqualTo(410);
    }
    String renewed = first.get("/v1/feed/snapshot").text("/log");
    assertThat(second.get("/v1/feed/snapshot").text("/log")).isEqualTo(renewed);
    assertThat(
            second
                .post("/v1/purges", "{\"service\":\"shop\",\"everything\":true}")
                .json()
                .at("/sequence")
                .asLong())
        .isEqualTo(3);
  }

  @Test
  void whereConsulHasLostEverythingWhatIsKnownIsServedUntilItIsBack() {
    String head = "whereConsulHasLostEverythingWhatIsKnownIsServedUntilItIsBack/head";
    first.put("/v1/services/shop", service("a.example"));
    String before = agent.get(head);
    agent.delete(head);
    await().until(() -> first.get("/readyz").status() == 503);
    assertThat(first.get("/v1/services/shop").status()).isEqualTo(200);
    assertThat(first.put("/v1/services/blog", service("b.example")).status()).isEqualTo(503);
    agent.put(head, before);
    await().until(() -> first.get("/readyz").status() == 200);
    assertThat(first.put("/v1/services/blog", service("b.example")).status()).isEqualTo(201);
  }
}
