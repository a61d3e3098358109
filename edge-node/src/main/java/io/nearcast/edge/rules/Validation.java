package io.nearcast.edge.rules;

import java.util.Locale;

/** Validates stored responses with the upstream (RFC 9111 sections 4.3 and 3.2). */
public final class Validation {
  private Validation() {}

  /** What a HEAD's response means for the stored response to GET (RFC 9111 section 4.3.5). */
  public enum HeadEffect {
    /** It is the same representation: update its fields. */
    UPDATE,
    /** It has changed: what is stored is stale. */
    STALE,
    /** It says nothing about it. */
    NONE
  }

  /** The fields that make a request conditional on the stored response (section 4.3.1). */
  public static Fields conditionalFields(ResponseHead stored) {
    Fields.Builder fields = Fields.builder();
    String tag = stored.fields().first("ETag");
    if (tag != null) {
      fields.add("If-None-Match", tag);
    }
    String modified = stored.fields().first("Last-Modified");
    if (modified != null) {
      fields.add("If-Modified-Since", modified);
    }
    return fields.build();
  }

  /** Whether a 304 is about the stored response that was asked for (section 4.3.3 and 4.3.4). */
  public static boolean confirms(ResponseHead stored, ResponseHead notModified) {
    return notModified.status() == 304;
  }

  /** The stored response with the fields of a 304 or of a HEAD's 200 (sections 3.2 and 4.3.4). */
  public static ResponseHead update(ResponseHead stored, ResponseHead newer) {
    Fields updates = HopByHop.forStore(newer.fields()).without(Validation::neverUpdated);
    Fields kept = stored.fields().without(updates::has);
    return stored.withFields(Fields.builder().addAll(kept).addAll(updates).build());
  }

  /** What a HEAD's response means for the stored one (section 4.3.5). */
  public static HeadEffect headEffect(ResponseHead stored, ResponseHead head) {
    if (head.status() != 200 || stored.status() != 200) {
      return HeadEffect.NONE;
    }
    boolean same =
        sameOrAbsent(stored, head, "ETag")
            && sameOrAbsent(stored, head, "Last-Modified")
            && sameOrAbsent(stored, head, "Content-Length");
    return same ? HeadEffect.UPDATE : HeadEffect.STALE;
  }

  private static boolean sameOrAbsent(ResponseHead stored, ResponseHead head, String name) {
    String value = head.fields().first(name);
    return value == null || value.equals(stored.fields().first(name));
  }

  /** Fields of the stored body itself, which a message without body cannot change (section 3.2). */
  private static boolean neverUpdated(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "content-length", "content-encoding", "content-range", "content-md5", "etag" -> true;
      default -> false;
    };
  }
}
