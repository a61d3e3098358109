package io.nearcast.edge.route;

import io.nearcast.config.feed.FeedState;
import io.nearcast.config.model.Service;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which service answers for which host. An immutable snapshot, read once per request. */
public final class Routes {

  /**
   * What a host leads to.
   *
   * @param route the service
   * @param domain the domain that counts for the key and for the origin, which is not the host
   *     where a redirect has put the node's name before it
   */
  public record Match(Route route, String domain) {}

  private final Map<String, Route> byService = new HashMap<>();
  private final Map<String, Match> byHost = new HashMap<>();
  private final @Nullable Route anyHost;

  private Routes(@Nullable Route anyHost) {
    this.anyHost = anyHost;
  }

  /** No service at all. */
  public static Routes none() {
    return new Routes(null);
  }

  /** One service that answers for every host, as of a standalone node. */
  public static Routes anyHost(Service service) {
    Route route = new Route(1, service);
    Routes routes = new Routes(route);
    routes.byService.put(service.name(), route);
    return routes;
  }

  /**
   * All active services.
   *
   * @param node the id of this node: {@code node.domain} is routed as {@code domain}
   */
  public static Routes of(FeedState state, String node) {
    Routes routes = new Routes(null);
    for (FeedState.ActiveService active : state.services().values()) {
      Route route = new Route(active.version(), active.service());
      routes.byService.put(active.service().name(), route);
      for (String domain : active.service().domains()) {
        Match match = new Match(route, domain);
        routes.byHost.put(domain, match);
        routes.byHost.putIfAbsent(node + '.' + domain, match);
      }
    }
    return routes;
  }

  /**
   * Finds the service of a host.
   *
   * @param host in lower case, without port
   * @return null where no service answers for it
   */
  public @Nullable Match find(String host) {
    return anyHost == null ? byHost.get(host) : new Match(anyHost, host);
  }

  /** Whether one service answers for every host. */
  public boolean servesAnyHost() {
    return anyHost != null;
  }

  /** The service of a name, or null. */
  public @Nullable Route service(String name) {
    return byService.get(name);
  }

  /** All services. */
  public Collection<Route> all() {
    return List.copyOf(byService.values());
  }
}
