package io.nearcast.edge.flow;

import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.Verdict;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Decide;
import io.nearcast.edge.rules.Decision;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.Freshness;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.RequestTraits;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers "what would this node do with a GET of this URL, and why?" without doing it: the same
 * steps as {@link Exchange}, read-only.
 */
public final class Explain {
  private final Engine engine;
  private final Map<String, Object> said = new LinkedHashMap<>();

  private Explain(Engine engine) {
    this.engine = engine;
  }

  /**
   * Explains a URL.
   *
   * @param authority host and port as a client would send them
   * @param target path and query
   * @param fields the request fields to suppose, such as Accept-Encoding
   * @return names and values in the order in which they were found out
   */
  public static Map<String, Object> url(
      Engine engine, String scheme, String authority, String target, Fields fields) {
    Explain explain = new Explain(engine);
    explain.request(RequestHead.of("GET", scheme, authority, target, fields));
    return explain.said;
  }

  private void request(RequestHead head) {
    said.put("host", head.host());
    said.put("target", head.target());
    Routes.Match match = engine.routes().find(head.host());
    if (match == null) {
      said.put("decision", "refuse");
      said.put("reason", "no service answers for this host: 421");
      return;
    }
    Route route = match.route();
    Route.Policy policy = route.policy(head.target());
    CacheKey key = route.key(match.domain(), head);
    said.put("service", route.service().name());
    said.put("version", route.version());
    said.put("key", key.url());
    Position applied = engine.purges().applied();
    said.put("appliedSequence", applied.sequence());
    said.put("upstreams", targets(route, key));
    StoredResponse stored = engine.store().lookup(key, head);
    try {
      decide(head, policy, key, stored, applied);
    } finally {
      if (stored != null) {
        stored.release();
      }
    }
  }

  private List<String> targets(Route route, CacheKey key) {
    return engine.upstreams().plan(route.service(), key).targets().stream()
        .map(Explain::describe)
        .toList();
  }

  private static String describe(Target target) {
    return (target.shield() ? "shield " : "origin ") + target.name() + " at " + target.address();
  }

  private void decide(
      RequestHead head,
      Route.Policy policy,
      CacheKey key,
      @Nullable StoredResponse stored,
      Position applied) {
    RequestTraits traits = RequestTraits.of(head, policy.cache());
    long now = engine.nowMillis();
    Verdict verdict = stored == null ? Verdict.VALID : Purged.verdict(engine, stored, applied);
    if (stored != null) {
      said.put("stored", describe(stored, verdict, now));
    } else {
      said.put("otherVariants", engine.store().holds(key));
    }
    Decision past = Decide.beforeLookup(traits, policy.bypass());
    StoredResponse usable = verdict == Verdict.HARD ? null : stored;
    Decision decision =
        past != null
            ? past
            : Decide.decide(
                traits,
                usable == null ? null : usable.view(),
                engine.store().holds(key),
                verdict == Verdict.SOFT,
                now);
    said.put(
        "decision",
        switch (decision) {
          case Decision.Hit _ -> "serve from the cache";
          case Decision.Stale _ -> "serve stale and refresh in the background";
          case Decision.Validate _ -> "validate upstream, then serve";
          case Decision.Miss _ -> "fetch from upstream";
          case Decision.Pass _ -> "pass on, past the cache";
          case Decision.Refuse(int status, _) -> "refuse with " + status;
        });
    said.put("reason", decision.reason().token());
    said.put("unshared", engine.fills().isUnshared(key));
  }

  private static Map<String, Object> describe(StoredResponse stored, Verdict verdict, long now) {
    Freshness freshness = stored.freshness();
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("status", stored.head().status());
    text.put("bytes", stored.body().length());
    text.put("codedForms", Forms.there(stored.body()));
    text.put("varyOn", stored.variant().names());
    text.put("tags", List.of(stored.tags()));
    text.put("asOfSequence", stored.asOf().sequence());
    text.put("purged", verdict.name().toLowerCase(java.util.Locale.ROOT));
    text.put("lifetimeSeconds", freshness.lifetimeMillis() / 1_000);
    text.put("lifetimeFrom", freshness.source().name().toLowerCase(java.util.Locale.ROOT));
    text.put("ageSeconds", freshness.ageMillis(now) / 1_000);
    text.put("ttlSeconds", ClientHeads.ttlSeconds(freshness, now));
    text.put("fresh", freshness.freshAt(now));
    text.put("alwaysValidate", freshness.alwaysValidate());
    text.put("mustRevalidate", freshness.mustRevalidate());
    text.put("staleWhileRevalidateSeconds", freshness.staleWhileRevalidateMillis() / 1_000);
    text.put("staleIfErrorSeconds", freshness.staleIfErrorMillis() / 1_000);
    return text;
  }
}
