package io.nearcast.edge.rules;

import io.nearcast.edge.rules.CacheControl.Directive;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The directives that a response gives to this cache: those of CDN-Cache-Control where it is valid
 * and not empty, else those of Cache-Control (RFC 9213 section 2.2).
 *
 * @param directives the directives that count
 * @param targeted whether they come from CDN-Cache-Control, so that Cache-Control and Expires do
 *     not count
 */
record ResponseControl(CacheControl directives, boolean targeted) {
  private static final String TARGETED_FIELD = "CDN-Cache-Control";

  /** What a response's fields say. */
  static ResponseControl of(Fields fields) {
    String targetedValue = fields.combined(TARGETED_FIELD);
    CacheControl targeted = targetedValue == null ? null : targeted(targetedValue);
    return targeted == null
        ? new ResponseControl(CacheControl.parse(fields, "Cache-Control"), false)
        : new ResponseControl(targeted, true);
  }

  boolean has(Directive directive) {
    return directives.has(directive);
  }

  long seconds(Directive directive) {
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

  /** A value of another type than its directive has is not used (RFC 9213 section 2.1). */
  private static void addTargeted(
      CacheControl.Builder builder, Directive directive, StructuredDictionary.Member member) {
    String value = member.value();
    switch (directive.argument()) {
      case NONE -> {
        if (member.isTrue()) {
          builder.addWhole(directive);
        }
      }
      // Text that is no number reads as a lifetime that is over.
      case SECONDS ->
          builder.add(
              directive, member.type() == StructuredDictionary.Type.INTEGER ? value : "invalid");
      case FIELDS -> {
        boolean names =
            member.type() == StructuredDictionary.Type.STRING
                || member.type() == StructuredDictionary.Type.TOKEN;
        if (names) {
          builder.add(directive, value);
        } else if (!member.isFalse()) {
          builder.addWhole(directive);
        }
      }
    }
  }
}
