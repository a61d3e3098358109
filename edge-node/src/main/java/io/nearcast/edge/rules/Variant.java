package io.nearcast.edge.rules;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The request fields by which a stored response was selected (RFC 9111 section 4.1). Immutable.
 *
 * <p>Two are equal where the same requests select them. Made of what can be stored: the names, the
 * values as they were sent, and the language.
 */
public final class Variant {
  /** The variant of a response without Vary: it matches every request. */
  public static final Variant ANY = new Variant(List.of(), List.of(), null, false);

  private final List<String> names;
  private final List<@Nullable String> values;
  private final List<@Nullable String> normalValues;
  private final @Nullable String language;
  private final boolean exactLanguage;

  /**
   * A variant.
   *
   * @param names the fields that Vary names, in lower case, each once, sorted
   * @param values the value of each in the request, its lines combined, or null where it had none
   * @param language the single language of the response, in lower case, by which a request may
   *     select it as well; null where it is not to be
   * @param exactLanguage whether the order and the case of Accept-Language count
   */
  public Variant(
      List<String> names,
      List<@Nullable String> values,
      @Nullable String language,
      boolean exactLanguage) {
    this.names = List.copyOf(names);
    this.values = Collections.unmodifiableList(new ArrayList<>(values));
    this.language = language;
    this.exactLanguage = exactLanguage;
    List<@Nullable String> normal = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      normal.add(VaryRule.normal(names.get(i), values.get(i), exactLanguage));
    }
    this.normalValues = Collections.unmodifiableList(normal);
  }

  /** A variant that no language selects, of fields that are compared by what they mean. */
  public Variant(List<String> names, List<@Nullable String> values) {
    this(names, values, null, false);
  }

  /** The fields that Vary names, in lower case, each once, sorted. */
  public List<String> names() {
    return names;
  }

  /** The value of each field in the request, its lines combined, or null where it had none. */
  public List<@Nullable String> values() {
    return values;
  }

  /** The values in the form in which they are compared. */
  List<@Nullable String> normalValues() {
    return normalValues;
  }

  /** The single language of the response by which a request may select it as well, or null. */
  public @Nullable String language() {
    return language;
  }

  /** Whether the order and the case of Accept-Language count. */
  public boolean exactLanguage() {
    return exactLanguage;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Variant variant
        && names.equals(variant.names)
        && normalValues.equals(variant.normalValues);
  }

  @Override
  public int hashCode() {
    return Objects.hash(names, normalValues);
  }

  /** A text that two have in common only where they are equal. */
  String exact() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      String value = normalValues.get(i);
      text.append(names.get(i)).append('=');
      text.append(value == null ? "-" : value.length() + ":" + value).append(';');
    }
    return text.toString();
  }

  /** The names with the values that are compared, for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      text.append(i == 0 ? "" : "; ").append(names.get(i)).append('=').append(normalValues.get(i));
    }
    return text.toString();
  }
}
