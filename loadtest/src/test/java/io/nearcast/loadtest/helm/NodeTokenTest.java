package io.nearcast.loadtest.helm;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.patch;
import static com.github.tomakehurst.wiremock.client.WireMock.patchRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the script that keeps the nodes' token, with one server as Kubernetes and control plane. */
class NodeTokenTest {
  private static final String SECRET = "/api/v1/namespaces/web/secrets/cdn-nearcast-node-token";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path work;

  private final WireMockServer server =
      new WireMockServer(WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());
  private Process script;

  @BeforeEach
  void start() throws IOException {
    server.start();
    Files.writeString(work.resolve("token"), "of-the-account");
    Files.writeString(work.resolve("ca.crt"), "");
    script =
        new ProcessBuilder(
                "bash",
                Chart.SOURCE.resolve("files/node-token.sh").toString(),
                server.baseUrl(),
                work.resolve("admin.token").toString(),
                server.baseUrl() + SECRET,
                work.toString())
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("output").toFile())
            .start();
  }

  @AfterEach
  void stop() {
    script.destroy();
    await().atMost(PATIENCE).until(() -> !script.isAlive());
    server.stop();
  }

  @Test
  void emptySecretGetsNodeTokenOnceTheAdminTokenIsThere() throws IOException {
    secretHas("{\"kind\": \"Secret\", \"metadata\": {\"name\": \"cdn-nearcast-node-token\"}}");
    server.stubFor(
        post("/v1/tokens")
            .withHeader("Authorization", equalTo("Bearer of-the-admin"))
            .withRequestBody(equalToJson("{\"role\": \"node\"}"))
            .willReturn(
                okJson("{\"id\": \"t1\", \"role\": \"node\", \"token\": \"n-1\"}")
                    .withStatus(201)));

    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> server.verify(getRequestedFor(urlEqualTo(SECRET))));
    Files.writeString(work.resolve("admin.token"), "of-the-admin\n");

    awaitTokenInSecret("n-1");
  }

  @Test
  void tokenThatTheControlPlaneDoesNotKnowIsReplaced() throws IOException {
    Files.writeString(work.resolve("admin.token"), "of-the-admin\n");
    server.stubFor(get("/v1/nodes").willReturn(status(401)));
    server.stubFor(post("/v1/tokens").willReturn(okJson("{\"token\": \"n-2\"}").withStatus(201)));
    secretHas(secretWith("n-1"));

    awaitTokenInSecret("n-2");
  }

  @Test
  void tokenThatTheControlPlaneKnowsStays() throws IOException {
    Files.writeString(work.resolve("admin.token"), "of-the-admin\n");
    server.stubFor(
        get("/v1/nodes")
            .withHeader("Authorization", equalTo("Bearer n-1"))
            .willReturn(aResponse().withStatus(403)));
    secretHas(secretWith("n-1"));

    // It rests for long once all is well, as a child process; before, it has asked.
    await().atMost(PATIENCE).until(this::restsForLong);
    server.verify(getRequestedFor(urlEqualTo("/v1/nodes")));
    server.verify(0, postRequestedFor(urlEqualTo("/v1/tokens")));
    server.verify(0, patchRequestedFor(urlEqualTo(SECRET)));
  }

  private boolean restsForLong() {
    return script
        .descendants()
        .flatMap(it -> it.info().commandLine().stream())
        .anyMatch(it -> it.endsWith("sleep 60"));
  }

  private void secretHas(String json) {
    server.stubFor(
        get(SECRET)
            .withHeader("Authorization", equalTo("Bearer of-the-account"))
            .willReturn(okJson(json)));
    server.stubFor(patch(urlEqualTo(SECRET)).willReturn(okJson("{}")));
  }

  private static String secretWith(String token) {
    String encoded = Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.US_ASCII));
    return """
    {
      "kind": "Secret",
      "data": {
        "token": "%s"
      }
    }
    """
        .formatted(encoded);
  }

  private void awaitTokenInSecret(String token) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            server.verify(
                patchRequestedFor(urlEqualTo(SECRET))
                    .withHeader("Content-Type", equalTo("application/merge-patch+json"))
                    .withRequestBody(
                        equalToJson("{\"stringData\": {\"token\": \"%s\"}}".formatted(token)))));
  }
}
