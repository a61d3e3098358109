package io.nearcast.control.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.control.store.consul.ConsulAgent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real Consul's catalogue and DNS say of the fleet. */
@Timeout(120)
final class ConsulCatalogueTest {
  private static final Duration SHOWN_MAX = Duration.ofSeconds(30);

  private Path directory;
  private ConsulAgent agent;

  @BeforeEach
  void start(@TempDir Path fresh) throws Exception {
    directory = fresh;
    agent = ConsulAgent.start(Files.createDirectory(fresh.resolve("consul")));
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private JsonNode health(String service) {
    try {
      return new ObjectMapper().readTree(agent.ask("health/service/nearcast-" + service));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String status(String service) {
    for (JsonNode check : health(service).at("/0/Checks")) {
      return check.at("/Status").asText();
    }
    return "";
  }

  /** The addresses that Consul's DNS gives for a name, in order. */
  private List<String> dns(String name) {
    List<String> command =
        List.of(
            "dig", "+short", "+tries=1", "+time=5", "@127.0.0.1", "-p", "" + agent.dnsPort(), name);
    try {
      Process dig = new ProcessBuilder(command).start();
      try (BufferedReader answer = dig.inputReader()) {
        return answer.lines().sorted().toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ReportingNode node(Http http, String id, String role, String address) {
    ReportingNode node = new ReportingNode(http, id, role).with("address", address);
    assertThat(node.applied(1).status()).isEqualTo(200);
    return node;
  }

  @Test
  void fleetIsInTheCatalogueWithItsHealth() throws Exception {
    try (RunningControlPlane one =
            RunningControlPlane.in(directory.resolve("one"), agent.url("c"));
        RunningControlPlane two =
            RunningControlPlane.in(directory.resolve("two"), agent.url("c"))) {
      Http http = one.admin();
      ReportingNode first = node(http, "edge-1", "edge", "10.0.0.1:80");
      node(http, "edge-2", "edge", "10.0.0.2:8080");
      node(http, "shield-1", "shield", "10.0.0.3:8090");
      node(http, "router-1", "router", "10.0.0.4:53");

      await()
          .atMost(SHOWN_MAX)
          .until(() -> dns("nearcast-edge.service.consul").equals(List.of("10.0.0.1", "10.0.0.2")));
      assertThat(dns("fra.nearcast-shield.service.consul")).containsExactly("10.0.0.3");
      await().atMost(SHOWN_MAX).until(() -> status("router").equals("passing"));
      JsonNode entry = health("router").get(0);
      assertThat(entry.at("/Node/Node").asText()).isEqualTo("c-router-1");
      assertThat(entry.at("/Service/Port").asInt()).isEqualTo(53);
      assertThat(entry.at("/Service/Meta/pop").asText()).isEqualTo("fra");
      assertThat(entry.at("/Service/Meta/state").asText()).isEqualTo("serving");

      http.post("/v1/nodes/shield-1/drain", "");
      await().atMost(SHOWN_MAX).until(() -> status("shield").equals("warning"));
      assertThat(health("shield").at("/0/Service/Meta/state").asText()).isEqualTo("draining");

      first.leave();
      await()
          .atMost(SHOWN_MAX)
          .until(() -> dns("nearcast-edge.service.consul").equals(List.of("10.0.0.2")));

      // Nobody has reported for a while: all that is left is down, and not in the DNS.
      await().atMost(SHOWN_MAX).until(() -> status("edge").equals("critical"));
      assertThat(dns("nearcast-edge.service.consul")).isEmpty();

      one.controlPlane().close();
      two.controlPlane().close();
    }
    // What changed while nobody was there is put right by whoever leads next.
    assertThat(health("edge")).hasSize(1);
    try (RunningControlPlane third =
        RunningControlPlane.in(directory.resolve("one"), agent.url("c"))) {
      third.admin().delete("/v1/nodes/edge-2");
      await().atMost(SHOWN_MAX).until(() -> health("edge").isEmpty());
    }
  }
}
