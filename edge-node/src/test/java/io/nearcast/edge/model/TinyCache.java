package io.nearcast.edge.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A cache in a few lines, one request at a time, that is right except for one fault. It shows that
 * the model can refuse. For one thread.
 */
final class TinyCache implements Subject, Subject.Maker {
  private static final Set<String> CONDITIONS =
      Set.of("If-None-Match", "If-Modified-Since", "If-Range", "Range");

  private final Fault fault;
  private final Map<String, List<Copy>> stored = new HashMap<>();
  private Site site = new Site(new Clock(0, millis -> {}));
  private Tiers tiers = new Tiers(false, 0, 0, false);
  private Reuse reuse = new Reuse(tiers);
  private Freshness freshness = new Freshness(tiers);

  TinyCache(Fault fault) {
    this.fault = fault;
  }

  @Override
  public Subject before(Site newSite, Tiers newTiers) {
    site = newSite;
    tiers = newTiers;
    reuse = new Reuse(tiers);
    freshness = new Freshness(tiers);
    stored.clear();
    return this;
  }

  @Override
  public long startMillis() {
    return 1_700_000_000_000L;
  }

  @Override
  public String prefix() {
    return "/h";
  }

  @Override
  public void time(long trueMillis, Tiers at) {
    // It reads the site's clock.
  }

  @Override
  public List<Reply> ask(List<Query> queries) {
    return queries.stream().map(this::answer).toList();
  }

  private Reply answer(Query query) {
    if (!query.safe()) {
      return unsafe(query);
    }
    boolean onlyStored =
        wants(query).has("only-if-cached") && fault != Fault.IGNORES_ONLY_IF_CACHED;
    if (query.head().has("If-Match")) {
      return onlyStored ? own(504) : relayed(send(query, query.head()), query);
    }
    if (fault == Fault.MAKES_UP_ERRORS && query.id().endsWith("7")) {
      return own(502);
    }
    Copy found = find(query);
    Moment now = moment(Failure.NONE);
    if (found != null && usable(found, query, now)) {
      return shown(found, query, true);
    }
    if (onlyStored) {
      return own(504);
    }
    return query.method().equals("HEAD")
        ? relayed(send(query, query.head()), query)
        : fetch(query, found);
  }

  private Control wants(Query query) {
    return Control.ofRequest(query.head());
  }

  private Moment moment(Failure failure) {
    long now = site.clock().now();
    return new Moment(0, now, now, failure, List.of(), List.of(), List.of());
  }

  // The store

  private @Nullable Copy find(Query query) {
    Copy newest = null;
    for (Copy copy : stored.getOrDefault(query.path(), List.of())) {
      if (fault == Fault.IGNORES_VARY || copy.isFor(query.head())) {
        newest = copy;
      }
    }
    return newest;
  }

  private boolean usable(Copy copy, Query query, Moment now) {
    boolean fresh = freshness.fresh(copy, now.nowMillis());
    Control control = copy.control();
    boolean wrongOnPurpose =
        switch (fault) {
          case NEVER_EXPIRES -> plain(copy);
          case IGNORES_NO_CACHE -> fresh;
          case IGNORES_VARY,
              IGNORES_NO_STORE,
              IGNORES_PRIVATE,
              IGNORES_AUTHORIZATION,
              STORES_COOKIES,
              DISOBEYS_CLIENTS,
              HIDES_BREAKS ->
              fresh && plain(copy);
          case IGNORES_DATE -> freshBy(freshness.lifetimeMillis(copy), sinceStored(copy), copy);
          case IGNORES_S_MAXAGE -> freshBy(millis(control, "max-age"), age(copy), copy);
          case STALE_TOO_LONG ->
              freshBy(2 * millis(control, "stale-while-revalidate"), age(copy), copy);
          case IGNORES_CDN_CACHE_CONTROL ->
              control.targeted()
                  && freshness.fresh(without(copy, "CDN-Cache-Control"), now.nowMillis());
          default -> false;
        };
    boolean obeys = fault == Fault.OBEYS_CLIENTS && wants(query).has("no-cache");
    boolean right = reuse.unasked(copy, query, now, false).isEmpty();
    return wrongOnPurpose || (right && fresh && !obeys);
  }

  private static boolean plain(Copy copy) {
    return !copy.control().has("no-cache");
  }

  private static boolean freshBy(long lifetimeMillis, long ageMillis, Copy copy) {
    return lifetimeMillis > ageMillis && plain(copy);
  }

  private static long millis(Control control, String directive) {
    Long seconds = control.seconds(directive);
    return seconds == null ? -1 : 1_000 * seconds;
  }

  private long age(Copy copy) {
    return 1_000 * freshness.age(copy, site.clock().now());
  }

  private long sinceStored(Copy copy) {
    return site.clock().now() - copy.last().answeredMillis();
  }

  private static Copy without(Copy copy, String field) {
    return new Copy(copy.base(), copy.last(), copy.head().without(field), copy.before());
  }

  private boolean mayStore(Copy copy) {
    Violation forbids = reuse.storable(copy);
    boolean wrongOnPurpose =
        forbids != null
            && switch (fault) {
              case IGNORES_NO_STORE -> forbids.rule().endsWith("5.2.2.5");
              case IGNORES_PRIVATE -> forbids.rule().endsWith("5.2.2.7");
              case IGNORES_AUTHORIZATION -> forbids.rule().endsWith("3.5");
              case STORES_COOKIES -> forbids.rule().contains("Set-Cookie");
              default -> false;
            };
    boolean whole = copy.base().complete() || fault == Fault.HIDES_BREAKS;
    return fault != Fault.STORES_NOTHING
        && whole
        && copy.base().status() != 206
        && (forbids == null || wrongOnPurpose);
  }

