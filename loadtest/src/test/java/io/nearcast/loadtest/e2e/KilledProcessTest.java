package io.nearcast.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nearcast.loadtest.Shell;
import io.nearcast.loadtest.cdn.CdnPlan;
import io.nearcast.loadtest.cdn.ProcessCdn;
import io.nearcast.loadtest.cdn.RestClient;
import io.nearcast.loadtest.site.SiteOrigin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes on when a process of the CDN is killed, and what comes back when it is started again.
 */
class KilledProcessTest {
  private static final Duration MOVED_MAX = Duration.ofSeconds(3);
  private static final Duration BACK_MAX = Duration.ofSeconds(30);
  private static final String HOST = "site.test";
  private static final String EDGE = "fra-1";
  private static final String GERMAN = " +subnet=84.128.1.0/24";

  @TempDir private static Path data;
  private static SiteOrigin origin;
  private static ProcessCdn cdn;

  @BeforeAll
  static void start() throws Exception {
    origin =
        SiteOrigin.start(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), data.resolve("site"));
    Path networks = data.resolve("networks.cidr");
    Files.writeString(networks, "84.128.0.0/10 fra\n12.0.0.0/8 iad\n165.21.0.0/16 sin\n");
    cdn =
        ProcessCdn.start(
            Shell.root(),
            CdnPlan.atFreePorts(data, 3, 16 << 20, new CdnPlan.Places(List.of(), networks)));
    try (RestClient rest = cdn.rest()) {
      rest.put("/v1/services/site", service("site", HOST)).orFail();
    }
    await().atMost(BACK_MAX).until(() -> served(HOST) && dns().equals(address(EDGE)));
  }

  @AfterAll
  static void stop() {
    cdn.close();
    origin.close();
  }

  /** Each test ends with all processes running again, and says so. */
  @AfterEach
  void allNodesServe() {
    await()
        .atMost(BACK_MAX)
        .untilAsserted(() -> {
          try (RestClient rest = cdn.rest()) {
            String nodes = rest.get("/v1/nodes").orFail().body();
            assertThat(nodes.split("\"state\":\"serving\"", -1)).as(nodes).hasSize(6);
          }
        });
    await().atMost(BACK_MAX).untilAsserted(() -> assertThat(dns()).isEqualTo(address(EDGE)));
  }

  @Test
  void clientsOfAKilledEdgeAreSentToTheNextOneAndBack() throws Exception {
    cdn.kill(EDGE);

    await()
        .atMost(MOVED_MAX)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> {
          assertThat(dns()).isNotEmpty().isNotEqualTo(address(EDGE));
          assertThat(nearestByHttp()).doesNotContain("\"pop\":\"fra\"");
        });

    cdn.restart(EDGE);
    await()
        .atMost(BACK_MAX)
        .untilAsserted(() -> assertThat(nearestByHttp()).contains("\"pop\":\"fra\""));
  }

  @Test
  void withoutTheControlPlaneEverythingIsServedAndAnEdgeRestartsFromItsLastGoodCopy()
      throws Exception {
    cdn.kill(ProcessCdn.CONTROL_PLANE);

    assertThat(fetch("/charts.html")).contains("HTTP/1.1 200");
    assertThat(dns()).isEqualTo(address(EDGE));

    cdn.kill(EDGE);
    cdn.restart(EDGE);
    assertThat(fetch("/tables.html")).contains("HTTP/1.1 200");
    cdn.kill(cdn.plan().router().id());
    cdn.restart(cdn.plan().router().id());
    assertThat(dns()).isNotEmpty();

    cdn.restart(ProcessCdn.CONTROL_PLANE);
    try (RestClient rest = cdn.rest()) {
      assertThat(rest.get("/v1/services/site").orFail().body()).contains(HOST);
      rest.put("/v1/services/later", service("later", "later.test")).orFail();
      await().atMost(BACK_MAX).until(() -> served("later.test"));
      rest.delete("/v1/services/later").orFail();
    }
  }

  @Test
  void whatWasAnsweredIsNotLostWhenTheControlPlaneIsKilledAtOnce() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (RestClient rest = cdn.rest()) {
        rest.put("/v1/services/kept-" + i, service("kept-" + i, "kept-" + i + ".test")).orFail();
      }
      cdn.kill(ProcessCdn.CONTROL_PLANE);
      cdn.restart(ProcessCdn.CONTROL_PLANE);
      try (RestClient rest = cdn.rest()) {
        assertThat(rest.get("/v1/services/kept-" + i).status()).isEqualTo(200);
      }
    }
    await().atMost(BACK_MAX).until(() -> served("kept-0.test") && served("kept-2.test"));
  }

  @Test
  void withoutTheShieldEdgesFillFromTheOrigin() throws Exception {
    String shield = cdn.plan().shield().id();
    cdn.kill(shield);

    assertThat(fetch("/404.html?" + System.nanoTime()))
        .contains("HTTP/1.1 200")
        .contains(EDGE + "; fwd=")
        .doesNotContain(shield + ";");

    cdn.restart(shield);
    await()
        .atMost(BACK_MAX)
        .untilAsserted(
            () -> assertThat(fetch("/404.html?" + System.nanoTime())).contains(shield + "; fwd="));
  }

  @Test
  void aPurgeThatAnEdgeHasMissedIsAppliedBeforeItServesAgain() throws Exception {
    assertThat(fetch("/cards.html")).contains("200");
    cdn.kill(EDGE);
    Files.writeString(origin.directory().resolve("cards.html"), "new cards");
    try (RestClient rest = cdn.rest()) {
      rest.post("/v1/purges", "{\"service\":\"site\",\"everything\":true}").orFail();
    }
    cdn.restart(EDGE);

    assertThat(Shell.run("curl -sS -H 'Host: " + HOST + "' http://" + listen(EDGE) + "/cards.html"))
        .isEqualTo("new cards");
  }

  @Test
  void aNodeThatIsToldToEndDoesSoAndLeavesTheMembership() throws Exception {
    String edge = "sin-1";
    assertThat(cdn.process(edge).terminate()).isZero();
    try (RestClient rest = cdn.rest()) {
      await()
          .untilAsserted(
              () -> assertThat(rest.get("/v1/nodes").orFail().body()).doesNotContain(edge));
    }
    cdn.restart(edge);
  }

  private static String service(String name, String domain) {
    return String.format(
        "{\"name\":\"%s\",\"domains\":[\"%s\"],\"origins\":[{\"name\":\"main\",\"url\":\"%s\"}]}",
        name, domain, origin.url());
  }

  private static CdnPlan.Node node(String id) {
    return cdn.plan().edges().stream().filter(n -> n.id().equals(id)).findAny().orElseThrow();
  }

  private static String listen(String id) {
    return node(id).listen().toString();
  }

  private static String address(String id) {
    return node(id).listen().host();
  }

  private static boolean served(String host) throws Exception {
    return Shell.run("curl -sS -i -H 'Host: " + host + "' http://" + listen(EDGE) + "/blank.html")
        .startsWith("HTTP/1.1 200");
  }

  private static String fetch(String path) throws Exception {
    return Shell.run(
        "curl -sS -o /dev/null -D - -H 'Host: " + HOST + "' 'http://" + listen(EDGE) + path + "'");
  }

  private static String dns() throws Exception {
    var dns = cdn.plan().router().dns();
    return Shell.run(
            "dig @" + dns.host() + " -p " + dns.port() + " " + HOST + " +short +tries=1" + GERMAN)
        .strip();
  }

  private static String nearestByHttp() throws Exception {
    return Shell.run(
        "curl -sS -H 'Host: "
            + HOST
            + "' 'http://"
            + cdn.plan().router().http()
            + "/?format=json'");
  }
}
