package io.nearcast.edge.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a shared cache may answer a request with what it holds (RFC 9111 sections 3 and 4). */
final class Reuse {
  private final Tiers tiers;
  private final Freshness freshness;

  Reuse(Tiers tiers) {
    this.tiers = tiers;
    this.freshness = new Freshness(tiers);
  }

  /** Section 3: null where the response may be stored, else what forbids it. */
  @Nullable Violation storable(Copy copy) {
    Control control = copy.control();
    Head request = copy.base().request();
    if (!copy.base().method().equals("GET") && !reusablePost(copy)) {
      return new Violation("RFC 9111 section 3", "the response is to " + copy.base().method());
    }
    boolean understood = copy.status() < 600 && copy.status() != 299 && copy.status() != 599;
    if (control.has("must-understand") && !understood) {
      return new Violation("RFC 9111 section 5.2.2.3", "must-understand with an unknown status");
    }
    if (control.has("no-store") && !(control.has("must-understand") && understood)) {
      return new Violation("RFC 9111 section 5.2.2.5", "no-store was stored");
    }
    if (control.whole("private")) {
      return new Violation("RFC 9111 section 5.2.2.7", "private was stored");
    }
    boolean lasting = freshness.stated(copy) != null || control.has("public");
    // A 304 to a request without it confirms the response for everybody.
    boolean authorized = request.has("Authorization") && copy.last().request().has("Authorization");
    if (authorized
        && !control.has("public")
        && !control.has("must-revalidate")
        && !control.has("s-maxage")) {
      return new Violation("RFC 9111 section 3.5", "the response to Authorization was stored");
    }
    if (copy.base().head().has("Set-Cookie") && !lasting) {
      return new Violation("docs/caching.md, Set-Cookie", "a cookie was stored");
    }
    if (!lasting && !Freshness.HEURISTIC.contains(copy.status())) {
      return new Violation("RFC 9111 section 3", "neither a lifetime nor a status that is stored");
    }
    if (tiers.honoursClients() && Control.ofRequest(request).has("no-store")) {
      return new Violation("RFC 9111 section 5.2.1.5", "the client said no-store");
    }
    return null;
  }

  /** RFC 9110 section 9.3.3. */
  private boolean reusablePost(Copy copy) {
    return copy.base().method().equals("POST")
        && freshness.stated(copy) != null
        && copy.base().path().equals(copy.head().first("Content-Location"));
  }

  /** Whether it must have been stored by what docs/caching.md promises. */
  boolean surelyStored(Copy copy) {
    Control control = copy.control();
    Visit base = copy.base();
    Head asked = base.request();
    return base.method().equals("GET")
        && base.complete()
        && base.status() != 206
        && base.status() != 416
        && storable(copy) == null
        && !control.has("no-store")
        && !control.has("private")
        && !control.has("no-cache")
        && !control.has("must-understand")
        && !Negotiation.varyNames(copy.head()).contains("*")
        && !(tiers.honoursClients() && Control.ofRequest(copy.last().request()).has("no-store"))
        && !copy.last().request().has("Authorization")
        && !asked.has("Range")
        && !asked.has("If-Match")
        && !asked.has("If-Unmodified-Since");
  }

  /** What of section 4 forbids to answer from the store, without having asked the origin. */
  List<Violation> unasked(Copy copy, Query query, Moment moment, boolean invalidated) {
    List<Violation> found = new ArrayList<>(stored(copy, copy, query));
    Control control = copy.control();
    Violation updatedTo = storable(copy);
    if (copy.updated() && updatedTo != null) {
      found.add(updatedTo);
    }
    if (invalidated) {
      found.add(new Violation("RFC 9111 section 4.4", "stored before an unsafe request succeeded"));
    }
    if (control.whole("no-cache")) {
      found.add(new Violation("RFC 9111 section 5.2.2.4", "no-cache without validation"));
    }
    if (!freshness.fresh(copy, moment.nowMillis()) && !mayBeStale(copy, query, moment)) {
      found.add(
          new Violation(
              "RFC 9111 section 4.2.4",
              "stale: lifetime "
                  + freshness.lifetimeMillis(copy)
                  + " ms, age "
                  + freshness.age(copy, moment.nowMillis())
                  + " s"));
    }
    if (tiers.honoursClients()) {
      found.addAll(clientWants(copy, query, moment));
    }
    return found;
  }

  /** What forbids to use it even after validation, for which it was chosen as it was before. */
  List<Violation> validated(Copy copy, Query query) {
    return stored(copy, copy.before() == null ? copy : copy.before(), query);
  }

  private List<Violation> stored(Copy copy, Copy selecting, Query query) {
    List<Violation> found = new ArrayList<>();
    Violation stored = storable(Copy.of(copy.base()));
    if (stored != null) {
      found.add(stored);
    }
    if (!copy.partial()) {
      found.add(new Violation("docs/caching.md", "what broke off was stored"));
    }
    if (!selecting.isFor(query.head())) {
      found.add(
          new Violation(
              "RFC 9111 section 4.1",
              "stored for " + copy.base().request().lines() + ", which differs in Vary"));
    }
    return found;
  }

  boolean mayBeStale(Copy copy, Query query, Moment moment) {
    Control control = copy.control();
    long past = freshness.age(copy, moment.nowMillis()) - freshness.lifetimeMillis(copy) / 1_000;
    if (control.has("must-revalidate")
        || control.has("proxy-revalidate")
        || control.whole("no-cache")) {
      return false;
    }
    if (past <= orNever(control.seconds("stale-while-revalidate"))) {
      return true;
    }
    if (moment.failed() && past <= orNever(control.seconds("stale-if-error"))) {
      return true;
    }
    Control wants = Control.ofRequest(query.head());
    if (tiers.honoursClients() && wants.has("max-stale") && !control.has("s-maxage")) {
      Long most =
          wants.whole("max-stale") ? Long.valueOf(Long.MAX_VALUE) : wants.seconds("max-stale");
      return most != null && past <= most;
    }
    return false;
  }

  private static long orNever(@Nullable Long seconds) {
    return seconds == null ? -1 : seconds;
  }

  /** Section 5.2.1, where the service honours it. */
  private List<Violation> clientWants(Copy copy, Query query, Moment moment) {
    Control wants = Control.ofRequest(query.head());
    long age = freshness.age(copy, moment.nowMillis());
    List<Violation> found = new ArrayList<>();
    if (wants.has("no-cache") && !moment.failed()) {
      found.add(new Violation("RFC 9111 section 5.2.1.4", "the client said no-cache"));
    }
    Long most = wants.seconds("max-age");
    // RFC 8246 section 2.1: a mere reload need not reach past what does not change.
    boolean reload = copy.control().has("immutable") && freshness.fresh(copy, moment.nowMillis());
    if (most != null && age > most && !reload && !wants.has("max-stale") && !moment.failed()) {
      found.add(new Violation("RFC 9111 section 5.2.1.1", "older than the client's max-age"));
    }
    Long left = wants.seconds("min-fresh");
    if (left != null && freshness.lifetimeMillis(copy) / 1_000 - age < left && !moment.failed()) {
      found.add(new Violation("RFC 9111 section 5.2.1.3", "less than the client's min-fresh"));
    }
    return found;
  }
}
