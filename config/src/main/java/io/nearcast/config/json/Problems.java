package io.nearcast.config.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The problems found in one document so far. Keeps the first {@link #KEPT_MAX}, counts all. */
final class Problems {
  /** More would help nobody, and a document of nothing but wrong fields must stay cheap. */
  static final int KEPT_MAX = 50;

  private final List<Problem> kept = new ArrayList<>();
  private int count;

  void add(String pointer, String detail) {
    count++;
    if (kept.size() < KEPT_MAX) {
      kept.add(new Problem(pointer, detail));
    }
  }

  /** How many were added: the same number before and after a read means that the value is good. */
  int count() {
    return count;
  }

  /**
   * Returns the value that was read.
   *
   * @throws InvalidDocument if a problem was found
   */
  <T> T checked(Class<T> type, @Nullable Object value) {
    if (count > 0) {
      throw new InvalidDocument(false, kept);
    }
    return Objects.requireNonNull(type.cast(value));
  }

  /** The pointer to a field of an object (RFC 6901 section 3). */
  static String child(String pointer, String name) {
    return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
  }
}
