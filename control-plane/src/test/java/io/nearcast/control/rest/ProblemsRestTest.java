package io.nearcast.control.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.launch.StartFailure;
import io.nearcast.control.ControlPlane;
import io.nearcast.control.ControlPlaneOptions;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProblemsRestTest {
  private Path directory;
  private RunningControlPlane running;
  private Http http;

  @BeforeEach
  void start(@TempDir Path directory) {
    this.directory = directory;
    running = RunningControlPlane.in(directory.resolve("data"));
    http = running.admin();
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private static void assertProblem(Http.Answer answer, int status) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.json().at("/status").asInt()).isEqualTo(status);
    assertThat(answer.text("/title")).isNotEmpty();
    assertThat(answer.json().at("/errors").isArray()).isTrue();
  }

  @Test
  void unknownPathIsAbsent() {
    assertProblem(http.get("/v1/nothing"), 404);
    assertProblem(http.get("/v1/services/"), 404);
    assertProblem(http.post("/v1/audit", "{}"), 404);
    assertProblem(http.get("/v1/stats"), 404);
  }

  @Test
  void wrongMethodSaysWhichAreAllowed() {
    Http.Answer answer = http.post("/v1/services", "{}");
    assertProblem(answer, 405);
    assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
    Http.Answer other = http.send("PATCH", "/v1/services/shop", "{}");
    assertProblem(other, 405);
    assertThat(other.header("Allow")).isEqualTo("DELETE, GET, HEAD, PUT");
  }

  @Test
  void malformedJsonIsABadRequest() {
    assertProblem(http.put("/v1/services/shop", "{\"domains\": ["), 400);
    assertProblem(http.post("/v1/purges", ""), 400);
    assertProblem(http.post("/v1/tokens", "[]"), 422);
  }

  @Test
  void largeBodyIsTooLarge() {
    assertProblem(http.put("/v1/services/shop", " ".repeat(Call.BODY_BYTES_MAX + 1)), 413);
  }

  @Test
  void whatTheServerCannotReadIsAProblemToo() throws Exception {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), running.controlPlane().address().getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
    }
  }

  @Test
  void headIsAsGetWithoutABody() {
    Http.Answer answer = http.send("HEAD", "/v1/services", null);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.bytes()).isEmpty();
  }

  @Test
  void healthMetricsAndDashboardAreOpen() {
    Http stranger = http.as("");
    assertThat(stranger.get("/healthz").status()).isEqualTo(200);
    assertThat(stranger.get("/readyz").status()).isEqualTo(200);
    assertThat(new String(stranger.get("/metrics").bytes(), StandardCharsets.UTF_8))
        .contains("nearcast_control_feed_head 1.0", "jvm_memory");
    Http.Answer page = stranger.get("/");
    assertThat(page.header("Content-Type")).startsWith("text/html");
    assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'");
    assertThat(stranger.get("/favicon.ico").status()).isEqualTo(200);
    assertThat(stranger.get("/dashboard.js").status()).isEqualTo(200);
  }

  @Test
  void addressInUseIsSaidInOneLine() {
    Assertions.assertThatThrownBy(() ->
            ControlPlane.start(
                new ControlPlaneOptions(
                    directory.resolve("other"), running.controlPlane().address())))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--listen");
  }

  @Test
  void directoryInUseIsSaidInOneLine() {
    Assertions.assertThatThrownBy(() -> RunningControlPlane.in(directory.resolve("data")))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--data");
  }
}
