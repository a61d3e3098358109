package io.nearcast.control.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.feed.FeedState.ActiveService;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.Service;
import io.nearcast.control.auth.Permission;
import io.nearcast.control.catalog.Etag;
import io.nearcast.control.catalog.Services;
import io.nearcast.control.catalog.StoredVersion;
import io.nearcast.control.problem.Refusal;
import java.util.List;
import java.util.Map;

/** {@code /v1/services} and {@code /v1/validate}. */
final class ServicesApi {
  private final Services services;

  ServicesApi(Services services) {
    this.services = services;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/v1/services", Permission.READ, this::list),
        new Route("GET", "/v1/services/{service}", Permission.READ, this::get),
        new Route("PUT", "/v1/services/{service}", Permission.EDIT, this::put),
        new Route("DELETE", "/v1/services/{service}", Permission.EDIT, this::delete),
        new Route("GET", "/v1/services/{service}/versions", Permission.READ, this::versions),
        new Route(
            "GET", "/v1/services/{service}/versions/{version}", Permission.READ, this::version),
        new Route(
            "POST",
            "/v1/services/{service}/versions/{version}/activate",
            Permission.EDIT,
            this::activate),
        new Route("GET", "/v1/services/{service}/diff", Permission.READ, this::diff),
        new Route("POST", "/v1/validate", Permission.READ, this::validate));
  }

  private void list(Call call) {
    Page page = Page.of(call);
    var all = services.active();
    var rest = page.after() == null ? all : all.tailMap(page.after(), false);
    List<ActiveService> items =
        rest.values().stream()
            .filter(active -> call.principal().sees(active.service().name()))
            .limit(page.limit() + 1L)
            .toList();
    page.reply(call, items, ServicesApi::listed, active -> active.service().name());
  }

  private static JsonNode listed(ActiveService active) {
    ObjectNode document = Documents.mapper().valueToTree(active.service());
    return document.put("version", active.version());
  }

  private void get(Call call) {
    call.replyTagged(200, services.active(name(call)).service());
  }

  private void put(Call call) {
    String name = call.newName("service");
    call.principal().requireService(name);
    Service service = call.bodyNamed(Service.class, name);
    String author = call.principal().token();
    if ("false".equals(call.query("activate"))) {
      draft(call, services.draft(service, call.precondition(), author));
      return;
    }
    Services.Outcome outcome = services.put(service, call.precondition(), author);
    call.location("/v1/services/" + name);
    replyWithTag(call, outcome.created() ? 201 : 200, outcome.service());
  }

  private void draft(Call call, Services.Outcome outcome) {
    String name = outcome.service().name();
    call.location("/v1/services/" + name + "/versions/" + outcome.version());
    call.reply(outcome.created() ? 201 : 200, outcome.service());
  }

  private static void replyWithTag(Call call, int status, Service service) {
    call.context().header("ETag", Etag.of(service));
    call.reply(status, service);
  }

  private void delete(Call call) {
    services.delete(name(call), call.precondition());
    call.replyDone();
  }

  private void versions(Call call) {
    String name = name(call);
    Page page = Page.of(call);
    Long below = page.afterNumber();
    List<StoredVersion> versions =
        services.versions(name, below == null ? null : below.intValue(), page.limit() + 1);
    int active = services.activeVersion(name);
    page.reply(
        call,
        versions,
        stored -> summary(stored, active),
        stored -> String.valueOf(stored.version()));
  }

  private static JsonNode summary(StoredVersion stored, int active) {
    return Documents.mapper()
        .createObjectNode()
        .put("version", stored.version())
        .put("createdAt", stored.createdAt().toString())
        .put("author", stored.author())
        .put("active", stored.version() == active);
  }

  private void version(Call call) {
    call.replyTagged(200, services.version(name(call), versionNumber(call)).service());
  }

  private static int versionNumber(Call call) {
    String text = call.path("version");
    if (!text.matches("[0-9]{1,9}")) {
      throw Refusal.absent("version", text);
    }
    return Integer.parseInt(text);
  }

  private void activate(Call call) {
    Services.Outcome outcome =
        services.activate(name(call), versionNumber(call), call.precondition());
    replyWithTag(call, 200, outcome.service());
  }

  private void diff(Call call) {
    String name = name(call);
    Service from = services.version(name, parameter(call, "from")).service();
    Service to = services.version(name, parameter(call, "to")).service();
    call.reply(200, Map.of("changes", Difference.between(from, to)));
  }

  private static int parameter(Call call, String name) {
    return (int) call.required(call.number(name, 1, Integer.MAX_VALUE), name);
  }

  private void validate(Call call) {
    Service service = call.body(Service.class);
    call.principal().requireService(service.name());
    services.check(service);
    ObjectNode answer = Documents.mapper().createObjectNode().put("valid", true);
    answer.set("service", Documents.mapper().valueToTree(service));
    call.reply(200, answer);
  }

  /** The service of the path, which the token must be good for. */
  static String name(Call call) {
    String name = call.path("service");
    call.principal().requireService(name);
    return name;
  }
}
