package io.nearcast.edge.rules;

import io.nearcast.config.model.CachePolicy;
import io.nearcast.edge.rules.CacheControl.Directive;

/**
 * What the rules need to know of a stored response; made once, when it is stored or updated.
 *
 * @param head status and fields as stored
 * @param variant the request fields that it was selected by
 * @param freshness its age and lifetime
 * @param validatable whether it has a validator that the upstream can be asked with
 * @param immutable whether it does not change while it is fresh (RFC 8246 section 2)
 */
public record StoredView(
    ResponseHead head,
    Variant variant,
    Freshness freshness,
    boolean validatable,
    boolean immutable) {

  /** A view of a response that is about to be stored. */
  public static StoredView of(ResponseHead head, Variant variant, Freshness freshness) {
    boolean immutable = ResponseControl.of(head.fields()).has(Directive.IMMUTABLE);
    return new StoredView(head, variant, freshness, Validation.validatable(head), immutable);
  }

  /** This view with the lifetime that another policy gives the response. */
  public StoredView under(CachePolicy policy) {
    return new StoredView(head, variant, freshness.under(head, policy), validatable, immutable);
  }
}
