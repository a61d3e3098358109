package io.nearcast.edge.route;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.KeyPolicy;
import io.nearcast.config.model.NormalTarget;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Service;
import io.nearcast.config.model.Upgrade;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.CacheKeys;
import io.nearcast.edge.rules.RequestHead;
import java.util.ArrayList;
import java.util.List;

/** One service as it is served: its document with the rules made ready for matching. Immutable. */
public final class Route {

  /**
   * What counts for one request.
   *
   * @param bypass whether the request goes past the cache
   * @param cache how it is cached otherwise
   * @param upgrades what it may go on with instead of HTTP
   */
  public record Policy(boolean bypass, CachePolicy cache, List<Upgrade> upgrades) {}

  private record CompiledRule(PathPattern path, Policy policy) {}

  private final Service service;
  private final int version;
  private final Policy standard;
  private final List<CompiledRule> rules = new ArrayList<>();

  /**
   * @param version the active version of the service
   */
  public Route(int version, Service service) {
    this.version = version;
    this.service = service;
    this.standard = new Policy(false, service.cache(), service.upgrades());
    for (Rule rule : service.rules()) {
      List<Upgrade> own = rule.upgrades();
      List<Upgrade> upgrades = own == null ? service.upgrades() : own;
      Policy policy =
          switch (rule.action()) {
            case Rule.Action.Bypass _ -> new Policy(true, service.cache(), upgrades);
            case Rule.Action.Cache(CachePolicy cache) -> new Policy(false, cache, upgrades);
          };
      rules.add(new CompiledRule(new PathPattern(rule.path()), policy));
    }
  }

  /** The service's document. */
  public Service service() {
    return service;
  }

  /** The version of the document. */
  public int version() {
    return version;
  }

  /**
   * What counts for a path and query: the first rule that matches, else the service's policy. A
   * rule that says bypass also matches a path that some servers take for one of its own, such as
   * {@code //private} or {@code /private;x}.
   */
  public Policy policy(String target) {
    int index = ruleIndex(target);
    return index < 0 ? standard : rules.get(index).policy();
  }

  /** The place in the document of the rule that matches a path and query, or -1 for none. */
  public int ruleIndex(String target) {
    if (rules.isEmpty()) {
      return -1;
    }
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    String lenient = NormalTarget.lenient(path);
    for (int i = 0; i < rules.size(); i++) {
      CompiledRule rule = rules.get(i);
      if (rule.path().matches(path) || (rule.policy().bypass() && rule.path().matches(lenient))) {
        return i;
      }
    }
    return -1;
  }

  /** The key of a request to one of the domains, by the policy that counts for it. */
  public CacheKey key(String domain, RequestHead request) {
    KeyPolicy keyPolicy = policy(request.target()).cache().key();
    return CacheKeys.of(service.name(), keyPolicy, domain, request);
  }

  /** The key of a URL by the policy that counts for it. */
  public CacheKey key(String domain, String target) {
    return CacheKeys.of(service.name(), policy(target).cache().key(), domain, target);
  }
}
