package io.nearcast.edge.flow;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.config.model.QueryPolicy;
import io.nearcast.config.model.Rule;
import io.nearcast.config.model.Service;
import io.nearcast.edge.purge.Demand;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.Verdict;
import io.nearcast.edge.route.Route;
import io.nearcast.edge.route.Routes;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Decide;
import io.nearcast.edge.rules.Decision;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.PartialContent;
import io.nearcast.edge.rules.Reason;
import io.nearcast.edge.rules.RequestHead;
import io.nearcast.edge.rules.RequestTraits;
import io.nearcast.edge.rules.Variant;
import io.nearcast.edge.rules.VaryRule;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import io.nearcast.edge.upstream.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Answers "what would this node do with a GET of this URL, and why?" without doing it: the same
 * steps as {@link Exchange}, read-only. Nothing counts as a use, nothing is claimed or counted.
 */
public final class Explain {
  private final Engine engine;
  private final RequestHead head;
  private final Map<String, Object> said = new LinkedHashMap<>();

  private Explain(Engine engine, RequestHead head) {
    this.engine = engine;
    this.head = head;
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
    Explain explain = new Explain(engine, RequestHead.of("GET", scheme, authority, target, fields));
    explain.route();
    return explain.said;
  }

  private void route() {
    said.put("host", head.host());
    said.put("target", head.target());
    Routes.Match match = engine.routes().find(head.host());
    if (match == null) {
      said.put("decision", "refuse with 421: no service has the host");
      said.put("reason", Reason.NO_SERVICE.token());
      return;
    }
    Route route = match.route();
    Route.Policy policy = route.policy(head.target());
    CacheKey key = route.key(match.domain(), head);
    said.put("service", route.service().name());
    said.put("version", route.version());
    said.put("domain", match.domain());
    said.put("rule", rule(route));
    said.put("lease", lease(route.service()));
    said.put("key", key.url());
    said.put("keyMadeOf", keyMadeOf(policy.cache(), key));
    List<StoredResponse> stored = engine.store().peek(key);
    try {
      decide(match, policy, key, stored);
    } finally {
      stored.forEach(StoredResponse::release);
    }
  }

  private Object rule(Route route) {
    int index = route.ruleIndex(head.target());
    if (index < 0) {
      return "none matches: the policy of the service";
    }
    Rule rule = route.service().rules().get(index);
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("pointer", "/rules/" + index);
    text.put("path", rule.path());
    text.put("action", rule.action() instanceof Rule.Action.Bypass ? "bypass" : "cache");
    return text;
  }

  /** Whether the edge may be sure of what is purged, and what follows where it may not. */
  private String lease(Service service) {
    if (engine.shield()) {
      return "none: shields hold none, edges say whether they do";
    }
    if (engine.leased()) {
      return "held, or not needed by an edge that is nobody's member";
    }
    return switch (service.purge().whenCutOff()) {
      case SERVE -> "none: whenCutOff is serve, so that it makes no difference here";
      case REVALIDATE ->
          "none: whenCutOff is revalidate, so that the origin is asked before anything is served;"
              + " 504 where it does not answer";
    };
  }

  // Key

  private Map<String, Object> keyMadeOf(CachePolicy policy, CacheKey key) {
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("host", key.host().isEmpty() ? "shared by all domains of the service" : key.host());
    text.put("path", pathOf(key.target()));
    text.put("query", query(policy.key().query()));
    List<String> left = new ArrayList<>(parameters(head.target()));
    parameters(key.target()).forEach(left::remove);
    text.put("queryLeftOut", left);
    text.put("more", key.extra().lines().toList());
    return text;
  }

  private static String query(QueryPolicy policy) {
    String order = policy.sort() ? ", sorted by name" : ", in the order of the URL";
    List<String> include = policy.include();
    if (include != null) {
      return include.isEmpty() ? "none of it" : "only " + String.join(", ", include) + order;
    }
    return policy.exclude().isEmpty()
        ? "all of it" + order
        : "all but " + String.join(", ", policy.exclude()) + order;
  }

  private static String pathOf(String target) {
    int question = target.indexOf('?');
    return question < 0 ? target : target.substring(0, question);
  }

  private static List<String> parameters(String target) {
    int question = target.indexOf('?');
    return question < 0
        ? List.of()
        : Arrays.stream(target.substring(question + 1).split("&", -1))
            .filter(parameter -> !parameter.isEmpty())
            .toList();
  }

  // Look up and decide

