package io.nearcast.edge.flow;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.purge.PurgeIndex.Position;
import io.nearcast.edge.purge.PurgeStamp;
import io.nearcast.edge.purge.Verdict;
import io.nearcast.edge.rules.CacheKey;
import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.FreshnessSteps;
import io.nearcast.edge.rules.PartialContent;
import io.nearcast.edge.rules.ResponseControl;
import io.nearcast.edge.rules.ResponseHead;
import io.nearcast.edge.store.Content;
import io.nearcast.edge.store.StoredResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Explain} says of one stored response.
 *
 * @param key what is asked for
 * @param applied what the node had applied before it looked
 */
record ExplainedResponse(Engine engine, CacheKey key, Position applied) {

  /** Status, size, the directives that count, and which purges it is newer than. */
  Map<String, Object> stored(StoredResponse stored) {
    ResponseHead head = stored.head();
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("status", head.status());
    text.put("bytes", Answer.of(stored, stored.asOf()).length());
    text.put(
        "content",
        switch (stored.content()) {
          case Content.Whole _ -> "whole";
          case Content.Part(PartialContent part) -> "bytes " + part.first() + '-' + part.last();
          case Content.Sliced _ -> "in slices";
          case Content.Slice _ -> "a slice";
        });
    text.put("codedForms", Forms.there(stored.body()));
    String field = ResponseControl.of(head.fields()).field().fieldName();
    text.put("directedBy", field);
    text.put("directives", Objects.requireNonNullElse(head.fields().combined(field), "none"));
    text.put("validators", validators(head.fields()));
    text.put("asOfSequence", stored.asOf().sequence());
    text.put("purged", verdict(stored).name().toLowerCase(Locale.ROOT));
    return text;
  }

  private static List<String> validators(Fields fields) {
    List<String> validators = new ArrayList<>(2);
    for (String name : List.of("ETag", "Last-Modified")) {
      String value = fields.first(name);
      if (value != null) {
        validators.add(name + ": " + value);
      }
    }
    return validators;
  }

  /** The arithmetic of its age and lifetime. */
  Map<String, Object> freshness(StoredResponse stored, CachePolicy policy, long nowMillis) {
    var freshness = stored.freshness().under(stored.head(), policy);
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("fresh", freshness.freshAt(nowMillis));
    text.put("ageSeconds", freshness.ageMillis(nowMillis) / 1_000);
    text.put("lifetimeSeconds", freshness.lifetimeMillis() / 1_000);
    text.put("lifetimeFrom", freshness.source().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    text.put("ttlSeconds", ClientHeads.ttlSeconds(freshness, nowMillis));
    text.put("alwaysValidate", freshness.alwaysValidate());
    text.put("mustRevalidate", freshness.mustRevalidate());
    text.put("staleWhileRevalidateSeconds", freshness.staleWhileRevalidateMillis() / 1_000);
    text.put("staleIfErrorSeconds", freshness.staleIfErrorMillis() / 1_000);
    text.put("steps", FreshnessSteps.of(stored.head(), freshness, policy, nowMillis));
    return text;
  }

  /** What the purges say of it, as {@link Purged} does, without a note that it was looked at. */
  Verdict verdict(StoredResponse stored) {
    if (!Objects.equals(stored.asOf().log(), applied.log())) {
      return Verdict.HARD;
    }
    Verdict byFeed = engine.purges().check(stored.key(), stored.tags(), stored.asOf().sequence());
    Verdict byNode = engine.ownPurges().check(stored.key(), stored.tags(), stored.ownEpoch());
    return byFeed.compareTo(byNode) >= 0 ? byFeed : byNode;
  }

  /** The purges that are about the key, and whether each hits what is stored. */
  List<String> purges(@Nullable StoredResponse stored) {
    List<String> tags = stored == null ? List.of() : List.of(stored.tags());
    List<String> text = new ArrayList<>();
    for (PurgeStamp stamp : engine.purges().about(key, tags)) {
      text.add(words(stamp, "", stored == null ? -1 : stored.asOf().sequence()));
    }
    for (PurgeStamp stamp : engine.ownPurges().about(key, tags)) {
      text.add(words(stamp, " of this node's own", stored == null ? -1 : stored.ownEpoch()));
    }
    return text;
  }

  private static String words(PurgeStamp stamp, String whose, long storedAsOf) {
    String what = stamp.kind().name().toLowerCase(Locale.ROOT);
    String effect =
        storedAsOf < 0
            ? "nothing is stored"
            : stamp.sequence() > storedAsOf ? "newer than what is stored" : "older";
    return (stamp.soft() ? "soft" : "hard")
        + " purge"
        + whose
        + " by "
        + what
        + (stamp.name().isEmpty() ? "" : " " + stamp.name())
        + ", sequence "
        + stamp.sequence()
        + ": "
        + effect;
  }
}
