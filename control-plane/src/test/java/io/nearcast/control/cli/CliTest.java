package io.nearcast.control.cli;

import static io.nearcast.control.rest.RunningControlPlane.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.config.launch.Launch;
import io.nearcast.control.rest.RunningControlPlane;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CliTest {
  private Path directory;
  private RunningControlPlane running;

  private record Output(int code, String out, String err) {}

  @BeforeEach
  void start(@TempDir Path directory) {
    this.directory = directory;
    running = RunningControlPlane.in(directory);
  }

  @AfterEach
  void stop() {
    running.close();
  }

  /** Runs a command against the control plane of the test. */
  private Output nearcast(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--control-plane");
    all.add("http://127.0.0.1:1,http://127.0.0.1:" + running.controlPlane().address().getPort());
    all.add("--token-file");
    all.add(directory.resolve("admin.token").toString());
    return run(all.toArray(String[]::new));
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

  private String file(String... lines) throws Exception {
    Path file = directory.resolve("service.yaml");
    Files.writeString(file, String.join("\n", lines));
    return file.toString();
  }

  @Test
  void applyCreatesChangesAndLeavesAlone() throws Exception {
    String first =
        file(
            "name: shop",
            "domains: [a.example]",
            "origins: [{name: main, url: \"http://127.0.0.1:9\"}]");
    assertThat(nearcast("apply", "-f", first).out()).isEqualTo("shop: created, version 1\n");
    assertThat(nearcast("apply", "-f", first).out()).isEqualTo("shop: unchanged, version 1\n");
    String second =
        file(
            "name: shop",
            "domains: [b.example]",
            "origins: [{name: main, url: \"http://127.0.0.1:9\"}]");
    assertThat(nearcast("apply", "--draft", "-f", second).out())
        .isEqualTo("shop: kept as a draft, version 2\n");
    assertThat(nearcast("activate", "shop", "2").code()).isZero();
    assertThat(nearcast("services").out())
        .contains("NAME  VERSION  DOMAINS")
        .contains("shop  2        b.example");
    assertThat(nearcast("service", "shop").out()).contains("- b.example");
    assertThat(nearcast("versions", "shop").out()).contains("2        active");
    assertThat(nearcast("delete", "shop").out()).isEqualTo("shop: deleted\n");
    assertThat(nearcast("services").out()).contains("no service yet");
  }

  @Test
  void refusalNamesTheFieldsAndEndsWithOne() throws Exception {
    Output refused =
        nearcast("apply", "-f", file("name: shop", "domains: [a.example]", "origins: [{}]"));
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("HTTP 422").contains("/origins/0/");
    Output absent = nearcast("service", "a b/../c");
    assertThat(absent.code()).isEqualTo(1);
    assertThat(absent.err()).contains("HTTP 4");
  }

  @Test
  void mistakesOfUseEndWithTwo() throws Exception {
    assertThat(nearcast("apply").code()).isEqualTo(2);
    assertThat(nearcast("apply", "-f", "/nowhere").code()).isEqualTo(2);
    assertThat(nearcast("apply", "-f", file("a: b")).err()).contains("has no name");
    assertThat(nearcast("purge", "shop").code()).isEqualTo(2);
    assertThat(nearcast("purge", "shop", "--tag", "x", "--everything").code()).isEqualTo(2);
    assertThat(nearcast("nodes", "--nonsense").code()).isEqualTo(2);
    assertThat(run("nodes", "--token-file", "/nowhere").code()).isEqualTo(2);
    assertThat(run("nodes").err()).contains("NEARCAST_TOKEN");
  }

  @Test
  void controlPlaneThatIsNotThereEndsWithOne() {
    Output output = run("nodes", "--control-plane", "http://127.0.0.1:1", "--token", "x");
    assertThat(output.code()).isEqualTo(1);
    assertThat(output.err()).contains("--control-plane").hasLineCount(1);
  }

  @Test
  void purgeShowsItsReceipts() {
    running.admin().put("/v1/services/shop", service("a.example"));
    Output waited = nearcast("purge", "shop", "--url", "http://a.example/x", "--wait", "5s");
    assertThat(waited.code()).isZero();
    assertThat(waited.out()).contains("of shop, http://a.example/x: complete");
    assertThat(nearcast("purge", "shop", "--tag", "a", "--tag", "b", "--soft").code()).isZero();
    assertThat(nearcast("purge", "shop", "--everything").code()).isZero();
    assertThat(nearcast("purges").out())
        .contains("soft tags a b")
        .contains("everything")
        .contains("complete");
    assertThat(nearcast("purge", "shop", "--host", "b.example").err()).contains("/hosts/0");
  }

  @Test
  void warmShowsWhatBecameOfIt() {
    running.admin().put("/v1/services/shop", service("a.example"));
    String url = "http://a.example/x";
    assertThat(nearcast("warm", "shop", url).err()).contains("no edge that is up");
    assertThat(nearcast("warm", "shop").code()).isEqualTo(2);
    assertThat(nearcast("warm", "shop", url, "--pop", "fra", "--node", "one").code()).isEqualTo(2);
    report("");
    Output ordered = nearcast("warm", "shop", url, "--pop", "fra", "--rate", "5");
    assertThat(ordered.code()).isZero();
    assertThat(ordered.out()).contains("of shop, 1 URLs: pending").contains("one");
    assertThat(nearcast("warm", "shop", url, "--wait", "1s").code()).isEqualTo(1);

    CompletableFuture<Output> waiting =
        CompletableFuture.supplyAsync(
            () -> nearcast("warm", "shop", url, "--node", "one", "--wait", "30s"));
    await().until(() -> running.admin().get("/v1/warm").json().at("/items").size() == 3);
    String id = running.admin().get("/v1/warm").text("/items/0/id");
    report(",\"warmed\":{\"" + id + "\":{\"fetched\":1,\"failed\":0,\"skipped\":0}}");
    assertThat(waiting.join().out()).contains(id + " of shop, 1 URLs: complete");
    assertThat(waiting.join().code()).isZero();
  }

  private void report(String more) {
    String log = running.admin().get("/v1/feed/snapshot").text("/log");
    running
        .admin()
        .post(
            "/v1/nodes/one/report",
            "{\"boot\":\"b\",\"role\":\"edge\",\"pop\":\"fra\",\"address\":\"127.0.0.1:8080\","
                + "\"state\":\"serving\",\"appliedSequence\":1,\"log\":\""
                + log
                + '"'
                + more
                + '}');
  }

  @Test
  void purgeWithTheSameKeyIsCarriedOutOnce() {
    running.admin().put("/v1/services/shop", service("a.example"));
    String once = nearcast("purge", "shop", "--tag", "a", "--idempotency-key", "build 7").err();
    assertThat(once).contains("--idempotency-key");
    String first =
        nearcast("purge", "shop", "--tag", "a", "--idempotency-key", "build-\"7\"").out();
    assertThat(
            nearcast("purge", "shop", "--tag", "a", "--idempotency-key", "build-\"7\"")
                .out()
                .split(" ", 3)[1])
        .isEqualTo(first.split(" ", 3)[1]);
    assertThat(nearcast("purge", "shop", "--tag", "b", "--idempotency-key", "build-\"7\"").code())
        .isEqualTo(1);
    assertThat(running.admin().get("/v1/purges").json().at("/items")).hasSize(1);
  }

  @Test
  void purgeThatIsNotCompleteInTimeEndsWithOne() {
    running.admin().put("/v1/services/shop", service("a.example"));
    running
        .admin()
        .post(
            "/v1/nodes/edge/report",
            """
            {"boot": "1", "role": "edge", "pop": "fra", "address": "127.0.0.1:80",
             "appliedSequence": 0, "state": "serving"}\
            """);
    Output output = nearcast("purge", "shop", "--everything", "--wait", "1s");
    assertThat(output.code()).isEqualTo(1);
    assertThat(output.out()).contains("edge", "pending");
    assertThat(nearcast("nodes").out()).contains("edge  edge  fra  serving");
    assertThat(nearcast("drain", "edge").out()).isEqualTo("edge: draining\n");
    assertThat(nearcast("undrain", "edge").out()).isEqualTo("edge: serving\n");
    assertThat(nearcast("remove", "edge").code()).isZero();
    assertThat(nearcast("nodes").out()).contains("No node");
  }

  @Test
  void popsAndTokensAreManaged() {
    assertThat(nearcast("pops", "set", "fra", "50.1", "-8.7").out()).isEqualTo("fra: added\n");
    assertThat(nearcast("pops").out()).contains("fra   50.1      -8.7");
    assertThat(nearcast("pops", "remove", "fra").code()).isZero();
    Output created = nearcast("tokens", "create", "--role", "reader", "--expires-in", "30d");
    assertThat(running.admin().as(created.out().strip()).get("/v1/services").status())
        .isEqualTo(200);
    assertThat(nearcast("tokens").out()).contains("reader", "admin").doesNotContain("nc_");
    assertThat(nearcast("tokens", "create", "--role", "king").code()).isEqualTo(1);
  }

  @Test
  void scriptsGetTheJson() throws Exception {
    running.admin().put("/v1/services/shop", service("a.example"));
    ObjectMapper json = new ObjectMapper();
    assertThat(json.readTree(nearcast("services", "--json").out()).at("/0/name").asText())
        .isEqualTo("shop");
    assertThat(
            json.readTree(nearcast("purge", "shop", "--everything", "--json").out())
                .at("/service")
                .asText())
        .isEqualTo("shop");
    assertThat(json.readTree(nearcast("nodes", "--json").out())).isEmpty();
  }
}
