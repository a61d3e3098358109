package io.nearcast.control.rest;

import io.nearcast.config.model.Origin;
import io.nearcast.control.auth.Permission;
import io.nearcast.control.catalog.Etag;
import io.nearcast.control.catalog.Origins;
import java.util.List;

/** {@code /v1/services/{service}/origins}. */
final class OriginsApi {
  private static final String PATH = "/v1/services/{service}/origins/{origin}";

  private final Origins origins;

  OriginsApi(Origins origins) {
    this.origins = origins;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", PATH, Permission.READ, this::get),
        new Route("PUT", PATH, Permission.EDIT, this::put),
        new Route("DELETE", PATH, Permission.EDIT, this::delete));
  }

  private void get(Call call) {
    call.replyTagged(200, origins.get(ServicesApi.name(call), call.path("origin")));
  }

  private void put(Call call) {
    String service = ServicesApi.name(call);
    Origin origin = call.bodyNamed(Origin.class, call.newName("origin"));
    boolean created = origins.put(service, origin, call.precondition(), call.principal().token());
    call.location("/v1/services/" + service + "/origins/" + origin.name());
    call.context().header("ETag", Etag.of(origin));
    call.reply(created ? 201 : 200, origin);
  }

  private void delete(Call call) {
    origins.delete(
        ServicesApi.name(call), call.path("origin"), call.precondition(), call.principal().token());
    call.replyDone();
  }
}
