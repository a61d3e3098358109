package io.nearcast.edge.rules;

import java.util.List;

/**
 * The request fields by which a stored response was selected (RFC 9111 section 4.1): the names that
 * its Vary nominates, in lower case, sorted, and the normalised values that the request had for
 * them.
 *
 * @param names the field names
 * @param values the value of each, {@code null} where the request had no such field
 */
public record Variant(List<String> names, List<@org.jspecify.annotations.Nullable String> values) {
  /** The variant of a response without Vary: it matches every request. */
  public static final Variant ANY = new Variant(List.of(), List.of());
}
