package io.nearcast.edge.admin;

import io.nearcast.edge.rules.Fields;
import java.util.List;
import java.util.Map;

/** Reads the request fields that {@code /explain} is to suppose: {@code header=NAME:VALUE}. */
final class SupposedFields {
  private static final int COUNT_MAX = 64;
  private static final int CHARACTERS_MAX = 8 * 1024;

  private SupposedFields() {}

  /**
   * The fields that a query names.
   *
   * @throws Refused if one of them cannot be a field, or there are too many
   */
  static Fields of(Map<String, List<String>> query) {
    List<String> headers = query.getOrDefault("header", List.of());
    if (headers.size() > COUNT_MAX) {
      throw Refused.field(
          "header", "is there " + headers.size() + " times: at most " + COUNT_MAX + " fit");
    }
    Fields.Builder fields = Fields.builder();
    int characters = 0;
    for (String header : headers) {
      characters += header.length();
      int colon = header.indexOf(':');
      String name = colon < 0 ? "" : header.substring(0, colon);
      if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
        throw Refused.field("header", "is not NAME:VALUE, as in header=Accept-Encoding:gzip");
      }
      String value = header.substring(colon + 1).strip();
      if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
        throw Refused.field("header", name + " has a line end or NUL in its value");
      }
      fields.add(name, value);
    }
    if (characters > CHARACTERS_MAX) {
      throw Refused.field("header", "is longer than " + CHARACTERS_MAX + " characters in all");
    }
    return fields.build();
  }
}
