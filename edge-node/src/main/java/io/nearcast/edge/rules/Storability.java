package io.nearcast.edge.rules;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.rules.CacheControl.Directive;

/** Decides whether a response may be stored (RFC 9111 section 3). */
public final class Storability {
  private Storability() {}

  /**
   * Whether a response may be stored, and is worth it.
   *
   * @param policy what holds where the response does not say
   */
  public static Storable decide(RequestHead request, ResponseHead response, CachePolicy policy) {
    CacheControl control = ResponseControl.of(response.fields());
    Fields fields = response.fields();
    // GET's responses, and POST's under conditions (RFC 9110 section 9.3); HEAD has no body to
    // store.
    switch (RequestTraits.Method.of(request.method())) {
      case GET -> {
        // The conditions below are all that there are for it.
      }
      case POST -> {
        if (!postReusable(request, response, control)) {
          return no(Reason.POST_NOT_REUSABLE);
        }
      }
      default -> {
        return no(Reason.METHOD_NOT_STORED);
      }
    }
    // The status code is final (section 3).
    if (response.status() < 200) {
      return no(Reason.INTERIM);
    }
    // A part of a response needs the ranges of section 3.3; a 304 updates, it is not stored itself.
    if (response.status() == 206) {
      return no(Reason.PARTIAL);
    }
    if (response.status() == 304) {
      return no(Reason.STATUS);
    }
    // must-understand: the status must be known; then no-store does not count (5.2.2.3).
    if (control.has(Directive.MUST_UNDERSTAND)) {
      if (!Statuses.understood(response.status())) {
        return no(Reason.NOT_UNDERSTOOD);
      }
    } else if (control.has(Directive.NO_STORE)) {
      // no-store in the response (5.2.2.5).
      return no(Reason.NO_STORE);
    }
    // private without fields, for the cache is shared (5.2.2.7).
    if (control.has(Directive.PRIVATE)) {
      return no(Reason.PRIVATE);
    }
    // Authorization, unless the response allows sharing (3.5).
    if (request.fields().has("Authorization") && !allowsSharing(control)) {
      return no(Reason.AUTHORIZATION);
    }
    // Vary: * matches no later request (4.1).
    if (VaryRule.star(response)) {
      return no(Reason.VARY_STAR);
    }
    boolean explicit = explicitFreshness(control, fields);
    // A cookie is for one client, unless the origin says in so many words that it may be cached.
    if (fields.has("Set-Cookie") && !explicit && !control.has(Directive.PUBLIC)) {
      return no(Reason.SET_COOKIE);
    }
    return worthStoring(response, control, explicit, policy);
  }

  /** The last item of section 3, and that what can neither be fresh nor validated serves nobody. */
  private static Storable worthStoring(
      ResponseHead response, CacheControl control, boolean explicit, CachePolicy policy) {
    boolean cacheable =
        explicit
            || control.has(Directive.PUBLIC)
            || Statuses.heuristicallyCacheable(response.status());
    if (!cacheable) {
      return no(Reason.STATUS);
    }
    boolean validator = response.fields().has("ETag") || response.fields().has("Last-Modified");
    if (!explicit && !validator && policy.defaultTtl() == null) {
      return no(Reason.NO_FRESHNESS);
    }
    return Storable.Store.YES;
  }

  /** must-revalidate, public or s-maxage (3.5). */
  private static boolean allowsSharing(CacheControl control) {
    return control.has(Directive.MUST_REVALIDATE)
        || control.has(Directive.PUBLIC)
        || control.has(Directive.S_MAXAGE);
  }

  private static boolean explicitFreshness(CacheControl control, Fields fields) {
    return control.has(Directive.S_MAXAGE)
        || control.has(Directive.MAX_AGE)
        || (!control.targeted() && fields.has("Expires"));
  }

  /** Explicit freshness and a Content-Location that is the request's own URI (RFC 9110 9.3.3). */
  private static boolean postReusable(
      RequestHead request, ResponseHead response, CacheControl control) {
    String location = response.fields().first("Content-Location");
    return location != null
        && explicitFreshness(control, response.fields())
        && References.sameUri(request, location);
  }

  private static Storable no(Reason reason) {
    return new Storable.DoNotStore(reason);
  }
}
