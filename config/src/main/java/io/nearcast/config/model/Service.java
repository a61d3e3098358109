package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.bounded;
import static io.nearcast.config.model.Checks.check;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the CDN serves under some domains: where it comes from, how it is cached, how it is purged.
 *
 * <p>Immutable. A change of a service is a new version of the whole document. Fields that a
 * document leaves out have the defaults of {@code DESIGN.md}: no TTL of its own, no stale serving
 * beyond what the origin's headers allow, no active health check.
 *
 * @param name the service's name: 1 to 63 of {@code a-z}, {@code 0-9} and {@code -}
 * @param domains the hosts that it answers for, in lower case, at least one, at most 100
 * @param origins where its content comes from, at least one, at most 16, one of them no backup
 * @param cache how its responses are cached where no rule says otherwise
 * @param purge how its purges treat an edge that is cut off
 * @param rules exceptions by path, the first that matches counts; at most 100
 * @param upgrades what clients may go on with instead of HTTP, nothing by default
 */
public record Service(
    String name,
    List<String> domains,
    List<Origin> origins,
    CachePolicy cache,
    PurgePolicy purge,
    List<Rule> rules,
    List<Upgrade> upgrades) {

  /** The most domains that one service may have. */
  public static final int DOMAINS_MAX = 100;

  /** The most origins that one service may have. */
  public static final int ORIGINS_MAX = 16;

  /** The most rules that one service may have. */
  public static final int RULES_MAX = 100;

  /**
   * Checks the document and copies its lists.
   *
   * @throws InvalidField if a field's value cannot work
   */
  public Service {
    Names.checkName("/name", name);
    domains = bounded("/domains", domains, 1, DOMAINS_MAX);
    domains = Names.domains("/domains", domains);
    origins = bounded("/origins", origins, 1, ORIGINS_MAX);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < origins.size(); i++) {
      check(
          seen.add(origins.get(i).name()),
          "/origins/" + i + "/name",
          "is used twice: give each origin a name of its own");
    }
    check(
        origins.stream().anyMatch(origin -> !origin.backup()),
        "/origins",
        "has only backups: leave out backup for at least one");
    rules = bounded("/rules", rules, 0, RULES_MAX);
    upgrades = bounded("/upgrades", upgrades, 0, Upgrade.values().length);
  }

  /**
   * Whether both make the same cache key of every request, so that a selector of a purge is about
   * the same stored responses in both. Changes that are not about keys, such as another lifetime,
   * do not count.
   */
  public boolean hasSameKeys(Service other) {
    return name.equals(other.name)
        && domains.equals(other.domains)
        && cache.key().equals(other.cache.key())
        && rules.stream()
            .map(RuleKey::of)
            .toList()
            .equals(other.rules.stream().map(RuleKey::of).toList());
  }

  /** What a rule means for keys; a bypass stores nothing, but comes before the rules after it. */
  private record RuleKey(String path, @Nullable KeyPolicy key) {
    static RuleKey of(Rule rule) {
      return new RuleKey(
          rule.path(),
          switch (rule.action()) {
            case Rule.Action.Bypass _ -> null;
            case Rule.Action.Cache(CachePolicy policy) -> policy.key();
          });
    }
  }

  /** A service that speaks HTTP only. */
  public Service(
      String name,
      List<String> domains,
      List<Origin> origins,
      CachePolicy cache,
      PurgePolicy purge,
      List<Rule> rules) {
    this(name, domains, origins, cache, purge, rules, List.of());
  }
}
