package io.nearcast.edge.rules;

/**
 * What the rules need to know of a stored response; made once, when it is stored.
 *
 * @param head status and fields as stored
 * @param variant the request fields that it was selected by
 * @param freshness its age and lifetime
 * @param validatable whether it has a validator that the upstream can be asked with
 */
public record StoredView(
    ResponseHead head, Variant variant, Freshness freshness, boolean validatable) {

  /** A view of a response that is about to be stored. */
  public static StoredView of(ResponseHead head, Variant variant, Freshness freshness) {
    boolean validatable = head.fields().has("ETag") || head.fields().has("Last-Modified");
    return new StoredView(head, variant, freshness, validatable);
  }
}
