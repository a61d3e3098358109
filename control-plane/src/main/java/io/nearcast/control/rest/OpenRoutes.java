package io.nearcast.control.rest;

import io.nearcast.config.metrics.Metrics;
import io.nearcast.control.dashboard.Dashboard;
import io.nearcast.control.dashboard.Dashboard.Asset;
import io.nearcast.control.ledger.Ledger;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;

/** What needs no token: health, metrics, the OpenAPI document, the dashboard. */
final class OpenRoutes {
  private static final String OPENAPI = "openapi.json";

  private final Ledger ledger;
  private final Metrics metrics;
  private final byte[] openApi;

  OpenRoutes(Ledger ledger, Metrics metrics) {
    this.ledger = ledger;
    this.metrics = metrics;
    openApi = openApi();
  }

  List<Route> routes() {
    Stream<Route> files =
        Dashboard.assets().stream()
            .map(asset -> new Route("GET", asset.path(), null, call -> send(call, asset)));
    return Stream.concat(
            Stream.of(
                new Route("GET", "/healthz", null, OpenRoutes::healthy),
                new Route("GET", "/readyz", null, this::ready),
                new Route("GET", "/metrics", null, this::metrics),
                new Route("GET", "/openapi.json", null, this::openApi)),
            files)
        .toList();
  }

  private static void healthy(Call call) {
    call.context().result("ok\n");
  }

  private void ready(Call call) {
    if (!ledger.isOpen()) {
      throw new Refusal(Reason.UNAVAILABLE, "the control plane takes no changes");
    }
    if (!ledger.isStoreReachable()) {
      throw new Refusal(
          Reason.UNAVAILABLE,
          "the store does not answer: changes are refused until it does, the feed and what is in"
              + " memory are served");
    }
    call.context().result("ready\n");
  }

  private void metrics(Call call) {
    call.context().result(metrics.text()).contentType(Metrics.CONTENT_TYPE);
  }

  private void openApi(Call call) {
    call.context().result(openApi).contentType("application/json");
  }

  private static void send(Call call, Asset asset) {
    call.context()
        .header("Content-Security-Policy", Dashboard.CONTENT_SECURITY_POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cache-Control", "no-cache")
        .result(asset.bytes())
        .contentType(asset.contentType());
  }

  /** The document, as it stands in the jar. */
  static byte[] openApi() {
    try (InputStream in = OpenRoutes.class.getResourceAsStream(OPENAPI)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + OPENAPI);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
