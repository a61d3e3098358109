package io.nearcast.control.cli;

import static io.nearcast.control.rest.RunningControlPlane.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.launch.Launch;
import io.nearcast.control.rest.Http;
import io.nearcast.control.rest.RunningControlPlane;
import io.nearcast.control.store.consul.ConsulAgent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
final class StoreCommandsTest {
  private static final String EVERYTHING = "{\"service\":\"shop\",\"everything\":true}";

  private Path directory;
  private Path data;
  private String backup;

  private record Output(int code, String out, String err) {}

  @BeforeEach
  void prepare(@TempDir Path fresh) {
    directory = fresh;
    data = fresh.resolve("data");
    backup = fresh.resolve("backup.db").toString();
  }

  private static Output run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      int code = Launch.run(new CliMain.Nearcast(), arguments);
      return new Output(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
  }

  private static JsonNode snapshot(Http http) {
    return http.get("/v1/feed/snapshot").json();
  }

  @Test
  void backupOfARunningControlPlaneIsRestoredAsANewLog() throws Exception {
    String log;
    try (RunningControlPlane running = RunningControlPlane.in(data)) {
      Http http = running.admin();
      http.put("/v1/services/shop", service("a.example"));
      http.post("/v1/purges", EVERYTHING);
      Output made = run("backup", "--data", data.toString(), "--to", backup);
      assertThat(made.err()).isEmpty();
      assertThat(made.out()).contains("up to 3");
      assertThat(made.code()).isZero();
      http.post("/v1/purges", EVERYTHING);
      log = snapshot(http).at("/log").asText();
      assertThat(run("restore", "--from", backup, "--data", data.toString()).err())
          .contains("in use");
    }
    assertThat(Files.getPosixFilePermissions(Path.of(backup)))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(run("restore", "--from", backup, "--data", data.toString()).err())
        .contains("--replace");

    Output restored = run("restore", "--from", backup, "--data", data.toString(), "--replace");
    assertThat(restored.code()).isZero();
    assertThat(restored.out()).contains("new log").doesNotContain(log);
    try (RunningControlPlane running = RunningControlPlane.in(data)) {
      Http http = running.admin();
      assertThat(snapshot(http).at("/sequence").asLong()).isEqualTo(3);
      assertThat(snapshot(http).at("/log").asText()).isNotEqualTo(log);
      assertThat(http.get("/v1/services/shop").status()).isEqualTo(200);
      assertThat(http.get("/v1/purges").json().at("/items")).hasSize(1);
      assertThat(http.get("/v1/feed?after=3&log=" + log).status()).isEqualTo(410);
      assertThat(http.post("/v1/purges", EVERYTHING).json().at("/sequence").asLong()).isEqualTo(4);
    }
    assertThat(data.resolve("control.db.replaced")).exists();
  }

