package io.nearcast.loadtest.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChartTest {
  private static final Set<String> NODE_OPTIONS =
      Set.of("--control-plane", "--token-file", "--id", "--data", "--listen", "--admin");

  /** The options that each role has by contract; the chart may use no other. */
  private static final Map<String, Set<String>> OPTIONS =
      Map.of(
          "control-plane",
          Set.of("--data", "--listen", "--store", "--consul"),
          "edge",
          and(NODE_OPTIONS, "--pop", "--advertise", "--memory", "--disk", "--disk-size"),
          "shield",
          and(NODE_OPTIONS, "--pop", "--advertise", "--memory", "--disk", "--disk-size"),
          "geo-router",
          and(NODE_OPTIONS, "--dns", "--mmdb", "--cidr-map", "--default-pop", "--trusted-proxies"));

  @TempDir private Path work;

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(Chart.SOURCE.resolve("examples"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void defaultsLintStrictly() {
    assertLints(Chart.with(work, ""));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void examplesLintStrictly(Path example) throws IOException {
    assertLints(Chart.with(work, Files.readString(example)));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void rolesTakeOnlyOptionsOfTheContracts(Path example) throws IOException {
    for (JsonNode workload : workloads(Chart.with(work, Files.readString(example)).render())) {
      List<String> arguments = strings(container(workload).path("args"));
      String role = arguments.getFirst();
      assertThat(OPTIONS).containsKey(role);
      assertThat(arguments.subList(1, arguments.size()))
          .allSatisfy(it -> assertThat(it.split("=", 2)[0]).isIn(OPTIONS.get(role)));
    }
  }

  @Test
  void defaultsHaveEveryRole() {
    assertThat(roles(Chart.with(work, "").render()))
        .containsExactly("control-plane", "edge", "geo-router", "shield");
  }

  @ParameterizedTest
  @CsvSource({"edge,edge", "shield,shield", "geoRouter,geo-router"})
  void roleThatIsOffLeavesNothing(String value, String role) {
    List<JsonNode> objects = Chart.with(work, value + ": {enabled: false}").render();

    assertThat(roles(objects)).hasSize(3).doesNotContain(role);
    assertThat(objects).allSatisfy(it -> assertThat(name(it)).doesNotContain("-" + role));
  }

  @Test
  void farClusterHasOnlyEdgesThatFollowOthers() throws IOException {
    Path example = Chart.SOURCE.resolve("examples/edges-only.yaml");
    List<JsonNode> objects = Chart.with(work, Files.readString(example)).render();

    assertThat(roles(objects)).containsExactly("edge");
    assertThat(kinds(objects)).containsExactly("DaemonSet", "Service");
    JsonNode edge = workload(objects, "edge");
    assertThat(strings(container(edge).path("args")))
        .contains(
            "--control-plane=https://control-1.cdn.example:7000,https://control-2.cdn.example:7000",
            "--id=sin-$(POD_NAME)",
            "--pop=sin",
            "--advertise=$(HOST_IP):80");
    assertThat(container(edge).at("/ports/0/hostPort").asInt()).isEqualTo(80);
    assertThat(edge.findValuesAsText("secretName")).containsExactly("nearcast-node-token");
  }

  @Test
  void severalControlPlanesShareConsul() throws IOException {
    Path example = Chart.SOURCE.resolve("examples/consul.yaml");
    JsonNode controlPlane =
        workload(Chart.with(work, Files.readString(example)).render(), "control-plane");

    assertThat(controlPlane.at("/spec/replicas").asInt()).isEqualTo(3);
    assertThat(strings(container(controlPlane).path("args")))
        .contains("--store=consul", "--consul=http://consul-server.consul.svc:8500");
    assertThat(container(controlPlane).path("env"))
        .filteredOn(it -> it.path("name").asText().equals("CONSUL_HTTP_TOKEN"))
        .extracting(it -> it.at("/valueFrom/secretKeyRef/name").asText())
        .containsExactly("consul-acl");
  }

  @Test
  void nodesShareTheTokenThatTheControlPlaneOfTheReleaseMakes() {
    List<JsonNode> objects = Chart.with(work, "").render();

    assertThat(kinds(objects)).contains("Secret", "Role", "RoleBinding", "ServiceAccount");
    JsonNode rights = only(objects, "Role").at("/rules/0");
    assertThat(strings(rights.path("resourceNames"))).containsExactly("cdn-nearcast-node-token");
    assertThat(strings(rights.path("verbs"))).containsExactly("get", "patch");
    for (String role : List.of("edge", "shield", "geo-router")) {
      assertThat(workload(objects, role).findValuesAsText("secretName"))
          .containsExactly("cdn-nearcast-node-token");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"token: {existingSecret: mine}", "token: {value: secret-of-ours}"})
  void givenTokenNeedsNoRightsInTheCluster(String token) {
    List<JsonNode> objects = Chart.with(work, token).render();

    assertThat(kinds(objects)).doesNotContain("Role", "RoleBinding", "ServiceAccount");
    assertThat(workload(objects, "control-plane").at("/spec/template/spec/containers")).hasSize(1);
  }

  @Test
  void everyContainerIsUnprivilegedAndEveryRoleIsProbed() {
    for (JsonNode workload : workloads(Chart.with(work, "").render())) {
      JsonNode pod = workload.at("/spec/template/spec");
      assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
      assertThat(pod.at("/automountServiceAccountToken").asBoolean(true)).isFalse();
      for (JsonNode container : pod.path("containers")) {
        JsonNode rights = container.path("securityContext");
        assertThat(rights.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(rights.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(strings(rights.at("/capabilities/drop"))).containsExactly("ALL");
      }
      assertProbed(container(workload), "startupProbe", "/healthz");
      assertProbed(container(workload), "livenessProbe", "/healthz");
      // A control plane whose store is away still serves the feed and what is in memory.
      boolean control = container(workload).path("name").asText().equals("control-plane");
      assertProbed(container(workload), "readinessProbe", control ? "/healthz" : "/readyz");
    }
  }

  @Test
  void containerHasTheLimitOfTheCacheAndWhatTheProcessNeedsBeside() {
    List<JsonNode> objects =
        Chart.with(
                work,
                "edge: {memory: 2g}\nshield: {memory: 1g, resources: {limits: {memory: 3Gi}}}")
            .render();

    JsonNode edge = container(workload(objects, "edge")).path("resources");
    assertThat(edge.at("/limits/memory").asText()).isEqualTo("2304Mi");
    assertThat(edge.at("/requests/memory").asText()).isEqualTo("2304Mi");
    assertThat(edge.at("/requests/cpu").asText()).isEqualTo("500m");
    JsonNode shield = container(workload(objects, "shield")).path("resources");
    assertThat(shield.at("/limits/memory").asText()).isEqualTo("3Gi");
  }

  @ParameterizedTest
  @CsvSource({"edge,8081,25,45", "shield,8091,5,25"})
  void cacheDrainsForAsLongAsItsClientsComeBeforeItIsStopped(
      String role, int adminPort, int preStopSeconds, int graceSeconds) {
    JsonNode pod = workload(Chart.with(work, "").render(), role).at("/spec/template/spec");

    assertThat(strings(pod.at("/containers/0/lifecycle/preStop/exec/command")).getLast())
        .endsWith(
            "-X POST http://127.0.0.1:%d/drain; sleep %d".formatted(adminPort, preStopSeconds));
    assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isEqualTo(graceSeconds);
  }

  @Test
  void podsOfOneRoleGoOneAtATime() {
    List<JsonNode> objects =
        Chart.with(work, "edge: {replicas: 3}\nshield: {replicas: 1}").render();

    assertThat(objects.stream().filter(it -> kind(it).equals("PodDisruptionBudget")))
        .extracting(ChartTest::name)
        .containsExactlyInAnyOrder("cdn-nearcast-edge", "cdn-nearcast-geo-router");
  }

  @Test
  void routerAnswersDnsByUdpAndTcp() {
    List<JsonNode> objects =
        Chart.with(work, "geoRouter: {cidrMap: \"10.0.0.0/8 main\", defaultPop: main}").render();

    JsonNode service =
        objects.stream()
            .filter(it -> kind(it).equals("Service") && name(it).endsWith("-geo-router"))
            .findFirst()
            .orElseThrow();
    assertThat(service.at("/spec/ports"))
        .extracting(it -> it.path("port").asInt() + "/" + it.path("protocol").asText("TCP"))
        .containsExactly("53/UDP", "53/TCP", "80/TCP");
    assertThat(strings(container(workload(objects, "geo-router")).path("args")))
        .contains("--cidr-map=/etc/nearcast/geo/cidr-map", "--default-pop=main");
    assertThat(objects.stream().filter(it -> name(it).equals("cdn-nearcast-geo-router")))
        .extracting(it -> it.at("/data/cidr-map").asText())
        .contains("10.0.0.0/8 main");
  }

  @Test
  void monitorAndNetworkPoliciesAreThereWhenAskedFor() throws IOException {
    Path example = Chart.SOURCE.resolve("examples/all-in-one.yaml");

    assertThat(kinds(Chart.with(work, Files.readString(example)).render()))
        .contains("ServiceMonitor", "NetworkPolicy", "PersistentVolumeClaim");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "edge: {memroy: 1g} | memroy",
        "egde: {enabled: true} | egde",
        "edge: {memory: 1GiB} | memory",
        "edge: {replicas: two} | replicas",
        "edge: {kind: Deployment} | kind",
        "shield: {hostPort: 70000} | hostPort",
        "pop: Frankfurt | pop",
        "controlPlane: {store: etcd} | store",
        "controlPlane: {urls: [control.example]} | urls",
        "controlPlane: {replicas: 3} | controlPlane.replicas",
        "controlPlane: {store: consul} | controlPlane.consul.url",
        "controlPlane: {enabled: false} | controlPlane.urls",
        "controlPlane: {enabled: false, urls: ['http://c:7000']} | token.existingSecret",
        "edge: {hostPort: 80} | edge.advertise",
        "edge: {persistence: {hostPath: /data}} | edge.persistence.hostPath",
        "geoRouter: {mmdb: {file: /x}} | file",
      })
  void wrongValueIsRefusedByName(String values, String named) {
    Chart chart = Chart.with(work, values);

    assertThatThrownBy(chart::render).hasMessageContaining(named);
  }

  @Test
  void readmeHasEveryValue() throws IOException {
    String readme = Files.readString(Chart.SOURCE.resolve("README.md"));
    JsonNode values = new YAMLMapper().readTree(Chart.SOURCE.resolve("values.yaml").toFile());

    Set<String> missing = new TreeSet<>();
    for (String path : paths("", values)) {
      if (!readme.contains("| `" + path + "` |")) {
        missing.add(path);
      }
    }

    assertThat(missing).isEmpty();
  }

  /**
   * Returns the names of all values that are no groups of others; a shield has what an edge has.
   */
  private static List<String> paths(String prefix, JsonNode values) {
    List<String> paths = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : values.properties()) {
      String path = prefix + entry.getKey();
      boolean group = entry.getValue().isObject() && !entry.getValue().isEmpty();
      if (path.equals("shield") || path.endsWith(".resources")) {
        paths.add(path);
      } else if (group) {
        paths.addAll(paths(path + ".", entry.getValue()));
      } else {
        paths.add(path);
      }
    }
    return paths;
  }

  private static void assertLints(Chart chart) {
    LintResult result = chart.lint();
    assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
  }

  private static void assertProbed(JsonNode container, String probe, String path) {
    JsonNode request = container.path(probe).path("httpGet");
    assertThat(request.path("path").asText()).isEqualTo(path);
    assertThat(container.path("ports").findValuesAsText("name"))
        .contains(request.path("port").asText());
  }

  private static Set<String> roles(List<JsonNode> objects) {
    Set<String> roles = new TreeSet<>();
    workloads(objects).forEach(it -> roles.add(container(it).at("/args/0").asText()));
    return roles;
  }

  private static Set<String> kinds(List<JsonNode> objects) {
    Set<String> kinds = new TreeSet<>();
    objects.forEach(it -> kinds.addAll(it.findValuesAsText("kind")));
    return kinds;
  }

  private static List<JsonNode> workloads(List<JsonNode> objects) {
    return objects.stream()
        .filter(it -> Set.of("StatefulSet", "DaemonSet", "Deployment").contains(kind(it)))
        .toList();
  }

  private static JsonNode workload(List<JsonNode> objects, String role) {
    return workloads(objects).stream()
        .filter(it -> container(it).at("/args/0").asText().equals(role))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode only(List<JsonNode> objects, String kind) {
    List<JsonNode> those = objects.stream().filter(it -> kind(it).equals(kind)).toList();
    assertThat(those).hasSize(1);
    return those.getFirst();
  }

  private static JsonNode container(JsonNode workload) {
    return workload.at("/spec/template/spec/containers/0");
  }

  private static String kind(JsonNode object) {
    return object.path("kind").asText();
  }

  private static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }

  private static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static Set<String> and(Set<String> some, String... others) {
    Set<String> all = new TreeSet<>(some);
    all.addAll(List.of(others));
    return all;
  }
}
