package io.nearcast.control.rest;

import static io.nearcast.control.rest.RunningControlPlane.service;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokensRestTest {
  private Path directory;
  private RunningControlPlane running;
  private Http http;

  @BeforeEach
  void start(@TempDir Path directory) {
    this.directory = directory;
    running = RunningControlPlane.in(directory);
    http = running.admin();
    http.put("/v1/services/shop", service("a.example"));
    http.put("/v1/services/blog", service("b.example"));
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void firstTokenIsInAFileThatOnlyItsOwnerReads() throws Exception {
    Path file = directory.resolve("admin.token");
    assertThat(Files.readString(file)).isEqualTo(running.controlPlane().adminToken() + "\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void firstTokenIsTheSameAfterARestart() {
    String before = running.controlPlane().adminToken();
    running.close();
    running = RunningControlPlane.in(directory);
    assertThat(running.controlPlane().adminToken()).isEqualTo(before);
    assertThat(running.admin().get("/v1/tokens").status()).isEqualTo(200);
  }

  @Test
  void tokensAreNotKept() throws Exception {
    String secret = http.post("/v1/tokens", "{\"role\":\"reader\"}").text("/token");
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(path -> path.toString().contains("control.db")).toList()) {
        assertThat(
                new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
            .doesNotContain(secret)
            .doesNotContain(running.controlPlane().adminToken());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
      }
    }
    assertThat(http.get("/v1/tokens").json().toString()).doesNotContain(secret, "hash");
  }

  @Test
  void withoutAGoodTokenNothingIsAnswered() {
    Http.Answer none = http.as("").get("/v1/services");
    assertThat(none.status()).isEqualTo(401);
    assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"nearcast\"");
    Http.Answer unknown = http.as("nc_nonsense").get("/v1/services");
    assertThat(unknown.status()).isEqualTo(401);
    assertThat(unknown.header("WWW-Authenticate")).contains("invalid_token");
    Http.Answer basic = http.as("").get("/v1/services", "Authorization", "Basic eDp5");
    assertThat(basic.status()).isEqualTo(401);
  }

  @Test
  void eachRoleMayDoWhatItIsFor() {
    Http editor = running.client("editor", null);
    Http purger = running.client("purger", null);
    Http reader = running.client("reader", null);
    Http node = running.client("node", null);
    String purge = "{\"service\":\"shop\",\"everything\":true}";
    String pop = "{\"latitude\":1,\"longitude\":1}";

    assertThat(editor.put("/v1/services/new", service("n.example")).status()).isEqualTo(201);
    assertThat(purger.put("/v1/services/new", service("m.example")).status()).isEqualTo(403);
    assertThat(reader.delete("/v1/services/new").status()).isEqualTo(403);
    assertThat(editor.post("/v1/purges", purge).status()).isEqualTo(202);
    assertThat(purger.post("/v1/purges", purge).status()).isEqualTo(202);
    assertThat(reader.post("/v1/purges", purge).status()).isEqualTo(403);
    assertThat(editor.put("/v1/pops/fra", pop).status()).isEqualTo(201);
    assertThat(purger.put("/v1/pops/fra", pop).status()).isEqualTo(403);
    assertThat(reader.get("/v1/services").status()).isEqualTo(200);
    assertThat(node.get("/v1/services").status()).isEqualTo(403);
    assertThat(node.get("/v1/feed/snapshot").status()).isEqualTo(200);
    assertThat(reader.get("/v1/feed/snapshot").status()).isEqualTo(403);
    assertThat(editor.get("/v1/tokens").status()).isEqualTo(403);
    assertThat(editor.delete("/v1/nodes/x").status()).isEqualTo(403);
    assertThat(new ReportingNode(node, "one", "edge").applied(1).status()).isEqualTo(200);
    assertThat(reader.post("/v1/nodes/one/report", "{}").status()).isEqualTo(403);
  }

  @Test
  void tokenOfOneServiceIsGoodForThatOnly() {
    Http editor = running.client("editor", "shop");
    assertThat(editor.put("/v1/services/shop", service("c.example")).status()).isEqualTo(200);
    assertThat(editor.put("/v1/services/blog", service("d.example")).status()).isEqualTo(403);
    assertThat(editor.get("/v1/services/blog").status()).isEqualTo(403);
    assertThat(editor.get("/v1/services").json().at("/items")).hasSize(1);
    assertThat(editor.get("/v1/services/blog/versions").status()).isEqualTo(403);
    assertThat(editor.delete("/v1/services/blog/origins/main").status()).isEqualTo(403);
    assertThat(editor.put("/v1/pops/fra", "{\"latitude\":1,\"longitude\":1}").status())
        .isEqualTo(403);

    Http purger = running.client("purger", "blog");
    String everything = "{\"service\":\"%s\",\"everything\":true}";
    assertThat(purger.post("/v1/purges", everything.formatted("shop")).status()).isEqualTo(403);
    String shop = http.post("/v1/purges", everything.formatted("shop")).header("Location");
    assertThat(purger.post("/v1/purges", everything.formatted("blog")).status()).isEqualTo(202);
    assertThat(purger.get(shop).status()).isEqualTo(403);
    assertThat(purger.get("/v1/purges").json().at("/items")).hasSize(1);
    assertThat(purger.get("/v1/purges?service=shop").status()).isEqualTo(403);
  }

  @Test
  void serviceGoesWithSomeRolesOnly() {
    Http.Answer refused = http.post("/v1/tokens", "{\"role\":\"admin\",\"service\":\"shop\"}");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text("/errors/0/pointer")).isEqualTo("/service");
    assertThat(http.post("/v1/tokens", "{\"role\":\"reader\",\"service\":\"x\"}").status())
        .isEqualTo(422);
    Http.Answer wrong = http.post("/v1/tokens", "{\"role\":\"king\"}");
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.text("/errors/0/pointer")).isEqualTo("/role");
  }

  @Test
  void deletedTokenIsWorthless() {
    Http.Answer issued = http.post("/v1/tokens", "{\"role\":\"reader\"}");
    Http reader = http.as(issued.text("/token"));
    assertThat(issued.status()).isEqualTo(201);
    assertThat(reader.get("/v1/services").status()).isEqualTo(200);
    assertThat(http.delete("/v1/tokens/" + issued.text("/id")).status()).isEqualTo(204);
    assertThat(reader.get("/v1/services").status()).isEqualTo(401);
    assertThat(http.delete("/v1/tokens/" + issued.text("/id")).status()).isEqualTo(404);
  }

  @Test
  void lastAdminTokenStays() {
    String first = http.get("/v1/tokens").text("/items/0/id");
    assertThat(http.delete("/v1/tokens/" + first).status()).isEqualTo(409);
    Http other = http.as(http.post("/v1/tokens", "{\"role\":\"admin\"}").text("/token"));
    assertThat(other.delete("/v1/tokens/" + first).status()).isEqualTo(204);
    assertThat(http.get("/v1/services").status()).isEqualTo(401);
  }

  @Test
  void expiryIsATimeToCome() {
    assertThat(
            http.post("/v1/tokens", "{\"role\":\"reader\",\"expires\":\"2001-01-01T00:00:00Z\"}")
                .status())
        .isEqualTo(422);
    assertThat(
            http.post("/v1/tokens", "{\"role\":\"reader\",\"expires\":\"2999-01-01T00:00:00Z\"}")
                .text("/expires"))
        .isEqualTo("2999-01-01T00:00:00Z");
  }
}
