package io.nearcast.edge.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.Origin;
import io.nearcast.config.model.PurgePolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Service;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RouteTest {
  private static final CachePolicy STATIC =
      new CachePolicy(null, Duration.ofHours(1), Duration.ZERO, KeyPolicy.DEFAULT, false);

  private static final Route ROUTE =
      new Route(
          1,
          new Service(
              "shop",
              List.of("www.test"),
              List.of(new Origin("main", URI.create("http://127.0.0.1:9"), false, null)),
              CachePolicy.DEFAULT,
              PurgePolicy.DEFAULT,
              List.of(
                  new Rule("/static/*", new Rule.Action.Cache(STATIC)),
                  new Rule("/private/*", new Rule.Action.Bypass()))));

  @ParameterizedTest
  @CsvSource({
    "/private/a, bypass",
    "/private/a?/static/, bypass",
    // Some servers take these for /private/a.
    "//private/a, bypass",
    "/private//a, bypass",
    "/private;v=1/a, bypass",
    "/private%2Fa, bypass",
    "/%2Fprivate/a, bypass",
    "/private\\a, bypass",
    "/static/a, static",
    "/private, other",
    "/privateer/a, other",
    "/?/private/a, other",
    // What is kept for long is matched to the letter.
    "//static/a, other",
    "/static%2Fa, other",
  })
  void bypassAlsoHoldsForWhatServersMayTakeForThePath(String target, String expected) {
    Route.Policy policy = ROUTE.policy(target);
    String found = policy.bypass() ? "bypass" : policy.cache().equals(STATIC) ? "static" : "other";
    assertThat(found).isEqualTo(expected);
  }
}
