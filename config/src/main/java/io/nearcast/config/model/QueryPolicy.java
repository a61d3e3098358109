package io.nearcast.config.model;

import static io.nearcast.config.model.Checks.bounded;
import static io.nearcast.config.model.Checks.check;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which query parameters are part of the cache key. Names are compared as they stand in the URL and
 * percent-decoded; a pattern may end in {@code *}. A parameter with a semicolon always counts.
 *
 * @param include the only parameters that count, or null for all; an empty list for none
 * @param exclude parameters that do not count; not together with {@code include}
 * @param sort whether parameters are sorted by name, so that their order does not count
 */
public record QueryPolicy(@Nullable List<String> include, List<String> exclude, boolean sort) {

  /** The whole query as it stands. */
  public static final QueryPolicy DEFAULT = new QueryPolicy(null, List.of(), false);

  /** The most patterns that a list may have. */
  public static final int PATTERNS_MAX = 100;

  /**
   * Checks and copies the lists.
   *
   * @throws InvalidField if both lists are given or one is too long
   */
  public QueryPolicy {
    if (include != null) {
      include = bounded("/include", include, 0, PATTERNS_MAX);
      check(
          exclude.isEmpty(),
          "/exclude",
          "cannot stand beside include: keep the one that says what is meant");
    }
    exclude = bounded("/exclude", exclude, 0, PATTERNS_MAX);
  }

  /** Whether the query counts as it stands, byte for byte. */
  public boolean whole() {
    return include == null && exclude.isEmpty() && !sort;
  }
}
