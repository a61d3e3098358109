package io.nearcast.edge.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says whether what clients got is what a correct shared cache may give them. It follows every
 * answer of the origin by its serial number: each is a {@link Copy} that a cache may hold, and each
 * 304 makes a further one. A reply is right if one of them explains it: fetched or validated for
 * this very request, or stored and usable by {@link Reuse}, and shown as it is by {@link Faithful}.
 * So that caching nothing is not right either, what docs/caching.md promises to be stored and fresh
 * has to be answered without the origin.
 *
 * <p>Where the RFCs leave a choice that docs/caching.md does not take, both are right. For one
 * history and one thread.
 */
final class Oracle {
  /** What does not count for an answer that came while its reader waited. */
  private static final Set<String> FOR_THE_WAITING =
      Set.of("RFC 9111 section 4.2.4", "RFC 9111 section 5.2.2.4");

  private final Tiers tiers;
  private final Reuse reuse;
  private final Faithful faithful;
  private final Freshness freshness;
  private final Map<String, List<Copy>> copies = new HashMap<>();

  /** The unsafe requests that succeeded, by the path that they changed. */
  private final Map<String, List<Visit>> changes = new HashMap<>();

  /** Answers from which a cache may update what it holds, or may not. */
  private final Set<Visit> optional = new HashSet<>();

