package io.nearcast.edge.rules;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The directives of a Cache-Control field, of a request or a response (RFC 9111 section 5.2).
 *
 * <p>What cannot be read is read as the more careful of its meanings: a lifetime that is no number
 * is a lifetime of zero, of two lifetimes the shorter one counts (section 4.2.1).
 */
public final class CacheControl {
  /** No directive. */
  public static final CacheControl NONE = new CacheControl();

  /** What {@link #seconds} returns for a directive that is not there. */
  public static final long ABSENT = -1;

  /** The greatest number of seconds; greater ones mean the same (RFC 9111 section 1.2.2). */
  public static final long SECONDS_MAX = 1L << 31;

  /** The directives that mean something to a shared cache; others are passed over (5.2.3). */
  public enum Directive {
    /** 5.2.2.4, of requests 5.2.1.4. */
    NO_CACHE,
    /** 5.2.2.5, of requests 5.2.1.5. */
    NO_STORE,
    /** 5.2.2.7. */
    PRIVATE,
    /** 5.2.2.9. */
    PUBLIC,
    /** 5.2.2.2. */
    MUST_REVALIDATE,
    /** 5.2.2.8. */
    PROXY_REVALIDATE,
    /** 5.2.2.3. */
    MUST_UNDERSTAND,
    /** 5.2.2.6, of requests 5.2.1.6. */
    NO_TRANSFORM,
    /** 5.2.1.7. */
    ONLY_IF_CACHED,
    /** RFC 8246. */
    IMMUTABLE,
    /** 5.2.2.1, of requests 5.2.1.1. */
    MAX_AGE,
    /** 5.2.2.10. */
    S_MAXAGE,
    /** RFC 5861 section 3. */
    STALE_WHILE_REVALIDATE,
    /** RFC 5861 section 4. */
    STALE_IF_ERROR,
    /** 5.2.1.2; without an argument any age is accepted, which reads as {@link #SECONDS_MAX}. */
    MAX_STALE,
    /** 5.2.1.3. */
    MIN_FRESH;

    private static final List<Directive> ALL = List.of(values());
    private final String token = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The directive's name as it stands in a field. */
    public String token() {
      return token;
    }

    /** Whether it has a number of seconds. */
    boolean timed() {
      return switch (this) {
        case MAX_AGE, S_MAXAGE, STALE_WHILE_REVALIDATE, STALE_IF_ERROR, MAX_STALE, MIN_FRESH ->
            true;
        default -> false;
      };
    }

    static @Nullable Directive named(String name) {
      for (Directive directive : ALL) {
        if (directive.token.equalsIgnoreCase(name)) {
          return directive;
        }
      }
      return null;
    }
  }

  /** The directives that are there, with their seconds, which are 0 for those that have none. */
  private final Map<Directive, Long> directives = new EnumMap<>(Directive.class);

  private List<String> noCacheFields = List.of();
  private List<String> privateFields = List.of();
  private boolean targeted;

  private CacheControl() {}

  /** The directives in all lines of a field. */
  public static CacheControl parse(Fields fields, String fieldName) {
    List<String> lines = fields.all(fieldName);
    return lines.isEmpty() ? NONE : parse(lines);
  }

  /** The directives in the lines of one field. */
  public static CacheControl parse(List<String> lines) {
    CacheControl result = new CacheControl();
    for (String member : ListReader.members(lines)) {
      result.read(member);
    }
    return result;
  }

  /** Whether a directive is there in its full meaning: not where it is for some fields only. */
  public boolean has(Directive directive) {
    return directives.containsKey(directive);
  }

  /** The seconds of a directive, at most {@link #SECONDS_MAX}, or {@link #ABSENT}. */
  public long seconds(Directive directive) {
    return directives.getOrDefault(directive, ABSENT);
  }

  /** The fields that {@code no-cache="..."} names (5.2.2.4). */
  public List<String> noCacheFields() {
    return noCacheFields;
  }

  /** The fields that {@code private="..."} names (5.2.2.7). */
  public List<String> privateFields() {
    return privateFields;
  }

  /** Whether this comes from a targeted field, so that Cache-Control and Expires do not count. */
  public boolean targeted() {
    return targeted;
  }

  private void read(String member) {
    int equals = member.indexOf('=');
    Directive directive = Directive.named(equals < 0 ? member : member.substring(0, equals));
    if (directive == null) {
      return;
    }
    set(directive, equals < 0 ? null : member.substring(equals + 1));
  }

  private void set(Directive directive, @Nullable String argument) {
    if (directive.timed()) {
      setSeconds(directive, argument);
    } else if (argument != null && directive == Directive.NO_CACHE) {
      noCacheFields = restrict(directive, noCacheFields, argument);
    } else if (argument != null && directive == Directive.PRIVATE) {
      privateFields = restrict(directive, privateFields, argument);
    } else {
      // Flags are taken at their name: an argument that they do not have changes nothing.
      directives.put(directive, 0L);
    }
  }

  private void setSeconds(Directive directive, @Nullable String argument) {
    long value =
        argument == null && directive == Directive.MAX_STALE
            ? SECONDS_MAX
            : deltaSeconds(unquoted(argument));
    directives.merge(directive, value, Math::min);
  }

  /** The fields named so far and in this argument; one that cannot be read means all fields. */
  private List<String> restrict(Directive directive, List<String> before, String argument) {
    List<String> names = ListReader.members(List.of(unquoted(argument)));
    if (names.isEmpty() || !names.stream().allMatch(ListReader::isToken)) {
      directives.put(directive, 0L);
      return before;
    }
    List<String> all = new ArrayList<>(before);
    all.addAll(names);
    return List.copyOf(all);
  }

  /** The text without its quotes, where it is quoted as a whole (RFC 9110 section 5.6.4). */
  private static String unquoted(@Nullable String text) {
    if (text == null) {
      return "";
    }
    int last = text.length() - 1;
    boolean quoted = last > 0 && text.charAt(0) == '"' && text.charAt(last) == '"';
    return quoted ? text.substring(1, last) : text;
  }

  /** A number of seconds (RFC 9111 section 1.2.2): digits only; what is no number is 0. */
  private static long deltaSeconds(String text) {
    long value = parseSeconds(text);
    return value == ABSENT ? 0 : value;
  }

  /** Digits as a number, at most {@link #SECONDS_MAX}, or {@link #ABSENT} for other text. */
  static long parseSeconds(String text) {
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return ABSENT;
      }
      value = Math.min(SECONDS_MAX, value * 10 + digit);
    }
    return text.isEmpty() ? ABSENT : value;
  }
}