  @Test
  void backupUnderWritesIsWhole() {
    try (RunningControlPlane running = RunningControlPlane.in(data)) {
      Http http = running.admin();
      http.put("/v1/services/shop", service("a.example"));
      AtomicBoolean stop = new AtomicBoolean();
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                while (!stop.get()) {
                  http.post("/v1/purges", EVERYTHING);
                }
              });
      try {
        for (int i = 0; i < 5; i++) {
          Path to = directory.resolve("backup-" + i);
          assertThat(run("backup", "--data", data.toString(), "--to", to.toString()).code())
              .isZero();
        }
      } finally {
        stop.set(true);
        await().until(() -> !writer.isAlive());
      }
    }
    Path other = directory.resolve("other");
    String last = directory.resolve("backup-4").toString();
    assertThat(run("restore", "--from", last, "--data", other.toString()).code()).isZero();
    try (RunningControlPlane running = RunningControlPlane.in(other)) {
      assertThat(running.controlPlane().address().getPort()).isPositive();
    }
  }

  @Test
  void whatIsNoBackupIsRefusedAndNothingChanges() throws Exception {
    try (RunningControlPlane running = RunningControlPlane.in(data)) {
      running.admin().put("/v1/services/shop", service("a.example"));
    }
    Files.writeString(Path.of(backup), "this is no database, but long enough".repeat(99));
    Output refused = run("restore", "--from", backup, "--data", data.toString(), "--replace");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("backup.db").hasLineCount(1);
    assertThat(run("restore", "--from", "/nowhere", "--data", data.toString(), "--replace").code())
        .isEqualTo(1);
    assertThat(run("backup", "--data", "/nowhere", "--to", backup + "2").code()).isEqualTo(1);
    assertThat(run("backup", "--data", data.toString(), "--to", backup).err())
        .contains("there already");
    assertThat(run("move", "--data", "/nowhere", "--consul", "http://127.0.0.1:1").code())
        .isEqualTo(2);
    assertThat(run("move", "--data", data.toString(), "--consul", "http://127.0.0.1:1").code())
        .isEqualTo(1);
    try (RunningControlPlane running = RunningControlPlane.in(data)) {
      assertThat(running.admin().get("/v1/services/shop").status()).isEqualTo(200);
    }
  }

  @Test
  void whatIsMovedToConsulIsTheSameLog() throws Exception {
    JsonNode before;
    JsonNode purges;
    JsonNode versions;
    String token;
    try (RunningControlPlane running = RunningControlPlane.in(data)) {
      Http http = running.admin();
      http.put("/v1/services/shop", service("a.example"));
      http.put("/v1/services/shop", service("b.example"));
      http.put("/v1/pops/fra", "{\"latitude\": 1, \"longitude\": 2}");
      for (int i = 0; i < 150; i++) {
        http.post("/v1/purges", EVERYTHING, "Idempotency-Key", "k" + i);
      }
      await()
          .until(() ->
              http.get("/v1/purges?limit=200").json().findValuesAsText("state").stream()
                  .allMatch("complete"::equals));
      before = snapshot(http);
      purges = http.get("/v1/purges?limit=200").json();
      versions = http.get("/v1/services/shop/versions").json();
      token = http.post("/v1/tokens", "{\"role\":\"reader\"}").text("/token");
    }
    try (ConsulAgent agent = ConsulAgent.start(Files.createDirectory(directory.resolve("agent")))) {
      URI url = agent.url("moved");
      Output moved = run("move", "--data", data.toString(), "--consul", url.toString());
      assertThat(moved.err()).isEmpty();
      assertThat(moved.out()).contains(before.at("/log").asText());
      assertThat(data.resolve("control.db")).doesNotExist();
      try (RunningControlPlane running = RunningControlPlane.in(data, url)) {
        Http http = running.admin();
        assertThat(snapshot(http)).isEqualTo(before);
        assertThat(http.get("/v1/purges?limit=200").json()).isEqualTo(purges);
        assertThat(http.as(token).get("/v1/services/shop/versions").json()).isEqualTo(versions);
        Http.Answer again = http.post("/v1/purges", EVERYTHING, "Idempotency-Key", "k7");
        assertThat(purges.findValuesAsText("id")).contains(again.text("/id"));
        assertThat(http.post("/v1/purges", EVERYTHING).json().at("/sequence").asLong())
            .isEqualTo(before.at("/sequence").asLong() + 1);
      }
      Path second = directory.resolve("second");
      try (RunningControlPlane running = RunningControlPlane.in(second)) {
        assertThat(running.admin().get("/v1/services").status()).isEqualTo(200);
      }
      Output refused = run("move", "--data", second.toString(), "--consul", url.toString());
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err()).contains("already");
      assertThat(second.resolve("control.db")).exists();
    }
  }

  @Test
  void backupFromConsulUnderWritesIsRestoredIntoSqliteAsANewLog() throws Exception {
    try (ConsulAgent agent = ConsulAgent.start(Files.createDirectory(directory.resolve("agent")))) {
      String url = agent.url("cdn").toString();
      String log;
      long head;
      try (RunningControlPlane running = RunningControlPlane.in(data, agent.url("cdn"))) {
        Http http = running.admin();
        http.put("/v1/services/shop", service("a.example"));
        AtomicBoolean stop = new AtomicBoolean();
        Thread writer =
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; !stop.get(); i++) {
                    http.put("/v1/pops/p" + i, "{\"latitude\": 1, \"longitude\": 2}");
                  }
                });
        await().until(() -> http.get("/v1/pops/p20").status() == 200);
        Output made = run("backup", "--consul", url, "--to", backup);
        stop.set(true);
        await().until(() -> !writer.isAlive());
        assertThat(made.err()).isEmpty();
        assertThat(made.code()).isZero();
        log = snapshot(http).at("/log").asText();
        head = snapshot(http).at("/sequence").asLong();
      }
      assertThat(run("restore", "--from", backup, "--data", data.toString()).code()).isZero();
      try (RunningControlPlane running = RunningControlPlane.in(data)) {
        Http http = running.admin();
        JsonNode restored = snapshot(http);
        assertThat(restored.at("/log").asText()).isNotEqualTo(log);
        assertThat(restored.at("/sequence").asLong()).isBetween(22L, head);
        assertThat(http.get("/v1/services/shop").status()).isEqualTo(200);
        // Each entry since the service made one PoP: what was copied is of one moment.
        assertThat(http.get("/v1/pops?limit=1000").json().at("/items"))
            .hasSize((int) restored.at("/sequence").asLong() - 2);
      }
    }
  }

  @Test
  void olderBackupThatIsRestoredIntoConsulMakesRunningControlPlanesBeginAnew() throws Exception {
    try (ConsulAgent agent = ConsulAgent.start(Files.createDirectory(directory.resolve("agent")));
        RunningControlPlane running = RunningControlPlane.in(data, agent.url("cdn"))) {
      String url = agent.url("cdn").toString();
      Http http = running.admin();
      http.put("/v1/services/shop", service("a.example"));
      run("backup", "--consul", url, "--to", backup);
      http.post("/v1/purges", EVERYTHING);
      http.put("/v1/services/blog", service("b.example"));
      String log = snapshot(http).at("/log").asText();
      Output refused = run("restore", "--from", backup, "--consul", url);
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err()).contains("--replace").hasLineCount(1);
      assertThat(http.get("/v1/services/blog").status()).isEqualTo(200);

      Output restored = run("restore", "--from", backup, "--consul", url, "--replace");

      assertThat(restored.code()).isZero();
      assertThat(restored.out()).contains("new log").doesNotContain(log);
      await()
          .ignoreExceptions()
          .until(() -> restored.out().contains(snapshot(http).at("/log").asText()));
      assertThat(snapshot(http).at("/sequence").asLong()).isEqualTo(2);
      assertThat(http.get("/v1/services/blog").status()).isEqualTo(404);
      assertThat(http.get("/v1/feed?after=2&log=" + log).status()).isEqualTo(410);
      assertThat(http.post("/v1/purges", EVERYTHING).json().at("/sequence").asLong()).isEqualTo(3);
    }
  }

  @Test
  void oneStoreIsNamed() {
    assertThat(run("backup", "--to", backup).code()).isEqualTo(2);
    Output both =
        run("restore", "--from", backup, "--data", "/x", "--consul", "http://127.0.0.1:1");
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err()).contains("--data").contains("--consul").hasLineCount(1);
    assertThat(run("backup", "--consul", "nonsense", "--to", backup).code()).isEqualTo(2);
    assertThat(run("backup", "--consul", "http://127.0.0.1:1", "--to", backup).code()).isEqualTo(1);
  }
}