  private final Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);

  Oracle(Tiers tiers) {
    this.tiers = tiers;
    this.reuse = new Reuse(tiers);
    this.faithful = new Faithful(tiers);
    this.freshness = new Freshness(tiers);
  }

  /** How often each kind was reached. */
  Map<Kind, Integer> kinds() {
    return kinds;
  }

  /** Judges the next step. */
  List<Violation> judge(Moment moment) {
    List<@Nullable Copy> required = new ArrayList<>();
    for (Query query : moment.queries()) {
      required.add(moment.concurrent() ? null : required(query, moment));
    }
    for (Visit visit : moment.visits()) {
      boolean race = moment.concurrent() && moment.visits().size() > 1;
      boolean contradicts = visit.status() == 304 && moment.failure() == Failure.WRONG_304;
      boolean aside = visit.method().equals("HEAD") || toConditionOfClient(visit, moment);
      if (race || contradicts || aside) {
        optional.add(visit);
      }
      enter(visit);
    }
    List<Violation> found = new ArrayList<>();
    for (int i = 0; i < moment.queries().size(); i++) {
      Query query = moment.queries().get(i);
      Reply reply = moment.replies().get(i);
      for (Violation violation : judge(query, reply, required.get(i), moment)) {
        found.add(new Violation(violation.rule(), query.id() + ": " + violation.what()));
      }
    }
    return found;
  }

  private static boolean toConditionOfClient(Visit visit, Moment moment) {
    return moment.queries().stream()
        .anyMatch(query ->
            query.id().equals(visit.queryId())
                && visit.status() == 304
                && sameConditions(visit.request(), query.head()));
  }

  // What there is

  private void enter(Visit visit) {
    List<Copy> there = copies.computeIfAbsent(visit.path(), path -> new ArrayList<>());
    boolean read = visit.method().equals("GET") || visit.method().equals("HEAD");
    if (visit.status() == 0) {
      return;
    }
    if (!read && visit.status() < 400) {
      changed(visit.path(), visit);
      for (String name : List.of("Location", "Content-Location")) {
        String other = visit.head().first(name);
        if (other != null) {
          changed(other, visit);
        }
      }
    }
    if (visit.status() == 304 || visit.method().equals("HEAD")) {
      for (Copy copy : List.copyOf(there)) {
        if (visit.status() == 304 ? copy.selectedBy(visit) : copy.describedBy(visit)) {
          there.add(copy.updated(visit));
        }
      }
    } else {
      there.add(Copy.of(visit));
    }
  }

  private void changed(String path, Visit by) {
    changes.computeIfAbsent(path, unchanged -> new ArrayList<>()).add(by);
  }

  /** RFC 9111 section 4.4; what ran beside the unsafe request may be from before or after it. */
  private boolean invalidated(Copy copy) {
    return changes.getOrDefault(copy.base().path(), List.of()).stream()
        .anyMatch(change ->
            change.serial() > copy.last().serial() && change.step() != copy.last().step());
  }

  // What must be

  /** What the cache has promised to hold and to answer with, or null. */
  private @Nullable Copy required(Query query, Moment moment) {
    Copy newest = null;
    List<Copy> there = copies.getOrDefault(query.path(), List.of());
    for (Copy copy : there) {
      if (copy.isFor(query.head())
          && (newest == null || copy.last().serial() >= newest.last().serial())) {
        newest = copy;
      }
    }
    if (newest == null || !query.safe() || !plain(query)) {
      return null;
    }
    Set<List<String>> varies = new HashSet<>();
    there.forEach(copy -> varies.add(Negotiation.varyNames(copy.head())));
    // Whether the answer to a HEAD had updated what a 304 then updates is left open.
    int last = newest.last().serial();
    boolean clear = there.stream().filter(copy -> copy.last().serial() == last).count() == 1;
    // An error may have made way for what was stored before (RFC 5861 section 4).
    boolean alone = there.size() == 1 || newest.status() < 500;
    boolean holds =
        varies.size() == 1
            && alone
            && clear
            && Negotiation.identical(newest.head(), newest.base().request(), query.head())
            && freshness.freshForAll(newest, moment.nowMillis())
            && reuse.surelyStored(newest)
            && !invalidated(newest)
            && !optional.contains(newest.last());
    return holds ? newest : null;
  }

  private boolean plain(Query query) {
    Head head = query.head();
    return !head.has("Authorization")
        && !head.has("If-Match")
        && !head.has("If-Unmodified-Since")
        && !(tiers.honoursClients() && (head.has("Cache-Control") || head.has("Pragma")));
  }

  // What is

  private List<Violation> judge(Query query, Reply reply, @Nullable Copy required, Moment moment) {
    List<Visit> own = moment.visitsFor(query);
    if (!query.safe()) {
      return unsafe(query, reply, own, moment);
    }
    boolean cachedOnly = Control.ofRequest(query.head()).has("only-if-cached");
    List<Violation> found = new ArrayList<>();
    if (required != null && !own.isEmpty()) {
      found.add(
          new Violation(
              "docs/caching.md", "the origin was asked, though " + required + " is fresh"));
    }
    if (cachedOnly && own.stream().anyMatch(visit -> !staleNow(reply, visit))) {
      found.add(new Violation("RFC 9111 section 5.2.1.7", "only-if-cached reached the origin"));
    }
    if (!found.isEmpty()) {
      return found;
    }
    if (reply.serial() < 0 && (reply.status() == 0 || reply.status() >= 502)) {
      return ofItsOwn(query, reply, required, cachedOnly, moment);
    }
    return explained(query, reply, required, moment);
  }

  /** Whether the visit went on behind the back of a client that had got something stale. */
  private static boolean staleNow(Reply reply, Visit visit) {
    boolean silent = reply.status() == 304 || reply.status() == 416;
    return reply.serial() < 0 ? silent : reply.serial() != visit.serial();
  }

  private List<Violation> unsafe(Query query, Reply reply, List<Visit> own, Moment moment) {
    count(Kind.UNSAFE);
    for (Visit visit : own) {
      if (relayed(visit, query, reply).isEmpty()) {
        return List.of();
      }
    }
    boolean failed = moment.failure().excuses() && (reply.status() == 0 || reply.status() >= 502);
    return failed
        ? List.of()
        : List.of(new Violation("RFC 9111 section 4", "not the origin's answer: " + reply));
  }

  private List<Violation> ofItsOwn(
      Query query, Reply reply, @Nullable Copy required, boolean cachedOnly, Moment moment) {
    if (required != null) {
      return List.of(
          new Violation("docs/caching.md", "an error, though " + required + " is stored"));
    }
    if (cachedOnly && reply.status() == 504) {
      count(Kind.ONLY_IF_CACHED_REFUSED);
      return List.of();
    }
    if (moment.failure().excuses()) {
      count(Kind.FAILED);
      if (copies.getOrDefault(query.path(), List.of()).stream()
          .anyMatch(copy -> reuse.surelyStored(copy) && copy.status() == 200)) {
        count(Kind.ERROR_INSTEAD_OF_STALE);
      }
      return List.of();
    }
    return List.of(
        new Violation("RFC 9110 section 15.6", "an error, though nothing failed: " + reply));
  }

  private List<Violation> explained(
      Query query, Reply reply, @Nullable Copy required, Moment moment) {
    List<Violation> fewest = null;
    List<Copy> there = new ArrayList<>(copies.getOrDefault(query.path(), List.of()));
    there.sort(Comparator.comparingInt((Copy copy) -> copy.last().serial()).reversed());
    if (required != null) {
      // Whether the answer to a HEAD has updated it in between is left open.
      there.removeIf(copy -> !sameOrigin(copy, required));
    }
    for (Copy copy : there) {
      if (reply.serial() >= 0 && reply.serial() != copy.last().serial()) {
        continue;
      }
      Faithful.Use use = use(copy, query, moment);
      List<Violation> found = new ArrayList<>(faithful.check(copy, query, reply, use, moment));
      found.addAll(mayUse(copy, query, use, moment));
      if (found.isEmpty()) {
        count(copy, query, reply, use, required, moment);
        return List.of();
      }
      if (fewest == null || found.size() < fewest.size()) {
        fewest = found;
      }
    }
    for (Visit visit : moment.visitsFor(query)) {
      List<Violation> found = relayed(visit, query, reply);
      if (found.isEmpty()) {
        count(Kind.FORWARDED);
        return List.of();
      }
      if (fewest == null || found.size() < fewest.size()) {
        fewest = found;
      }
    }
    return fewest == null
        ? List.of(new Violation("RFC 9111 section 4", "nothing explains " + reply))
        : fewest;
  }

  private static boolean sameOrigin(Copy copy, Copy required) {
    return copy.base().serial() == required.base().serial()
        && copy.last().serial() == required.last().serial();
  }

  private Faithful.Use use(Copy copy, Query query, Moment moment) {
    boolean now = copy.last().step() == moment.step();
    if (!now || !query.id().equals(copy.last().queryId())) {
      return Faithful.Use.STORED;
    }
    return copy.updated() && copy.base().step() != moment.step()
        ? Faithful.Use.VALIDATED
        : Faithful.Use.FETCHED;
  }

  private List<Violation> mayUse(Copy copy, Query query, Faithful.Use use, Moment moment) {
    return switch (use) {
      case FETCHED -> List.of();
      case VALIDATED -> reuse.validated(copy, query);
      case STORED -> {
        List<Violation> found =
            new ArrayList<>(reuse.unasked(copy, query, moment, invalidated(copy)));
        if (copy.last().step() == moment.step()) {
          // RFC 9111 section 4: what is on its way may satisfy those who wait for it.
          found.removeIf(violation -> FOR_THE_WAITING.contains(violation.rule()));
        }
        if (moment.concurrent()) {
          // What a request waits for may be what the next tier has; its directives "are advisory"
          // (RFC 9111 section 5.2.1).
          found.removeIf(violation -> violation.rule().startsWith("RFC 9111 section 5.2.1."));
        }
        yield found;
      }
    };
  }

  /** Whether the reply is the origin's answer just as it was. */
  private static List<Violation> relayed(Visit visit, Query query, Reply reply) {
    List<Violation> found = new ArrayList<>();
    boolean toHead = query.method().equals("HEAD");
    boolean same =
        visit.method().equals(query.method())
            && visit.status() == reply.status()
            && (reply.complete() ? visit.complete() : !visit.complete())
            && (toHead
                || visit.status() == 304
                || (reply.complete()
                    ? java.util.Arrays.equals(visit.body(), reply.body())
                    : visit.body().length >= reply.body().length));
    if (!same) {
      found.add(new Violation("RFC 9111 section 4", "neither stored nor the origin's: " + reply));
      return found;
    }
    if (visit.status() == 304 && !sameConditions(visit.request(), query.head())) {
      found.add(new Violation("RFC 9111 section 4.3.3", "304 to a condition that is not its own"));
    }
    for (String name : visit.head().names()) {
      String sent = visit.head().all(name);
      String got = reply.head().all(name);
      if (!name.equals("cdn-cache-control") && (sent == null || !sent.equals(got))) {
        found.add(new Violation("RFC 9110 section 7.7", name + " is " + got + ", was " + sent));
      }
    }
    return found;
  }

  private static boolean sameConditions(Head upstream, Head client) {
    return java.util.Objects.equals(upstream.all("If-None-Match"), client.all("If-None-Match"))
        && java.util.Objects.equals(
            upstream.all("If-Modified-Since"), client.all("If-Modified-Since"));
  }

  // What was reached

  private void count(Kind kind) {
    kinds.merge(kind, 1, Integer::sum);
  }

  private void count(
      Copy copy,
      Query query,
      Reply reply,
      Faithful.Use use,
      @Nullable Copy required,
      Moment moment) {
    boolean asked = use != Faithful.Use.STORED;
    switch (reply.status()) {
      case 206 -> count(reply.head().has("Content-Range") ? Kind.RANGE : Kind.RANGES);
      case 304 -> count(asked ? Kind.NOT_MODIFIED_FORWARDED : Kind.NOT_MODIFIED);
      case 416 -> count(Kind.RANGE_UNSATISFIABLE);
      default -> {
        if (query.head().has("Range") && query.head().has("If-Range")) {
          count(Kind.IF_RANGE_WHOLE);
        }
      }
    }
    if (!reply.complete()) {
      count(Kind.BROKEN);
    }
    switch (use) {
      case VALIDATED -> count(Kind.VALIDATED);
      case FETCHED -> {
        count(Kind.FORWARDED);
        countWhy(copy, query, moment);
      }
      case STORED -> countStored(copy, query, required, moment);
    }
  }

  private void countStored(Copy copy, Query query, @Nullable Copy required, Moment moment) {
    if (copy.last().step() == moment.step()) {
      count(Kind.COLLAPSED);
      return;
    }
    if (required != null) {
      count(Kind.HIT_REQUIRED);
    }
    if (!freshness.fresh(copy, moment.nowMillis())) {
      boolean refreshed = !moment.failed();
      boolean maxStale = tiers.honoursClients() && Control.ofRequest(query.head()).has("max-stale");
      count(
          maxStale
              ? Kind.STALE_BY_MAX_STALE
              : refreshed ? Kind.STALE_WHILE_REVALIDATE : Kind.STALE_IF_ERROR);
      return;
    }
    count(Kind.HIT);
    if (!Negotiation.varyNames(copy.head()).isEmpty()) {
      count(Kind.HIT_OF_VARIANT);
    }
    if (freshness.stated(copy) == null) {
      count(Kind.HIT_BY_HEURISTIC);
    }
    if (copy.control().targeted()) {
      count(Kind.HIT_BY_CDN_CACHE_CONTROL);
    }
    if (copy.status() >= 300) {
      count(Kind.HIT_OF_OTHER_STATUS);
    }
    if (copy.base().method().equals("POST")) {
      count(Kind.HIT_OF_POST);
    }
    if (query.method().equals("HEAD")) {
      count(Kind.HIT_TO_HEAD);
    }
    if (Control.ofRequest(query.head()).has("only-if-cached")) {
      count(Kind.ONLY_IF_CACHED_HIT);
    }
    if (!copy.control().fields("no-cache").isEmpty()
        || !copy.control().fields("private").isEmpty()) {
      count(Kind.FIELD_WITHHELD);
    }
  }

  /** Why an earlier copy that is not over was not used. */
  private void countWhy(Copy fetched, Query query, Moment moment) {
    for (Copy copy : copies.getOrDefault(query.path(), List.of())) {
      if (copy.last().serial() >= fetched.base().serial()
          || !freshness.fresh(copy, moment.nowMillis())
          || copy.status() != 200) {
        continue;
      }
      Violation forbids = reuse.storable(copy);
      Control control = copy.control();
      if (forbids != null) {
        switch (forbids.rule()) {
          case "RFC 9111 section 5.2.2.5" -> count(Kind.NO_STORE);
          case "RFC 9111 section 5.2.2.7" -> count(Kind.PRIVATE);
          case "RFC 9111 section 3.5" -> count(Kind.AUTHORIZATION);
          case "docs/caching.md, Set-Cookie" -> count(Kind.SET_COOKIE);
          default -> {}
        }
      } else if (control.whole("no-cache")) {
        count(Kind.NO_CACHE);
      } else if (invalidated(copy)) {
        count(Kind.INVALIDATED);
      } else if (!copy.isFor(query.head())) {
        count(Kind.VARIANT_FETCHED);
      } else if (tiers.honoursClients() && query.head().has("Cache-Control")) {
        count(Kind.CLIENT_DIRECTIVE);
      }
    }
  }
}
