package io.nearcast.edge.rules;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The directives that are given to a cache, by a request or by a response (RFC 9111 section 5.2).
 * Immutable.
 *
 * <p>What cannot be read has the more careful of its meanings: a lifetime that is no number is over
 * (section 4.2.1), a list of fields that cannot be read means the whole response. Of a lifetime
 * that is given twice the first counts (section 4.2.1).
 */
public final class CacheControl {
  /** No directive. */
  public static final CacheControl NONE = new Builder().build();

  /** What {@link #seconds} returns for a directive that is not there. */
  public static final long ABSENT = -1;

  /** The greatest number of seconds; greater ones mean the same (RFC 9111 section 1.2.2). */
  public static final long SECONDS_MAX = 1L << 31;

  /** The directives that mean something to this cache; others are passed over (section 5.2.3). */
  public enum Directive {
    /** Sections 5.2.1.4 and 5.2.2.4. */
    NO_CACHE(Argument.FIELDS),
    /** Sections 5.2.1.5 and 5.2.2.5. */
    NO_STORE(Argument.NONE),
    /** Section 5.2.2.7. */
    PRIVATE(Argument.FIELDS),
    /** Section 5.2.2.9. */
    PUBLIC(Argument.NONE),
    /** Section 5.2.2.2. */
    MUST_REVALIDATE(Argument.NONE),
    /** Section 5.2.2.8. */
    PROXY_REVALIDATE(Argument.NONE),
    /** Section 5.2.2.3. */
    MUST_UNDERSTAND(Argument.NONE),
    /** Sections 5.2.1.6 and 5.2.2.6. */
    NO_TRANSFORM(Argument.NONE),
    /** Section 5.2.1.7. */
    ONLY_IF_CACHED(Argument.NONE),
    /** RFC 8246 section 2. */
    IMMUTABLE(Argument.NONE),
    /** Sections 5.2.1.1 and 5.2.2.1. */
    MAX_AGE(Argument.SECONDS),
    /** Section 5.2.2.10. */
    S_MAXAGE(Argument.SECONDS),
    /** RFC 5861 section 3. */
    STALE_WHILE_REVALIDATE(Argument.SECONDS),
    /** RFC 5861 section 4. */
    STALE_IF_ERROR(Argument.SECONDS),
    /** Section 5.2.1.2; without an argument any age will do, as if it were the greatest. */
    MAX_STALE(Argument.SECONDS),
    /** Section 5.2.1.3. */
    MIN_FRESH(Argument.SECONDS);

    /** What may stand after a directive's name. */
    enum Argument {
      /** Nothing. */
      NONE,
      /** A number of seconds. */
      SECONDS,
      /** Nothing, or the names of the fields that the directive is limited to. */
      FIELDS
    }

    private static final List<Directive> ALL = List.of(values());

    private final Argument argument;
    private final String token = name().toLowerCase(Locale.ROOT).replace('_', '-');

    Directive(Argument argument) {
      this.argument = argument;
    }

    /** The directive's name as it stands in a field. */
    public String token() {
      return token;
    }

    /** What may stand after its name. */
    Argument argument() {
      return argument;
    }

    /** The directive of a name, in any case, or null for one that means nothing here. */
    static @Nullable Directive named(String name) {
      for (Directive directive : ALL) {
        if (directive.token.equalsIgnoreCase(name)) {
          return directive;
        }
      }
      return null;
    }
  }

  private final Map<Directive, Long> directives;
  private final List<String> noCacheFields;
  private final List<String> privateFields;

  private CacheControl(Builder builder) {
    this.directives = builder.directives;
    this.noCacheFields = List.copyOf(builder.noCacheFields);
    this.privateFields = List.copyOf(builder.privateFields);
  }

  /** The directives in all lines of a field with Cache-Control's syntax. */
  public static CacheControl parse(Fields fields, String fieldName) {
    List<String> lines = fields.all(fieldName);
    return lines.isEmpty() ? NONE : parse(lines);
  }

  /** The directives in the lines of one field with Cache-Control's syntax. */
  public static CacheControl parse(List<String> lines) {
    Builder builder = new Builder();
    for (String member : ListReader.members(lines)) {
      int equals = member.indexOf('=');
      Directive directive = Directive.named(equals < 0 ? member : member.substring(0, equals));
      if (directive != null) {
        builder.add(directive, equals < 0 ? null : unquoted(member.substring(equals + 1)));
      }
    }
    return builder.build();
  }

  /** Whether a directive is there, and not only for some fields. */
  public boolean has(Directive directive) {
    return directives.containsKey(directive);
  }

  /** The seconds of a directive, at most {@link #SECONDS_MAX}, or {@link #ABSENT}. */
  public long seconds(Directive directive) {
    return directives.getOrDefault(directive, ABSENT);
  }

  /** The fields that {@code no-cache="..."} names (section 5.2.2.4). */
  public List<String> noCacheFields() {
    return noCacheFields;
  }

  /** The fields that {@code private="..."} names (section 5.2.2.7). */
  public List<String> privateFields() {
    return privateFields;
  }

  /** Digits as a number of at most {@link #SECONDS_MAX} (section 1.2.2), or {@link #ABSENT}. */
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

  /** The argument without its quotes: both forms are read alike (section 5.2). */
  private static String unquoted(String text) {
    int last = text.length() - 1;
    boolean quoted = last > 0 && text.charAt(0) == '"' && text.charAt(last) == '"';
    return quoted ? text.substring(1, last).replaceAll("\\\\(.)", "$1") : text;
  }

  /** Gathers directives. */
  static final class Builder {
    private final Map<Directive, Long> directives = new EnumMap<>(Directive.class);
    private final List<String> noCacheFields = new ArrayList<>(0);
    private final List<String> privateFields = new ArrayList<>(0);

    /**
     * Adds a directive.
     *
     * @param argument what stands after its name, without quotes, or null
     */
    Builder add(Directive directive, @Nullable String argument) {
      switch (directive.argument()) {
        // A flag is taken at its name: it has no argument that could change it.
        case NONE -> addWhole(directive);
        case SECONDS -> addSeconds(directive, argument == null ? "" : argument);
        case FIELDS -> addFields(directive, argument);
      }
      return this;
    }

    /** Adds a directive in its full meaning. */
    Builder addWhole(Directive directive) {
      directives.putIfAbsent(directive, 0L);
      return this;
    }

    private void addSeconds(Directive directive, String argument) {
      boolean any = directive == Directive.MAX_STALE && argument.isEmpty();
      long seconds = any ? SECONDS_MAX : parseSeconds(argument);
      directives.putIfAbsent(directive, seconds == ABSENT ? 0 : seconds);
    }

    private void addFields(Directive directive, @Nullable String argument) {
      List<String> names = argument == null ? List.of() : ListReader.members(List.of(argument));
      if (names.isEmpty() || !names.stream().allMatch(ListReader::isToken)) {
        addWhole(directive);
      } else {
        (directive == Directive.NO_CACHE ? noCacheFields : privateFields).addAll(names);
      }
    }

    CacheControl build() {
      return new CacheControl(this);
    }
  }
}
