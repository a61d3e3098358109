package io.nearcast.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.nearcast.config.json.Documents;
import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.CdnPlan;
import io.nearcast.loadtest.cdn.ProcessCdn;
import io.nearcast.loadtest.cdn.RestClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A backup from before a purge is put back: nodes do not serve what was purged, though the purge is
 * in no log any more (PURGE.md rule 16).
 */
@Timeout(180)
final class RestoredBackupTest {
  private static final Duration BACK_MAX = Duration.ofSeconds(30);
  private static final String HOST = "kept.test";

  private final Map<String, Integer> asked = new ConcurrentHashMap<>();

  @TempDir private Path data;
  private HttpServer origin;
  private ProcessCdn cdn;
  private volatile String content = "one";

  @BeforeEach
  void start() throws Exception {
    origin = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    origin.createContext(
        "/",
        exchange -> {
          asked.merge(exchange.getRequestURI().getPath(), 1, Integer::sum);
          byte[] body = content.getBytes(StandardCharsets.US_ASCII);
          exchange.getResponseHeaders().set("Cache-Control", "max-age=3600");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    origin.start();
    cdn =
        ProcessCdn.start(
            Shell.root(),
            CdnPlan.atFreePorts(data, 1, 16 << 20, new CdnPlan.Places(List.of(), null)));
    try (RestClient rest = cdn.rest()) {
      rest.put(
              "/v1/services/kept",
              "{\"domains\":[\"%s\"],\"origins\":[{\"name\":\"main\",\"url\":\"http://127.0.0.1:%d\"}]}"
                  .formatted(HOST, origin.getAddress().getPort()))
          .orFail();
    }
    await().atMost(BACK_MAX).until(() -> fetch("/up").equals("one"));
  }

  @AfterEach
  void stop() {
    if (cdn != null) {
      cdn.close();
    }
    origin.stop(0);
  }

  private String fetch(String path) throws Exception {
    String edge = cdn.plan().edges().getFirst().listen().toString();
    return Shell.run("curl -sS -H 'Host: " + HOST + "' http://" + edge + path);
  }

  private int asked(String path) {
    return asked.getOrDefault(path, 0);
  }

  @Test
  void whatWasPurgedAfterTheBackupIsAskedForAgain() throws Exception {
    for (String path : List.of("/again", "/quiet")) {
      assertThat(fetch(path)).isEqualTo("one");
      assertThat(fetch(path)).isEqualTo("one");
      assertThat(asked(path)).isEqualTo(1);
    }
    Path directory = cdn.plan().controlPlaneDirectory();
    Path backup = data.resolve("backup.db");
    nearcast("backup --data " + directory + " --to " + backup);
    content = "two";
    String log;
    try (RestClient rest = cdn.rest()) {
      var purged =
          rest.post(
              "/v1/purges", "{\"service\":\"kept\",\"everything\":true}", "Prefer", "wait=30");
      assertThat(purged.status()).isEqualTo(200);
      log = log(rest);
    }
    assertThat(fetch("/again")).isEqualTo("two");
    assertThat(fetch("/later")).isEqualTo("two");

    cdn.kill(ProcessCdn.CONTROL_PLANE);
    nearcast("restore --replace --from " + backup + " --data " + directory);
    cdn.restart(ProcessCdn.CONTROL_PLANE);

    try (RestClient rest = cdn.rest()) {
      assertThat(log(rest)).isNotEqualTo(log);
      assertThat(rest.get("/v1/purges").orFail().body()).doesNotContain("everything");
      await()
          .atMost(BACK_MAX)
          .until(() -> {
            assertThat(fetch("/again")).isEqualTo("two");
            return rest.get("/v1/nodes/" + cdn.plan().edges().getFirst().id())
                    .body()
                    .contains("\"serving\"")
                && applied(rest) > 0;
          });
    }
    assertThat(fetch("/quiet")).isEqualTo("two");
    assertThat(fetch("/later")).isEqualTo("two");
    assertThat(fetch("/again")).isEqualTo("two");
    assertThat(asked("/quiet")).isEqualTo(2);
    assertThat(asked("/later")).isEqualTo(2);
    assertThat(asked("/again")).isGreaterThanOrEqualTo(3);
    assertThat(fetch("/quiet")).isEqualTo("two");
    assertThat(asked("/quiet")).isEqualTo(2);
  }

  private static void nearcast(String command) throws Exception {
    Shell.run("NEARCAST_NO_BUILD=1 " + Shell.root().resolve("bin/nearcast") + " " + command);
  }

  private static String log(RestClient rest) throws Exception {
    String snapshot = rest.get("/v1/feed/snapshot").orFail().body();
    return Documents.mapper().readTree(snapshot).at("/log").asText();
  }

  /** What the edge has applied of the log that there is now; 0 where it follows another one. */
  private long applied(RestClient rest) throws Exception {
    String node = rest.get("/v1/nodes/" + cdn.plan().edges().getFirst().id()).body();
    return Documents.mapper().readTree(node).at("/appliedSequence").asLong();
  }
}
