package io.nearcast.control.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nearcast.config.feed.FeedSnapshot;
import io.nearcast.config.fleet.NodeReport;
import io.nearcast.config.fleet.NodeStatus;
import io.nearcast.config.metrics.Metrics;
import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.HealthCheck;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.Pop;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.PurgeRequest;
import io.nearcast.config.model.QueryPolicy;
import io.nearcast.config.model.Service;
import io.nearcast.config.model.WarmRequest;
import io.nearcast.control.auth.Permission;
import io.nearcast.control.auth.Role;
import io.nearcast.control.auth.Tokens;
import io.nearcast.control.compaction.Snapshots;
import io.nearcast.control.feed.FeedTail;
import io.nearcast.control.fleet.Members;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.purge.Purges;
import io.nearcast.control.store.Store;
import io.nearcast.control.store.sqlite.SqliteStore;
import io.nearcast.control.warm.Warms;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keeps the hand-written document true. */
final class OpenApiTest {
  private static final JsonNode DOCUMENT = document();
  private static List<Route> routes;

  @BeforeAll
  static void collectRoutes(@TempDir Path directory) {
    try (Store store = SqliteStore.open(directory);
        Ledger ledger = Ledger.open(store, InstantSource.system())) {
      Members members = Members.open(ledger, System::nanoTime);
      try (Purges purges = Purges.open(ledger, members)) {
        Snapshots snapshots = Snapshots.open(ledger);
        FeedTail tail = FeedTail.start(ledger.state().log(), 1);
        Tokens tokens = Tokens.open(ledger, InstantSource.system());
        Warms warms = new Warms(ledger, members, InstantSource.system());
        routes =
            new RestApi(ledger, tokens, members, purges, warms, tail, snapshots)
                .routes(new FeedApi(ledger, tail, snapshots), new Metrics());
      }
    }
  }

  private static JsonNode document() {
    try {
      return new ObjectMapper().readTree(OpenRoutes.openApi());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void pathsAndMethodsAreThoseOfTheRoutes() {
    TreeSet<String> routed = new TreeSet<>();
    routes.forEach(route -> routed.add(route.method() + " " + route.path()));
    TreeSet<String> documented = new TreeSet<>();
    DOCUMENT
        .at("/paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .fieldNames()
                .forEachRemaining(method ->
                    documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    assertThat(documented).isEqualTo(routed);
  }

  @Test
  void rolesAreThoseOfTheRoutes() {
    for (Route route : routes) {
      JsonNode operation =
          DOCUMENT.at("/paths").path(route.path()).path(route.method().toLowerCase(Locale.ROOT));
      Permission permission = route.permission();
      if (permission == null) {
        assertThat(operation.at("/security").isEmpty()).as(route.path()).isTrue();
      } else {
        for (Role role : Role.values()) {
          String name = role.name().toLowerCase(Locale.ROOT);
          String said = operation.at("/description").asText();
          said = said.substring(said.lastIndexOf("Role"));
          assertThat(Arrays.asList(said.split("[^a-z]+", -1)).contains(name))
              .as("%s at %s %s", name, route.method(), route.path())
              .isEqualTo(role.may(permission));
        }
      }
    }
  }

  @Test
  void parametersOfEachPathAreDocumented() {
    for (Route route : routes) {
      JsonNode operation =
          DOCUMENT.at("/paths").path(route.path()).path(route.method().toLowerCase(Locale.ROOT));
      for (String part : route.path().split("/", -1)) {
        if (part.startsWith("{")) {
          assertThat(operation.at("/parameters").toString())
              .as(route.path())
              .contains(part.substring(1, part.length() - 1));
        }
      }
    }
  }

  @Test
  void schemasHaveTheFieldsOfTheRecords() {
    String cache = "/components/schemas/CachePolicy";
    Map<String, Class<?>> records = new HashMap<>();
    records.put("/components/schemas/Service", Service.class);
    records.put("/components/schemas/Origin", Origin.class);
    records.put("/components/schemas/Origin/properties/healthCheck", HealthCheck.class);
    records.put("/components/schemas/Service/properties/purge", PurgePolicy.class);
    records.put(cache, CachePolicy.class);
    records.put(cache + "/properties/key", KeyPolicy.class);
    records.put(cache + "/properties/key/properties/query", QueryPolicy.class);
    records.put("/components/schemas/Pop", Pop.class);
    records.put("/components/schemas/Node", NodeStatus.class);
    records.put("/components/schemas/Report", NodeReport.class);
    records.put("/components/schemas/PurgeRequest", PurgeRequest.class);
    records.put("/components/schemas/WarmRequest", WarmRequest.class);
    records.put("/components/schemas/FeedSnapshot", FeedSnapshot.class);
    records.forEach((schema, type) -> {
      TreeSet<String> documented = new TreeSet<>();
      DOCUMENT.at(schema + "/properties").fieldNames().forEachRemaining(documented::add);
      TreeSet<String> real = new TreeSet<>();
      for (RecordComponent component : type.getRecordComponents()) {
        real.add(component.getName());
      }
      assertThat(documented).as(schema).isEqualTo(real);
    });
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    DOCUMENT
        .findValuesAsText("$ref")
        .forEach(reference ->
            assertThat(DOCUMENT.at(reference.substring(1)).isMissingNode())
                .as(reference)
                .isFalse());
  }
}
