package io.nearcast.config.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearcast.config.feed.Change;
import io.nearcast.config.feed.FeedEntry;
import io.nearcast.config.feed.FeedState;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.fleet.Fleet;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeRole;
import io.nearcast.config.fleet.NodeState;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.fleet.WarmReceipt;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.Coding;
import io.nearcast.config.model.CompressionPolicy;
import io.nearcast.config.model.HealthCheck;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.Pop;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.QueryPolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Service;
import io.nearcast.config.model.Size;
import io.nearcast.config.model.Upgrade;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DocumentsRoundTripTest {
  private static final CachePolicy CACHE =
      new CachePolicy(
          Duration.ofMinutes(2),
          Duration.ofSeconds(30),
          Duration.ofDays(1),
          new KeyPolicy(new QueryPolicy(null, List.of("utm_*"), true), false),
          true);

  private static final CompressionPolicy SOME =
      new CompressionPolicy(
          List.of("text/*", "application/*+json"),
          new Size(1500),
          List.of(Coding.ZSTD, Coding.GZIP));

  private static CachePolicy compressed(CompressionPolicy compression) {
    return CACHE.withCompression(compression);
  }

  private static final CachePolicy EVERYTHING =
      new CachePolicy(
          Duration.ofMinutes(2),
          Duration.ZERO,
          Duration.ZERO,
          new KeyPolicy(
              QueryPolicy.DEFAULT,
              false,
              true,
              true,
              List.of("x-country"),
              List.of("Plan"),
              true,
              7),
          false,
          Duration.ofHours(1),
          Duration.ofSeconds(5),
          Duration.ofDays(2),
          Map.of("404", Duration.ofSeconds(10), "503", Duration.ZERO),
          true);

  private static final CachePolicy FULL =
      new CachePolicy(
          Duration.ofMinutes(2),
          Duration.ofSeconds(30),
          Duration.ofDays(1),
          new KeyPolicy(
              new QueryPolicy(List.of("id"), List.of(), false),
              true,
              true,
              true,
              List.of("x-device"),
              List.of("Currency"),
              true,
              7),
          true,
          Duration.ofHours(1),
          Duration.ofSeconds(1),
          Duration.ofDays(2),
          Map.of("404", Duration.ofSeconds(10), "301", Duration.ofDays(1)),
          true);

  private static final Service SHOP =
      new Service(
          "shop",
          List.of("www.shop.example", "shop.example"),
          List.of(
              new Origin(
                  "main",
                  URI.create("https://origin.shop.example"),
                  false,
                  new HealthCheck("/up", Duration.ofSeconds(5), Duration.ofMillis(1500))),
              new Origin("spare", URI.create("https://spare.shop.example:8443"), true, null)),
          CACHE,
          PurgePolicy.DEFAULT,
          List.of(
              new Rule("/api/*", new Rule.Action.Bypass()),
              new Rule("/same/*", new Rule.Action.Cache(CACHE)),
              new Rule("/full/*", new Rule.Action.Cache(FULL)),
              new Rule(
                  "/none/*",
                  new Rule.Action.Cache(
                      new CachePolicy(
                          null,
                          Duration.ZERO,
                          Duration.ofDays(1),
                          new KeyPolicy(new QueryPolicy(List.of(), List.of(), false), true),
                          false))),
              new Rule("/long/*", new Rule.Action.Cache(EVERYTHING)),
              new Rule("/plain/*", new Rule.Action.Cache(compressed(CompressionPolicy.OFF))),
              new Rule("/coded/*", new Rule.Action.Cache(compressed(SOME))),
              new Rule("/ws/*", new Rule.Action.Bypass(), List.of(Upgrade.WEBSOCKET)),
              new Rule("/plain/*", new Rule.Action.Bypass(), List.of())),
          List.of(Upgrade.WEBSOCKET));

  /** Rules that change, switch off and switch on again what the service says. */
  private static final Service COMPRESSING =
      new Service(
          "compressing",
          List.of("a.b"),
          SHOP.origins(),
          compressed(CompressionPolicy.OFF),
          PurgePolicy.DEFAULT,
          List.of(
              new Rule("/off/*", new Rule.Action.Cache(compressed(CompressionPolicy.OFF))),
              new Rule("/on/*", new Rule.Action.Cache(compressed(CompressionPolicy.DEFAULT))),
              new Rule("/some/*", new Rule.Action.Cache(compressed(SOME)))));

  static Stream<Object> values() {
    List<Change> changes =
        List.of(
            new Change.ServiceActivated(3, SHOP),
            new Change.ServiceRemoved("shop"),
            new Change.PurgeIssued(
                "p1",
                "shop",
                true,
                List.of(
                    new Selector.Url("www.shop.example", "/a?b=c"),
                    new Selector.Tag("red"),
                    new Selector.Prefix("www.shop.example", "/img/"),
                    new Selector.Host("shop.example"),
                    new Selector.Everything())),
            new Change.WarmOrdered(
                "w1", "shop", List.of("http://shop.example/a"), List.of("edge-1"), 50),
            new Change.PopChanged(new Pop("fra", 50.11, 8.68)),
            new Change.PopRemoved("fra"),
            new Change.NodeDrained("edge-1", true),
            new Change.TierKeyChanged("k~/\"'\u00e9\n"));
    FeedState state =
        new FeedState(
            "8a7c0a3e-5c0e-4b51-a2b0-6fcbfa1e5a01",
            7,
            Map.of("shop", new FeedState.ActiveService(3, SHOP)),
            Map.of("iad", new Pop("iad", 38.9, -77.45), "fra", new Pop("fra", 50.11, 8.68)),
            Set.of("edge-2", "edge-1", "edge-3"),
            "key");
    NodeStatus node =
        new NodeStatus(
            "edge-1", NodeRole.EDGE, "fra", NodeState.DOWN, 7, "[::1]:8080", List.of("look"));
    NodeReport report =
        new NodeReport(
            "boot",
            NodeRole.SHIELD,
            "fra",
            "127.0.0.1:8090",
            null,
            0,
            NodeState.DRAINING,
            true,
            List.of(new NodeReport.Failure(3, "no disk")),
            Map.of("p2", 5L, "p1", 0L),
            Map.of(
                "w1",
                new WarmReceipt(
                    3, 1, 2, List.of(new WarmReceipt.Failure("http://a.b/", "status 500")))));
    return Stream.concat(
        changes.stream()
            .map(change -> new FeedEntry(7, Instant.parse("2026-01-31T12:00:00.5Z"), change)),
        Stream.of(
            SHOP,
            CACHE,
            COMPRESSING,
            compressed(CompressionPolicy.OFF),
            state,
            FeedState.empty("log"),
            node,
            new Fleet(List.of(node)),
            report));
  }

  @ParameterizedTest
  @MethodSource("values")
  void whatIsWrittenAsJsonIsReadAgain(Object value) {
    byte[] json = Documents.writeJson(value);
    assertThat(Documents.readJson(value.getClass(), json)).isEqualTo(value);
    assertThat(Documents.writeJson(Documents.readJson(value.getClass(), json))).isEqualTo(json);
  }

  @ParameterizedTest
  @MethodSource("values")
  void whatIsWrittenAsYamlIsReadAgain(Object value) {
    byte[] yaml = Documents.writeYaml(value);
    assertThat(Documents.readYaml(value.getClass(), yaml)).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource("values")
  void theMapperKnowsTheSameForm(Object value) throws Exception {
    byte[] json = Documents.mapper().writeValueAsBytes(value);
    assertThat(json).isEqualTo(Documents.writeJson(value));
    assertThat(Documents.mapper().readValue(json, value.getClass())).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "on",
        "no",
        "~",
        "null",
        "",
        " ",
        "1",
        "1e3",
        "0x1f",
        "1_000",
        "*",
        "@a",
        "- a",
        "a: b",
        "#",
        "2026-01-31",
        "é\u0000\uD83D\uDE00",
        "a\nb",
        "'\"",
        "&a",
        "!x",
        "%",
        "{",
        "=",
        "<<"
      })
  void anyStringSurvivesBothForms(String text) {
    Change change = new Change.TierKeyChanged(text);
    assertThat(Documents.readYaml(Change.class, Documents.writeYaml(change))).isEqualTo(change);
    assertThat(Documents.readJson(Change.class, Documents.writeJson(change))).isEqualTo(change);
  }

  @Test
  void everyKindOfAChangeIsNamedByItsType() {
    assertThat(text(new Change.NodeDrained("edge-1", true)))
        .isEqualTo("{\"type\":\"nodeDrained\",\"node\":\"edge-1\",\"drained\":true}");
    assertThat(text(List.of(new Selector.Everything(), new Selector.Tag("red"))))
        .isEqualTo("[{\"type\":\"everything\"},{\"type\":\"tag\",\"tag\":\"red\"}]");
  }

  @Test
  void theDocumentOfTheContractIsRead() {
    Service service =
        Documents.readYaml(
            Service.class,
            """
            name: shop
            domains: [www.shop.example]
            origins:
              - {name: main, url: "https://origin.shop.example", healthCheck: {path: /up}}
              - {name: spare, url: "https://spare.shop.example", backup: true}
            cache: {defaultTtl: 2m, staleWhileRevalidate: 30s, staleIfError: 1d, key: {query: {exclude: [utm_*]}}}
            purge: {whenCutOff: serve}          # or revalidate
            rules:
              - {match: {path: /api/*}, cache: bypass}
            """
                .getBytes(UTF_8));
    assertThat(service.cache().defaultTtl()).isEqualTo(Duration.ofMinutes(2));
    assertThat(service.cache().key().query().exclude()).containsExactly("utm_*");
    assertThat(service.origins().getFirst().healthCheck())
        .isEqualTo(
            new HealthCheck("/up", HealthCheck.INTERVAL_DEFAULT, HealthCheck.TIMEOUT_DEFAULT));
    assertThat(service.origins().getLast().backup()).isTrue();
    assertThat(service.rules()).containsExactly(new Rule("/api/*", new Rule.Action.Bypass()));
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    Service service =
        Documents.readYaml(
            Service.class,
            "{name: a, domains: [a.example], origins: [{name: o, url: 'http://o'}], rules: }"
                .getBytes(UTF_8));
    assertThat(service.cache()).isEqualTo(CachePolicy.DEFAULT);
    assertThat(service.purge()).isEqualTo(PurgePolicy.DEFAULT);
    assertThat(service.rules()).isEmpty();
    assertThat(service.origins().getFirst().healthCheck()).isNull();
  }

  @Test
  void aRuleHasFromTheServiceWhatItDoesNotSay() {
    Service service =
        Documents.readYaml(
            Service.class,
            """
            name: a
            domains: [a.example]
            origins: [{name: o, url: "http://o"}]
            cache: {defaultTtl: 2m, staleIfError: 1d, key: {query: {exclude: [utm_*]}, shareDomains: true}}
            rules:
              - match: {path: /long/*}
                cache: {defaultTtl: 1d}
              - match: {path: /origin-decides/*}
                cache: {defaultTtl: null, key: {query: {include: [id]}}}
            """
                .getBytes(UTF_8));
    CachePolicy lasting = policy(service, 0);
    assertThat(lasting.defaultTtl()).isEqualTo(Duration.ofDays(1));
    assertThat(lasting.staleIfError()).isEqualTo(Duration.ofDays(1));
    assertThat(lasting.key()).isEqualTo(service.cache().key());
    CachePolicy plain = policy(service, 1);
    assertThat(plain.defaultTtl()).isNull();
    assertThat(plain.key().shareDomains()).isTrue();
    assertThat(plain.key().query()).isEqualTo(new QueryPolicy(List.of("id"), List.of(), false));
  }

  @Test
  void aRuleIsWrittenAsWhatDiffersFromTheService() {
    JsonNode rules = Documents.readJson(JsonNode.class, Documents.writeJson(SHOP)).get("rules");
    assertThat(rules.get(1).get("cache")).isEmpty();
    assertThat(rules.get(3).get("cache").toString())
        .isEqualTo(
            "{\"defaultTtl\":null,\"staleWhileRevalidate\":\"0s\",\"key\":{\"query\":{\"include\":[],"
                + "\"exclude\":[],\"sort\":false},\"shareDomains\":true},\"passTags\":false}");
  }

  private static CachePolicy policy(Service service, int rule) {
    return ((Rule.Action.Cache) service.rules().get(rule).action()).policy();
  }

  private static String text(Object value) {
    return new String(Documents.writeJson(value), UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                    | on
          {compression: on}                     | on
          {compression: {}}                     | on
          {compression: off}                    | off
          {compression: 'off'}                  | off
          {compression: {codings: []}}          | off
          {compression: {minSize: 2k}}          | {minSize: '2048'}
          {compression: {codings: [gzip, br]}}  | {codings: [gzip, br], minSize: 1k}
          {compression: {types: [TEXT/*]}}      | {types: ['text/*']}
          """)
  void compressionIsOneWordOrWhatDiffers(String cache, String compression) {
    assertThat(read(cache)).isEqualTo(read("{compression: " + compression + "}"));
  }

  private static CachePolicy read(String yaml) {
    return Documents.readYaml(CachePolicy.class, yaml.getBytes(UTF_8));
  }
}
