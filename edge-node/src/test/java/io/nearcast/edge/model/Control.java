package io.nearcast.edge.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directives of Cache-Control (RFC 9111 section 5.2), or of CDN-Cache-Control (RFC 9213) where
 * a response has a valid one.
 *
 * @param directives arguments by name in lower case, empty strings for none
 * @param targeted whether they are from CDN-Cache-Control, so that Expires does not count
 */
record Control(Map<String, List<String>> directives, boolean targeted) {
  private static final long SECONDS_MAX = 1L << 31;
  private static final Pattern TARGETED_MEMBER =
      Pattern.compile(
          "[a-z*][a-z0-9_.*-]*(=(-?[0-9]{1,15}|\"[ !#-\\[\\]-~]*\"|[A-Za-z*][!-+\\--:<-~]*))?");

  static Control ofRequest(Head request) {
    Control control = plain(request);
    // RFC 9111 section 5.4: Pragma counts where there is no Cache-Control.
    return request.has("Cache-Control") || !"no-cache".equals(request.first("Pragma"))
        ? control
        : new Control(Map.of("no-cache", List.of("")), false);
  }

  static Control ofResponse(Head response) {
    String targeted = response.all("CDN-Cache-Control");
    if (targeted != null && !targeted.isBlank()) {
      Map<String, List<String>> found = new LinkedHashMap<>();
      boolean valid = true;
      for (String member : targeted.strip().split("[ \t]*,[ \t]*", -1)) {
        valid &= TARGETED_MEMBER.matcher(member).matches();
        put(found, member, false);
      }
      if (valid) {
        return new Control(found, true);
      }
    }
    return plain(response);
  }

  private static Control plain(Head head) {
    Map<String, List<String>> found = new LinkedHashMap<>();
    String all = head.all("Cache-Control");
    for (String member : split(all == null ? "" : all)) {
      put(found, member, true);
    }
    return new Control(found, false);
  }

  private static void put(Map<String, List<String>> found, String member, boolean quotedToo) {
    int equals = member.indexOf('=');
    String name = (equals < 0 ? member : member.substring(0, equals)).strip();
    String value = equals < 0 ? "" : member.substring(equals + 1).strip();
    if (quotedToo && value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")) {
      value = value.substring(1, value.length() - 1);
    }
    if (!name.isEmpty()) {
      found.computeIfAbsent(name.toLowerCase(Locale.ROOT), first -> new ArrayList<>()).add(value);
    }
  }

  /** The members of a list, whose quoted strings may hold commas. */
  private static List<String> split(String list) {
    List<String> members = new ArrayList<>();
    StringBuilder member = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < list.length(); i++) {
      char c = list.charAt(i);
      quoted ^= c == '"';
      if (c == ',' && !quoted) {
        members.add(member.toString());
        member.setLength(0);
      } else {
        member.append(c);
      }
    }
    members.add(member.toString());
    return members;
  }

  boolean has(String name) {
    return directives.containsKey(name);
  }

  /** Whether the directive is there and is about the whole response. */
  boolean whole(String name) {
    return directives.getOrDefault(name, List.of()).contains("");
  }

  /** The fields that a directive is about, in lower case. */
  List<String> fields(String name) {
    List<String> names = new ArrayList<>();
    for (String argument : directives.getOrDefault(name, List.of())) {
      for (String field : argument.split(",", -1)) {
        if (!field.isBlank()) {
          names.add(field.strip().toLowerCase(Locale.ROOT));
        }
      }
    }
    return names;
  }

  /**
   * A lifetime; null where it is not given, 0 where it is no number, of several the first (section
   * 4.2.1).
   */
  @Nullable Long seconds(String name) {
    if (!has(name)) {
      return null;
    }
    String value = directives.getOrDefault(name, List.of("")).getFirst();
    if (!value.matches("[0-9]{1,40}")) {
      return 0L;
    }
    return value.length() > 12 ? SECONDS_MAX : Math.min(SECONDS_MAX, Long.parseLong(value));
  }
}
