package io.nearcast.control.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.PurgeRequest;
import io.nearcast.control.auth.Permission;
import io.nearcast.control.auth.Principal;
import io.nearcast.control.problem.Refusal;
import io.nearcast.control.purge.IdempotencyKey;
import io.nearcast.control.purge.NodeReceipt;
import io.nearcast.control.purge.PurgeState;
import io.nearcast.control.purge.PurgeView;
import io.nearcast.control.purge.Purges;
import io.nearcast.control.purge.StoredPurge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /v1/purges}. */
final class PurgesApi {
  /** The longest that a request may wait for its purge. */
  static final Duration WAIT_MAX = Duration.ofSeconds(60);

  /** A page of one service's purges looks at no more than so many pages of all. */
  private static final int SEARCHED_PAGES_MAX = 10;

  private static final Pattern WAIT =
      Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(?:[,;]|$)");

  private final Purges purges;

  PurgesApi(Purges purges) {
    this.purges = purges;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/v1/purges", Permission.READ, this::list),
        new Route("POST", "/v1/purges", Permission.PURGE, this::issue),
        new Route("GET", "/v1/purges/{purge}", Permission.READ, this::get));
  }

  private void issue(Call call) throws InterruptedException {
    PurgeRequest request = call.body(PurgeRequest.class);
    String service = request.service();
    if (service == null) {
      throw Refusal.invalid("/service", "is missing: name the service");
    }
    call.principal().requireService(service);
    Duration patience = patience(call.header("Prefer"));
    StoredPurge issued =
        purges.issue(
            service,
            request,
            call.principal().token(),
            IdempotencyKey.of(call.principal().token(), call.headers("Idempotency-Key")));
    if (patience != null) {
      purges.await(issued, patience);
    }
    PurgeView view = patience == null ? purges.view(issued) : purges.get(issued.id());
    boolean met = patience != null && view.state() == PurgeState.COMPLETE;
    if (met) {
      call.context().header("Preference-Applied", "wait");
    }
    call.location("/v1/purges/" + view.purge().id());
    call.reply(met ? 200 : 202, document(view));
  }

  /** How long the client would wait (RFC 7240 section 4.3), or null if it would not. */
  private static @Nullable Duration patience(@Nullable String prefer) {
    if (prefer == null) {
      return null;
    }
    Matcher matcher = WAIT.matcher(prefer.toLowerCase(Locale.ROOT));
    if (!matcher.find()) {
      return null;
    }
    Duration asked = Duration.ofSeconds(Long.parseLong(matcher.group(1)));
    return asked.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : asked;
  }

  private void get(Call call) {
    PurgeView view = purges.get(call.path("purge"));
    call.principal().requireService(view.purge().service());
    call.reply(200, document(view));
  }

  private void list(Call call) {
    Page page = Page.of(call);
    String service = call.query("service");
    Principal principal = call.principal();
    if (service == null) {
      service = principal.service();
    } else {
      principal.requireService(service);
    }
    page.reply(
        call,
        find(service, page),
        purge -> document(purges.view(purge)),
        purge -> String.valueOf(purge.sequence()));
  }

  private List<StoredPurge> find(@Nullable String service, Page page) {
    List<StoredPurge> found = new ArrayList<>();
    Long below = page.afterNumber();
    int wanted = page.limit() + 1;
    for (int searched = 0; searched < SEARCHED_PAGES_MAX; searched++) {
      List<StoredPurge> some = purges.list(below, wanted);
      some.stream()
          .filter(purge -> service == null || purge.service().equals(service))
          .forEach(found::add);
      if (found.size() >= wanted || some.size() < wanted) {
        break;
      }
      below = some.getLast().sequence();
    }
    return found.subList(0, Math.min(wanted, found.size()));
  }

  private static JsonNode document(PurgeView view) {
    StoredPurge purge = view.purge();
    ObjectNode document =
        Documents.mapper()
            .createObjectNode()
            .put("id", purge.id())
            .put("sequence", purge.sequence())
            .put("state", word(view.state()))
            .put("service", purge.service())
            .put("soft", purge.soft());
    purge.selectors().forEach(selector -> add(selector, document));
    document.put("createdAt", purge.createdAt().toString());
    if (purge.completedAt() != null) {
      document.put("completedAt", purge.completedAt().toString());
    }
    ArrayNode nodes = document.putArray("nodes");
    view.nodes().forEach(receipt -> add(receipt, nodes));
    if (purge.leftOut() != null) {
      document.put("nodesLeftOut", purge.leftOut());
    }
    return document;
  }

  private static void add(Selector selector, ObjectNode document) {
    switch (selector) {
      case Selector.Url(String host, String target) ->
          document.withArray("/urls").add("http://" + host + target);
      case Selector.Prefix(String host, String target) ->
          document.withArray("/prefixes").add("http://" + host + target);
      case Selector.Tag(String tag) -> document.withArray("/tags").add(tag);
      case Selector.Host(String host) -> document.withArray("/hosts").add(host);
      case Selector.Everything() -> document.put("everything", true);
    }
  }

  private static void add(NodeReceipt receipt, ArrayNode nodes) {
    ObjectNode node = nodes.addObject().put("id", receipt.id()).put("state", word(receipt.state()));
    if (receipt.matched() == null) {
      node.putNull("matched");
    } else {
      node.put("matched", receipt.matched());
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
