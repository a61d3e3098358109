package io.nearcast.edge.admin;

import com.sun.net.httpserver.HttpExchange;
import io.nearcast.config.feed.Selector;
import io.nearcast.config.feed.Selectors;
import io.nearcast.config.json.Documents;
import io.nearcast.config.model.NormalTarget;
import io.nearcast.config.model.PurgeRequest;
import io.nearcast.edge.agent.Sweeper;
import io.nearcast.edge.flow.Engine;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.route.Routes;
import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Purges of this node alone, as its admin endpoint is asked for them. */
final class OwnPurges {
  private final Engine engine;
  private final Sweeper sweeper;

  OwnPurges(Engine engine, Sweeper sweeper) {
    this.engine = engine;
    this.sweeper = sweeper;
  }

  /** {@code POST /purge}: a document as of {@code POST /v1/purges}. */
  Map<String, Object> purge(byte[] document) {
    PurgeRequest request = Documents.readJson(PurgeRequest.class, document);
    Route route = route(request.service());
    List<Selector> selectors =
        engine.routes().servesAnyHost()
            ? Selectors.ofAnyHost(request)
            : Selectors.of(request, route.service());
    return enter(route, request.soft(), selectors);
  }

  /** {@code PURGE /path} with {@code Host}. */
  Map<String, Object> purgeUrl(HttpExchange exchange) {
    String authority = exchange.getRequestHeaders().getFirst("Host");
    URI target = exchange.getRequestURI();
    if (target.getHost() != null) {
      authority = target.getRawAuthority();
    }
    if (authority == null) {
      throw Refused.field("Host", "is missing: say which host's URL is purged");
    }
    URI url = AdminServer.absolute("http://" + authority + target(target));
    String host = url.getHost().toLowerCase(Locale.ROOT);
    Routes.Match match = engine.routes().find(host);
    if (match == null) {
      throw Refused.field("Host", "is no domain of a service");
    }
    return enter(match.route(), false, List.of(new Selector.Url(match.domain(), target(target))));
  }

  /** Path and query of a URL, in the form that targets have here. */
  static String target(URI url) {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    try {
      return NormalTarget.of(url.getRawQuery() == null ? path : path + '?' + url.getRawQuery());
    } catch (IllegalArgumentException e) {
      throw Refused.field("url", String.valueOf(e.getMessage()));
    }
  }

  private Route route(@Nullable String service) {
    Collection<Route> all = engine.routes().all();
    if (service == null) {
      if (all.size() == 1) {
        return all.iterator().next();
      }
      throw Refused.field("service", "is missing: this node has " + all.size() + " services");
    }
    Route route = engine.routes().service(service);
    if (route == null) {
      throw Refused.field("service", "is not known here: " + service);
    }
    return route;
  }

  private Map<String, Object> enter(Route route, boolean soft, List<Selector> selectors) {
    long matched;
    try {
      matched = sweeper.ownPurge(route.service().name(), soft, selectors, route);
    } catch (IOException e) {
      throw new Refused(
          503,
          "nothing was purged, for it could not be written to the data directory ("
              + e
              + "): make room there and purge again",
          List.of());
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", UUID.randomUUID().toString());
    answer.put("matched", matched);
    return answer;
  }
}
