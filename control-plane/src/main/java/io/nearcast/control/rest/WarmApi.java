package io.nearcast.control.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.fleet.WarmReceipt;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.WarmRequest;
import io.nearcast.control.auth.Permission;
import io.nearcast.control.warm.StoredWarm;
import io.nearcast.control.warm.WarmView;
import io.nearcast.control.warm.Warms;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code /v1/warm}. */
final class WarmApi {
  private static final int READ_AT_ONCE = 100;

  private final Warms warms;

  WarmApi(Warms warms) {
    this.warms = warms;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/v1/warm", Permission.READ, this::list),
        new Route("POST", "/v1/warm", Permission.PURGE, this::order),
        new Route("GET", "/v1/warm/{warm}", Permission.READ, this::get));
  }

  private void order(Call call) {
    WarmRequest request = call.body(WarmRequest.class);
    call.principal().requireService(request.service());
    WarmView view = warms.order(request, call.principal().token());
    call.location("/v1/warm/" + view.warm().id());
    call.reply(202, document(view));
  }

  private void get(Call call) {
    WarmView view = warms.get(call.path("warm"));
    call.principal().requireService(view.warm().service());
    call.reply(200, document(view));
  }

  private void list(Call call) {
    Page page = Page.of(call);
    page.reply(
        call,
        find(call.principal().service(), page),
        warm -> document(warms.view(warm)),
        warm -> String.valueOf(warm.sequence()));
  }

  private List<StoredWarm> find(@Nullable String only, Page page) {
    List<StoredWarm> found = new ArrayList<>();
    Long below = page.afterNumber();
    int wanted = page.limit() + 1;
    List<StoredWarm> some;
    do {
      some = warms.list(below, Math.min(wanted, READ_AT_ONCE));
      for (StoredWarm warm : some) {
        below = warm.sequence();
        if (only == null || warm.service().equals(only)) {
          found.add(warm);
        }
      }
    } while (found.size() < wanted && !some.isEmpty());
    return found.subList(0, Math.min(wanted, found.size()));
  }

  private static JsonNode document(WarmView view) {
    StoredWarm warm = view.warm();
    ObjectNode document =
        Documents.mapper()
            .createObjectNode()
            .put("id", warm.id())
            .put("sequence", warm.sequence())
            .put("state", word(view.state()))
            .put("service", warm.service())
            .put("rate", warm.rate());
    ArrayNode urls = document.putArray("urls");
    warm.urls().forEach(urls::add);
    document.put("createdAt", warm.createdAt().toString());
    ArrayNode nodes = document.putArray("nodes");
    view.nodes().forEach(node -> add(node, nodes));
    return document;
  }

  private static void add(WarmView.AtNode at, ArrayNode nodes) {
    ObjectNode node = nodes.addObject().put("id", at.id()).put("state", word(at.state()));
    WarmReceipt receipt = at.receipt();
    if (receipt == null) {
      node.putNull("fetched").putNull("failed").putNull("skipped");
    } else {
      node.put("fetched", receipt.fetched())
          .put("failed", receipt.failed())
          .put("skipped", receipt.skipped());
    }
    ArrayNode errors = node.putArray("errors");
    if (receipt != null) {
      receipt
          .errors()
          .forEach(
              error -> errors.addObject().put("url", error.url()).put("detail", error.detail()));
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
