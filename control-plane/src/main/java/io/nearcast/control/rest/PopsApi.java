package io.nearcast.control.rest;

import io.nearcast.config.json.Documents;
import io.nearcast.config.model.Pop;
import io.nearcast.control.auth.Permission;
import io.nearcast.control.catalog.Etag;
import io.nearcast.control.catalog.Pops;
import java.util.List;

/** {@code /v1/pops}. */
final class PopsApi {
  private final Pops pops;

  PopsApi(Pops pops) {
    this.pops = pops;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/v1/pops", Permission.READ, this::list),
        new Route("GET", "/v1/pops/{pop}", Permission.READ, this::get),
        new Route("PUT", "/v1/pops/{pop}", Permission.OPERATE, this::put),
        new Route("DELETE", "/v1/pops/{pop}", Permission.OPERATE, this::delete));
  }

  private void list(Call call) {
    Page page = Page.of(call);
    var all = pops.all();
    var rest = page.after() == null ? all : all.tailMap(page.after(), false);
    List<Pop> items = rest.values().stream().limit(page.limit() + 1L).toList();
    page.reply(call, items, pop -> Documents.mapper().valueToTree(pop), Pop::name);
  }

  private void get(Call call) {
    call.replyTagged(200, pops.get(call.path("pop")));
  }

  private void put(Call call) {
    Pop pop = call.bodyNamed(Pop.class, call.newName("pop"));
    boolean created = pops.put(pop, call.precondition());
    call.location("/v1/pops/" + pop.name());
    call.context().header("ETag", Etag.of(pop));
    call.reply(created ? 201 : 200, pop);
  }

  private void delete(Call call) {
    pops.delete(call.path("pop"), call.precondition());
    call.replyDone();
  }
}
