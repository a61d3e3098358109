package io.nearcast.edge.rules;

import io.nearcast.config.model.KeyPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Selects stored responses by the request fields that their Vary names (RFC 9111 section 4.1).
 *
 * <p>Values match "if and only if those in the first request can be transformed to those in the
 * second request" by white space, by combining lines, and by what is known to mean the same:
 * Accept-Encoding and Accept-Language are compared without their order, case and forms of weights.
 */
public final class VaryRule {
  /** The most fields that a Vary may name; a response with more is not stored. */
  public static final int NAMES_MAX = 32;

  private static final Set<String> WRITTEN_HERE =
      Set.of("x-forwarded-for", "via", "cdn-loop", "surrogate-capability");

  private static final String LANGUAGE = "accept-language";
  private static final String ENCODING = "accept-encoding";

  private VaryRule() {}

  /**
   * Whether the response's Vary has a member {@code *}: then it "always fails to match". So does a
   * field that this node writes itself: what the origin saw in it was not in the client's request.
   */
  public static boolean star(ResponseHead response) {
    List<String> lines = response.fields().all("Vary");
    return !lines.isEmpty()
        && ListReader.members(lines).stream()
            .anyMatch(member ->
                member.equals("*") || WRITTEN_HERE.contains(member.toLowerCase(Locale.ROOT)));
  }

  /** Whether the response's Vary names more fields than {@link #NAMES_MAX}. */
  static boolean tooMany(ResponseHead response) {
    List<String> lines = response.fields().all("Vary");
    return !lines.isEmpty() && names(lines).size() > NAMES_MAX;
  }

  /**
   * The variant under which the response to a request is stored.
   *
   * @param policy of the service
   */
  public static Variant of(ResponseHead response, RequestHead request, KeyPolicy policy) {
    List<String> lines = response.fields().all("Vary");
    if (lines.isEmpty()) {
      return Variant.ANY;
    }
    List<String> names = names(lines);
    boolean selectable = !policy.exactLanguage() && names.contains(LANGUAGE);
    String language = selectable ? singleLanguage(response) : null;
    return new Variant(names, values(names, request), language, policy.exactLanguage());
  }

  /** The variant under which a response is stored, where nothing else is known of the service. */
  public static Variant of(ResponseHead response, RequestHead request) {
    return of(response, request, KeyPolicy.DEFAULT);
  }

  /** The variant that a request asks for, where a response to another one has named the fields. */
  public static Variant like(Variant seen, RequestHead request) {
    List<String> names = seen.names();
    return new Variant(names, values(names, request), null, seen.exactLanguage());
  }

  private static List<@Nullable String> values(List<String> names, RequestHead request) {
    List<@Nullable String> values = new ArrayList<>(names.size());
    for (String name : names) {
      values.add(request.fields().combined(name));
    }
    return values;
  }

  /** Whether a request selects the stored response. */
  public static boolean matches(Variant stored, RequestHead request) {
    return fit(stored, request) != Fit.NONE;
  }

  /**
   * How well a request selects a stored response, so that the best of several can be taken; of
   * equal ones the most recent.
   */
  public enum Fit {
    /** Not at all. */
    NONE,
    /**
     * It has no Vary. Others come before it, for "some resources mistakenly omit the Vary header
     * field from their default response".
     */
    WITHOUT_VARY,
    /** By the language that the client prefers. */
    LANGUAGE,
    /** By all fields. */
    FIELDS
  }

  /** How well a request selects the stored response. */
  public static Fit fit(Variant stored, RequestHead request) {
    List<String> names = stored.names();
    if (names.isEmpty()) {
      return Fit.WITHOUT_VARY;
    }
    Fit fit = Fit.FIELDS;
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      String value = request.fields().combined(name);
      if (sameValue(stored, i, value)) {
        continue;
      }
      if (value == null || !name.equals(LANGUAGE) || !prefers(value, stored.language())) {
        return Fit.NONE;
      }
      fit = Fit.LANGUAGE;
    }
    return fit;
  }

  private static boolean sameValue(Variant stored, int index, @Nullable String value) {
    String sent = stored.values().get(index);
    // Mostly the very same text; and "if a header field is absent from a request, it can only match
    // another request if it is also absent there".
    if (value == null || sent == null || value.equals(sent)) {
      return Objects.equals(value, sent);
    }
    String normal = normal(stored.names().get(index), value, stored.exactLanguage());
    return Objects.equals(normal, stored.normalValues().get(index));
  }

  /** A value in the form in which it is compared. */
  static @Nullable String normal(String name, @Nullable String value, boolean exactLanguage) {
    if (value == null) {
      return null;
    }
    boolean preferences = name.equals(ENCODING) || (name.equals(LANGUAGE) && !exactLanguage);
    String normal = preferences ? Preferences.normal(value) : null;
    return normal == null ? String.join(",", ListReader.members(List.of(value))) : normal;
  }

  /**
   * Whether a request prefers a response's language to every other: "that mechanism MAY be used to
   * choose a preferred response". A range matches as in RFC 4647 section 3.3.1.
   */
  private static boolean prefers(String acceptLanguage, @Nullable String language) {
    String first = language == null ? null : Preferences.first(acceptLanguage);
    return first != null
        && language != null
        && (language.equals(first) || language.startsWith(first + "-"));
  }

  private static @Nullable String singleLanguage(ResponseHead response) {
    List<String> languages = ListReader.members(response.fields().all("Content-Language"));
    return languages.size() == 1 ? languages.getFirst().toLowerCase(Locale.ROOT) : null;
  }

  private static List<String> names(List<String> lines) {
    TreeSet<String> names = new TreeSet<>();
    for (String name : ListReader.members(lines)) {
      names.add(name.toLowerCase(Locale.ROOT));
    }
    return List.copyOf(names);
  }
}
