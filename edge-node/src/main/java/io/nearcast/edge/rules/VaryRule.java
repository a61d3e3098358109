package io.nearcast.edge.rules;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Selects a stored response by the request fields that its Vary names (RFC 9111 section 4.1). */
public final class VaryRule {
  private VaryRule() {}

  /** Whether the response's Vary has a member {@code *}: then it matches no later request. */
  public static boolean star(ResponseHead response) {
    return ListReader.members(response.fields().all("Vary")).contains("*");
  }

  /** The variant under which the response to a request is stored. */
  public static Variant of(ResponseHead response, RequestHead request) {
    List<String> vary = response.fields().all("Vary");
    if (vary.isEmpty()) {
      return Variant.ANY;
    }
    TreeSet<String> names = new TreeSet<>();
    for (String name : ListReader.members(vary)) {
      names.add(name.toLowerCase(Locale.ROOT));
    }
    List<@Nullable String> values = new ArrayList<>(names.size());
    for (String name : names) {
      values.add(normalised(request.fields(), name));
    }
    return new Variant(List.copyOf(names), Collections.unmodifiableList(values));
  }

  /** The variant that a request asks for, where a response to another one has named the fields. */
  public static Variant like(Variant seen, RequestHead request) {
    List<@Nullable String> values = new ArrayList<>(seen.names().size());
    for (String name : seen.names()) {
      values.add(normalised(request.fields(), name));
    }
    return new Variant(seen.names(), Collections.unmodifiableList(values));
  }

  /** Whether a request selects the stored response. */
  public static boolean matches(Variant stored, RequestHead request) {
    for (int i = 0; i < stored.names().size(); i++) {
      String value = normalised(request.fields(), stored.names().get(i));
      if (!Objects.equals(stored.values().get(i), value)) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String normalised(Fields fields, String name) {
    List<String> lines = fields.all(name);
    return lines.isEmpty() ? null : String.join(",", ListReader.members(lines));
  }
}
