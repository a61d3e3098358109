package io.nearcast.edge.rules;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.rules.CacheControl.Directive;
import org.jspecify.annotations.Nullable;

/** Decides whether a response may be stored (RFC 9111 section 3), and is worth it. */
public final class Storability {
  private Storability() {}

  /**
   * Whether a complete response may be stored.
   *
   * @param request the client's request, with all its fields
   * @param freshness of the response, by the same policy
   * @param policy what holds where the response does not say
   */
  public static Storable decide(
      RequestHead request, ResponseHead response, Freshness freshness, CachePolicy policy) {
    // A part is stored by other rules (section 3.3).
    if (response.status() == 206) {
      return no(Reason.PARTIAL);
    }
    return decideAny(request, response, freshness, policy);
  }

  /** Whether a 206 may be stored, as far as that does not depend on its ranges (section 3.3). */
  public static Storable decidePartial(
      RequestHead request, ResponseHead response, Freshness freshness, CachePolicy policy) {
    // Only of a GET, and only what Content-Range describes in a unit that is known here.
    if (response.status() != 206 || ContentRange.of(response.fields()) == null) {
      return no(Reason.PARTIAL);
    }
    return decideAny(request, response, freshness, policy);
  }

  private static Storable decideAny(
      RequestHead request, ResponseHead response, Freshness freshness, CachePolicy policy) {
    ResponseControl control = ResponseControl.of(response.fields());
    Reason reason = byMethodAndStatus(request, response, control, freshness);
    if (reason == null) {
      reason = byDirectives(request, response, control, policy);
    }
    if (reason == null) {
      reason = byLifetime(response, control, freshness);
    }
    if (reason == null) {
      reason = byUse(request, response, control);
    }
    return reason == null ? Storable.Store.YES : no(reason);
  }

  /** What the method and the status say against storing it. */
  private static @Nullable Reason byMethodAndStatus(
      RequestHead request, ResponseHead response, ResponseControl control, Freshness freshness) {
    RequestTraits.Method method = RequestTraits.Method.of(request.method());
    // "the request method is understood by the cache": GET, and POST where its response may answer
    // a later GET (RFC 9110 section 9.3.3). HEAD has nothing to store.
    if (method == RequestTraits.Method.POST && !answersLaterGet(request, response, freshness)) {
      return Reason.POST_NOT_REUSABLE;
    }
    if (method != RequestTraits.Method.GET && method != RequestTraits.Method.POST) {
      return Reason.METHOD;
    }
    // "the response status code is final"; interim ones are passed on as they come.
    if (response.status() < 200) {
      return Reason.STATUS;
    }
    // What answers a condition, a range or a connection says nothing to the next request.
    if (Statuses.forOneRequest(response.status())) {
      return Reason.STATUS;
    }
    // "if the must-understand cache directive is present: the cache understands the status code".
    if (control.has(Directive.MUST_UNDERSTAND) && !Statuses.understood(response.status())) {
      return Reason.NOT_UNDERSTOOD;
    }
    return null;
  }

  /** What the directives say against storing it. */
  private static @Nullable Reason byDirectives(
      RequestHead request, ResponseHead response, ResponseControl control, CachePolicy policy) {
    // "the no-store cache directive is not present in the response"; must-understand with a status
    // that is understood sets it aside (section 5.2.2.3).
    if (control.has(Directive.NO_STORE) && !control.has(Directive.MUST_UNDERSTAND)) {
      return Reason.NO_STORE;
    }
    // "a cache MUST NOT store any part of either this request or any response to it" (section
    // 5.2.1.5), of clients that the service listens to.
    if (policy.honourClientDirectives() && requestSays(request, Directive.NO_STORE)) {
      return Reason.REQUEST_NO_STORE;
    }
    // "if the cache is shared: the private response directive is either not present or allows a
    // shared cache to store a modified response".
    if (control.has(Directive.PRIVATE)) {
      return Reason.PRIVATE;
    }
    // "if the cache is shared: the Authorization header field is not present in the request or a
    // response directive is present that explicitly allows shared caching".
    if (request.fields().has("Authorization") && !allowsSharing(control)) {
      return Reason.AUTHORIZATION;
    }
    // "a Vary header field value containing a member * always fails to match" (section 4.1).
    if (VaryRule.star(response)) {
      return Reason.VARY_STAR;
    }
    return VaryRule.tooMany(response) ? Reason.TOO_COMPLEX : null;
  }

  /** What its lifetime, or the lack of one, says against storing it. */
  private static @Nullable Reason byLifetime(
      ResponseHead response, ResponseControl control, Freshness freshness) {
    // "the response contains at least one of the following": public, Expires, max-age, s-maxage, or
    // a status code that is heuristically cacheable; or the operator's word for it.
    boolean stated = control.has(Directive.PUBLIC) || freshness.source().explicit();
    boolean allowed = stated || freshness.source().byService();
    if (!allowed && !Statuses.heuristicallyCacheable(response.status())) {
      return Reason.STATUS;
    }
    // A cookie is for one client, unless the origin says that the response may be cached.
    if (response.fields().has("Set-Cookie") && !stated) {
      return Reason.SET_COOKIE;
    }
    // "some caches will not store a response that has neither a cache validator nor an explicit
    // expiration time, as such responses are not usually useful to store".
    return useful(response, freshness) ? null : Reason.NO_FRESHNESS;
  }

  /** What would come of using it. */
  private static @Nullable Reason byUse(
      RequestHead request, ResponseHead response, ResponseControl control) {
    // A page at the path of a static file may be another user's, whom somebody has sent there; only
    // who speaks to shared caches themselves is taken at his word.
    boolean forSharedCaches =
        control.targeted() || control.has(Directive.PUBLIC) || control.has(Directive.S_MAXAGE);
    if (!forSharedCaches && Deception.suspected(request, response)) {
      return Reason.CONTENT_TYPE;
    }
    // What cannot be found by all of its tags would outlive a purge.
    return Tags.of(response.fields()).truncated() ? Reason.TOO_MANY_TAGS : null;
  }

  /** Whether a stored response could ever answer a request or save sending its body again. */
  private static boolean useful(ResponseHead response, Freshness freshness) {
    boolean validatable = Validation.validatable(response);
    boolean servedStale =
        freshness.staleWhileRevalidateMillis() > 0 || freshness.staleIfErrorMillis() > 0;
    boolean servedUnvalidated = freshness.cameFresh() || servedStale;
    return validatable || (servedUnvalidated && !freshness.alwaysValidate());
  }

  private static boolean requestSays(RequestHead request, Directive directive) {
    return CacheControl.parse(request.fields(), "Cache-Control").has(directive);
  }

  /** must-revalidate, public or s-maxage (section 3.5). */
  private static boolean allowsSharing(ResponseControl control) {
    return control.has(Directive.MUST_REVALIDATE)
        || control.has(Directive.PUBLIC)
        || control.has(Directive.S_MAXAGE);
  }

  /** A success with explicit freshness whose Content-Location is the request's own URI. */
  private static boolean answersLaterGet(
      RequestHead request, ResponseHead response, Freshness freshness) {
    String location = response.fields().first("Content-Location");
    boolean success = response.status() >= 200 && response.status() < 300;
    return success
        && location != null
        && freshness.source().explicit()
        && References.sameUri(request, location);
  }

  private static Storable no(Reason reason) {
    return new Storable.DoNotStore(reason);
  }
}