  private void decide(
      Routes.Match match, Route.Policy policy, CacheKey key, List<StoredResponse> all) {
    Position applied = engine.purges().applied();
    long now = engine.nowMillis();
    StoredResponse stored = select(all);
    said.put("vary", vary(all, stored));
    ExplainedResponse explained = new ExplainedResponse(engine, key, applied);
    said.put("stored", stored == null ? "nothing" : explained.stored(stored));
    said.put(
        "freshness", stored == null ? Map.of() : explained.freshness(stored, policy.cache(), now));
    said.put("tags", stored == null ? List.of() : List.of(stored.tags()));
    said.put("purges", explained.purges(stored));
    Verdict verdict = stored == null ? Verdict.VALID : explained.verdict(stored);
    RequestTraits traits = RequestTraits.of(head, policy.cache());
    Decision past = Decide.beforeLookup(traits, policy.bypass());
    StoredResponse usable = verdict == Verdict.HARD ? null : stored;
    if (past == null
        && usable != null
        && usable.content() instanceof Content.Part(PartialContent part)) {
      past = Decide.decidePart(traits, head, usable.view(), part);
    }
    Demand demand = engine.clientDemand(match.route().service());
    Routed routed = new Routed(match, policy, key, traits, demand, false);
    Decision inside =
        past != null
            ? past
            : Decide.decide(
                traits,
                usable == null ? null : usable.view().under(policy.cache()),
                !all.isEmpty(),
                verdict == Verdict.SOFT,
                now);
    Decision decision = past != null ? past : routed.permitted(inside, usable, applied);
    said.put("fill", fill(key, usable, all));
    said.put("decision", words(decision));
    said.put("reason", decision.reason().token());
    said.put("tiers", tiers(routed, applied, decision, usable));
  }

  /** As the store selects: of those that fit best the newest. */
  private @Nullable StoredResponse select(List<StoredResponse> all) {
    StoredResponse best = null;
    VaryRule.Fit bestFit = VaryRule.Fit.NONE;
    for (StoredResponse candidate : all) {
      VaryRule.Fit fit = VaryRule.fit(candidate.variant(), head);
      if (fit.compareTo(bestFit) > 0) {
        best = candidate;
        bestFit = fit;
      }
    }
    return best;
  }

  private Map<String, Object> vary(List<StoredResponse> all, @Nullable StoredResponse selected) {
    Map<String, Object> ours = new LinkedHashMap<>();
    TreeSet<String> names = new TreeSet<>();
    all.forEach(each -> names.addAll(each.variant().names()));
    names.forEach(name -> ours.put(name, head.fields().combined(name)));
    List<String> variants =
        all.stream().map(each -> words(each.variant()) + (each == selected ? " *" : "")).toList();
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("request", ours);
    text.put("storedVariants", variants);
    return text;
  }

  private static String words(Variant variant) {
    return variant.names().isEmpty() ? "no Vary" : variant.toString();
  }

  private Map<String, Object> fill(
      CacheKey key, @Nullable StoredResponse usable, List<StoredResponse> all) {
    FillTable.Place place =
        usable != null
            ? new FillTable.Place(key, usable.variant())
            : engine.fills().placeOf(key, head, all.isEmpty() ? null : all.getFirst().variant());
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("inProgress", engine.fills().filling(place));
    Reason why = engine.fills().whyUnshared(key);
    if (why != null) {
      text.put("lastNotStored", why.token());
      text.put("meaning", "the last answer was not stored: requests do not wait for each other");
    }
    return text;
  }

  private static String words(Decision decision) {
    return switch (decision) {
      case Decision.Hit _ -> "serve from the cache";
      case Decision.Stale _ -> "serve stale and refresh in the background";
      case Decision.Validate _ -> "validate upstream, then serve";
      case Decision.Miss _ -> "fetch from upstream";
      case Decision.Pass _ -> "pass on, past the cache";
      case Decision.Refuse(int status, _) -> "refuse with " + status;
    };
  }

  // Tier by tier

  /** This node, then whom it would ask: what those have, their own explain says. */
  private List<Map<String, Object>> tiers(
      Routed routed, Position applied, Decision decision, @Nullable StoredResponse usable) {
    List<Map<String, Object>> tiers = new ArrayList<>();
    Map<String, Object> here = new LinkedHashMap<>();
    here.put("tier", engine.shield() ? "shield" : "edge");
    here.put("name", engine.parts().nodeId());
    here.put("appliedSequence", applied.sequence());
    here.put("says", decision.reason().token());
    tiers.add(here);
    boolean asks = !(decision instanceof Decision.Hit) && !(decision instanceof Decision.Refuse);
    engine
        .upstreams()
        .outlook(routed.match().route().service(), routed.key())
        .forEach((target, up) -> tiers.add(next(target, up, asks, routed, applied, usable)));
    return tiers;
  }

  private Map<String, Object> next(
      Target target,
      boolean up,
      boolean asks,
      Routed routed,
      Position applied,
      @Nullable StoredResponse usable) {
    CacheKey key = routed.key();
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("tier", target.shield() ? "shield" : "origin");
    text.put("name", target.name());
    text.put("address", target.address());
    text.put("up", up);
    if (asks && target.shield()) {
      Fields.Builder asked = Fields.builder();
      long purgedUpTo = usable == null ? 0 : usable.ownEpoch();
      boolean invalidated = usable == null && engine.invalidations().lately(key);
      boolean origin =
          invalidated || routed.demand().origin() || engine.ownPurges().min(key) > purgedUpTo;
      engine.tiers().ask(asked, new Position(applied.log(), engine.purges().min(key)), origin);
      text.put("asked", asked.build().toString().lines().toList());
      text.put("further", "its own /explain at its admin endpoint, with the same url");
    }
    return text;
  }
}