  // The origin

  private @Nullable Visit send(Query query, Head head) {
    return site.failure() == Failure.REFUSED
        ? null
        : site.visit(query.method(), query.path(), head.plus(Site.ID, query.id()), false);
  }

  private Reply unsafe(Query query) {
    Visit visit = send(query, query.head());
    if (visit != null && visit.status() < 400 && fault != Fault.IGNORES_INVALIDATION) {
      stored.remove(query.path());
      for (String name : List.of("Location", "Content-Location")) {
        String other = visit.head().first(name);
        if (other != null) {
          stored.remove(other);
        }
      }
    }
    return relayed(visit, query);
  }

  private Reply fetch(Query query, @Nullable Copy found) {
    Head head = query.head();
    for (String name : CONDITIONS) {
      head = head.without(name);
    }
    boolean mine = found != null && found.isFor(query.head());
    String tag = mine && found != null ? found.head().first("ETag") : null;
    if (tag != null) {
      head = head.plus("If-None-Match", tag);
    }
    Visit visit = send(query, head);
    boolean error = visit == null || List.of(500, 502, 503, 504).contains(visit.status());
    if (error && found != null && mayServeStale(found, query)) {
      return shown(found, query, true);
    }
    if (visit == null) {
      return own(502);
    }
    List<Copy> copies = stored.computeIfAbsent(query.path(), path -> new ArrayList<>());
    if (visit.status() == 304) {
      if (found == null || tag == null) {
        return own(502);
      }
      Copy updated = found.updated(visit);
      copies.remove(found);
      copies.add(updated);
      return shown(fault == Fault.FORGETS_UPDATES ? found : updated, query, false);
    }
    Copy fetched = Copy.of(visit);
    if (mayStore(fetched)) {
      copies.removeIf(copy -> copy.isFor(query.head()) && fault != Fault.MIXES_RANGES);
      copies.add(fetched);
    }
    return shown(fetched, query, false);
  }

  private boolean mayServeStale(Copy copy, Query query) {
    return fault == Fault.IGNORES_MUST_REVALIDATE
        ? copy.control().has("must-revalidate")
        : reuse.unasked(copy, query, moment(Failure.E503), false).isEmpty();
  }

  // Answers

  private static Reply own(int status) {
    return new Reply(status, Head.EMPTY, new byte[0], true);
  }

  private static Reply relayed(@Nullable Visit visit, Query query) {
    if (visit == null) {
      return own(502);
    }
    return new Reply(
        visit.status(),
        visit.head(),
        query.method().equals("HEAD") ? new byte[0] : visit.body(),
        visit.complete());
  }

  private Reply shown(Copy copy, Query query, boolean fromStore) {
    byte[] whole = copy.base().body();
    if (fault == Fault.MIXES_BODIES && copy.base().status() == 200 && fromStore) {
      whole = other(query, copy).base().body();
    }
    Head head = head(copy, fromStore);
    int status = fault == Fault.FORGETS_STATUS ? 200 : copy.base().status();
    boolean two = copy.status() / 100 == 2;
    boolean same =
        fault == Fault.ALWAYS_304
            ? query.head().has("If-None-Match")
            : fault != Fault.NEVER_304 && Conditional.notModified(query.head(), copy.head());
    if (two && same) {
      return new Reply(304, head, new byte[0], true);
    }
    boolean complete = copy.base().complete() || fault == Fault.HIDES_BREAKS;
    if (status == 200 && complete && query.method().equals("GET")) {
      Ranges ranges = Ranges.of(query.head(), whole.length);
      boolean holds =
          fault == Fault.IGNORES_IF_RANGE || Conditional.ifRange(query.head(), copy.head());
      if (ranges.kind() == Ranges.Kind.SINGLE && holds) {
        return part(copy, query, head, ranges.parts().getFirst(), whole);
      }
    }
    boolean bodiless = query.method().equals("HEAD") && fault != Fault.BODY_TO_HEAD;
    return new Reply(status, head, bodiless ? new byte[0] : whole, complete);
  }

  private Reply part(Copy copy, Query query, Head head, Ranges.Part part, byte[] whole) {
    byte[] from = fault == Fault.MIXES_RANGES ? other(query, copy).base().body() : whole;
    int end = part.last() + (fault == Fault.SHORT_RANGES ? 0 : 1);
    Head ranged =
        head.plus(
            "Content-Range", "bytes " + part.first() + '-' + part.last() + '/' + whole.length);
    return new Reply(206, ranged, Arrays.copyOfRange(from, part.first(), end), true);
  }

  /** The first that was stored for the path. */
  private Copy other(Query query, Copy copy) {
    List<Copy> all = stored.getOrDefault(query.path(), List.of());
    return all.isEmpty() ? copy : all.getFirst();
  }

  private Head head(Copy copy, boolean fromStore) {
    Head head = copy.head();
    List<String> withheld = new ArrayList<>(copy.control().fields("no-cache"));
    withheld.addAll(copy.control().fields("private"));
    for (String name : withheld) {
      head = fault == Fault.KEEPS_FIELDS ? head : head.without(name);
    }
    if (!fromStore || fault == Fault.NO_AGE) {
      return head.without("Age");
    }
    long age =
        fault == Fault.UNDERSTATES_AGE
            ? sinceStored(copy) / 2_000
            : freshness.age(copy, site.clock().now());
    return head.without("Age").plus("Age", "" + age);
  }
}
