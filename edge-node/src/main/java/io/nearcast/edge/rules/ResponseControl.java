package io.nearcast.edge.rules;

import io.nearcast.edge.rules.CacheControl.Directive;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The directives that a response gives to this cache (RFC 9213 section 2.2): those of the first
 * field of its target list that is valid and not empty, else those of Cache-Control.
 *
 * @param directives the directives that count
 * @param field the field that they come from
 */
public record ResponseControl(CacheControl directives, Field field) {

  /**
   * Fields that direct caches, in the order in which they count: the target list, then the rest.
   */
  public enum Field {
    /** RFC 9213 section 3. */
    CDN_CACHE_CONTROL("CDN-Cache-Control"),
    /** W3C Edge Architecture, section 2.3: what CDNs had before there was the other one. */
    SURROGATE_CONTROL("Surrogate-Control"),
    /** RFC 9111 section 5.2. */
    CACHE_CONTROL("Cache-Control");

    private final String fieldName;

    Field(String fieldName) {
      this.fieldName = fieldName;
    }

    /** The name as it is usually written. */
    public String fieldName() {
      return fieldName;
    }
  }

  /** What this cache is called where Surrogate-Control addresses one of several. */
  private static final String SURROGATE_NAME = "nearcast";

  /** The value of Surrogate-Capability by which an upstream knows the name. */
  public static final String SURROGATE_CAPABILITY = SURROGATE_NAME + "=\"Surrogate/1.0\"";

  /** What a response's fields say. */
  public static ResponseControl of(Fields fields) {
    String cdn = fields.combined(Field.CDN_CACHE_CONTROL.fieldName);
    CacheControl directives = cdn == null ? null : targeted(cdn);
    if (directives != null) {
      return new ResponseControl(directives, Field.CDN_CACHE_CONTROL);
    }
    List<String> surrogate = fields.all(Field.SURROGATE_CONTROL.fieldName);
    directives = surrogate.isEmpty() ? null : surrogate(surrogate);
    if (directives != null) {
      return new ResponseControl(directives, Field.SURROGATE_CONTROL);
    }
    directives = CacheControl.parse(fields, Field.CACHE_CONTROL.fieldName);
    return new ResponseControl(directives, Field.CACHE_CONTROL);
  }

  /** Whether a targeted field counts: then "it MUST ignore the Cache-Control and Expires". */
  public boolean targeted() {
    return field != Field.CACHE_CONTROL;
  }

  /** Whether a directive is there, and not only for some fields. */
  public boolean has(Directive directive) {
    return directives.has(directive);
  }

  /** The seconds of a directive, or {@link CacheControl#ABSENT}. */
  public long seconds(Directive directive) {
    return directives.seconds(directive);
  }

  /** The fields that a shared cache neither stores nor sends again (RFC 9111 section 3.1). */
  static Fields withoutRestricted(Fields fields) {
    CacheControl control = of(fields).directives();
    List<String> noCache = control.noCacheFields();
    List<String> secret = control.privateFields();
    return noCache.isEmpty() && secret.isEmpty()
        ? fields
        : fields.without(name -> contains(noCache, name) || contains(secret, name));
  }

  private static boolean contains(List<String> names, String name) {
    return names.stream().anyMatch(name::equalsIgnoreCase);
  }

  /** The directives of a targeted field, or null where it is to be ignored (RFC 9213 2.1). */
  private static @Nullable CacheControl targeted(String value) {
    List<StructuredDictionary.Member> members = StructuredDictionary.parse(value);
    if (members == null || members.isEmpty()) {
      return null;
    }
    CacheControl.Builder builder = new CacheControl.Builder();
    for (StructuredDictionary.Member member : members) {
      Directive directive = Directive.named(member.key());
      if (directive != null) {
        addTargeted(builder, directive, member);
      }
    }
    return builder.build();
  }

  /**
   * Adds a directive whose value is of the type that the directive has. Of another type it "SHOULD
   * NOT" be consumed: such a lifetime is over, such a flag is not there.
   */
  private static void addTargeted(
      CacheControl.Builder builder, Directive directive, StructuredDictionary.Member member) {
    boolean text =
        member.type() == StructuredDictionary.Type.STRING
            || member.type() == StructuredDictionary.Type.TOKEN;
    switch (directive.argument()) {
      case NONE -> {
        if (member.isTrue()) {
          builder.addWhole(directive);
        }
      }
      case SECONDS -> {
        boolean number = member.type() == StructuredDictionary.Type.INTEGER;
        builder.add(directive, number ? member.value() : "");
      }
      case FIELDS -> {
        if (text) {
          builder.add(directive, member.value());
        } else if (!member.isFalse()) {
          builder.addWhole(directive);
        }
      }
    }
  }

  /**
   * The directives of Surrogate-Control that are for this cache, or null where there are none:
   * {@code max-age=600} for all, {@code max-age=600;nearcast} for this one, {@code no-store-remote}
   * for CDNs.
   */
  private static @Nullable CacheControl surrogate(List<String> lines) {
    CacheControl.Builder builder = new CacheControl.Builder();
    List<String> members = ListReader.members(lines);
    // What is said to this cache by name comes before what is said to all, for the first counts.
    boolean byName = addSurrogates(builder, members, true);
    boolean toAll = addSurrogates(builder, members, false);
    return byName || toAll ? builder.build() : null;
  }

  private static boolean addSurrogates(
      CacheControl.Builder builder, List<String> members, boolean byName) {
    boolean found = false;
    for (String member : members) {
      int semicolon = member.indexOf(';');
      boolean named = semicolon >= 0;
      boolean mine = !named || member.substring(semicolon + 1).strip().equals(SURROGATE_NAME);
      String directive = named ? member.substring(0, semicolon).strip() : member;
      found |= named == byName && mine && addSurrogate(builder, directive);
    }
    return found;
  }

  private static boolean addSurrogate(CacheControl.Builder builder, String directive) {
    if (directive.equalsIgnoreCase("no-store") || directive.equalsIgnoreCase("no-store-remote")) {
      builder.addWhole(Directive.NO_STORE);
      return true;
    }
    if (!directive.regionMatches(true, 0, "max-age=", 0, 8)) {
      return false;
    }
    // "max-age=600+30": what stands after the plus is how long it may be stale, which is not used.
    int plus = directive.indexOf('+');
    builder.add(Directive.MAX_AGE, directive.substring(8, plus < 0 ? directive.length() : plus));
    return true;
  }
}
