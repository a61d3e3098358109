package io.nearcast.edge.rules;

import java.util.List;
import java.util.Locale;

/** Validates stored responses with the upstream (RFC 9111 sections 4.3 and 3.2). */
public final class Validation {
  private Validation() {}

  /** What a HEAD's response means for the stored response to GET (RFC 9111 section 4.3.5). */
  public enum HeadEffect {
    /** It is of the same representation: {@link #update} the stored response. */
    UPDATE,
    /** It is of another representation: the stored response is stale. */
    STALE,
    /** It says nothing about the stored response. */
    NONE
  }

  /** Whether a response has something that an upstream can be asked with. */
  public static boolean validatable(ResponseHead response) {
    return response.fields().has("ETag") || response.fields().has("Last-Modified");
  }

  /** The fields that make a request conditional on one stored response (section 4.3.1). */
  public static Fields conditionalFields(ResponseHead stored) {
    Fields.Builder fields = Fields.builder();
    // "MUST send the relevant entity tags if the entity tags were provided in the stored response".
    String tag = stored.fields().first("ETag");
    if (tag != null) {
      fields.add("If-None-Match", tag);
    }
    // "SHOULD send the Last-Modified value if the request is not for a subrange, a single stored
    // response is being validated, and that response contains a Last-Modified value".
    String modified = stored.fields().first("Last-Modified");
    if (modified != null) {
      fields.add("If-Modified-Since", modified);
    }
    return fields.build();
  }

  /**
   * The fields of a client's request without its own conditions and range: what a fill asks with.
   */
  public static Fields unconditional(Fields request) {
    return request.without(name ->
        switch (name.toLowerCase(Locale.ROOT)) {
          case "if-match", "if-none-match", "if-range", "range" -> true;
          case "if-modified-since", "if-unmodified-since" -> true;
          default -> false;
        });
  }

  /**
   * Whether a 304 confirms the one stored response whose {@link #conditionalFields} were sent
   * (section 4.3.3). Where it does not, the response is to be asked for whole.
   */
  public static boolean confirms(ResponseHead stored, ResponseHead notModified) {
    // Nothing was asked that 304 could be an answer to.
    if (notModified.status() != 304 || !validatable(stored)) {
      return false;
    }
    // If-None-Match named one entity tag, so the origin has found this one to be current (RFC 9110
    // section 13.1.2). Should its 304 have another one, that is not believed, see neverUpdated.
    if (stored.fields().has("ETag")) {
      return true;
    }
    // Validated by date alone: a 304 with another date is about another representation.
    String modified = notModified.fields().first("Last-Modified");
    return modified == null || modified.equals(stored.fields().first("Last-Modified"));
  }

  /**
   * A stored response with the fields of a 304, or of a HEAD's 200, that is about it (section 3.2):
   * "the cache MUST add each header field in the provided response to the stored response,
   * replacing field values that are already present".
   */
  public static ResponseHead update(ResponseHead stored, ResponseHead newer) {
    boolean tagged = stored.fields().has("ETag");
    Fields updates =
        HopByHop.forStore(newer.fields())
            .without(name -> neverUpdated(name) || (tagged && Fields.sameName(name, "ETag")));
    Fields kept = stored.fields().without(name -> updates.has(name) || replacedByAbsence(name));
    // What newer directives name, such as no-cache="Set-Cookie", is no longer kept either.
    return stored.withFields(
        HopByHop.forStore(Fields.builder().addAll(kept).addAll(updates).build()));
  }

  /**
   * What a HEAD's response means for a stored response (section 4.3.5).
   *
   * @param length how many bytes the stored response's body has
   */
  public static HeadEffect headEffect(ResponseHead stored, long length, ResponseHead head) {
    // Gone: a GET would say so too.
    if (head.status() == 404 || head.status() == 410) {
      return HeadEffect.STALE;
    }
    if (head.status() != 200 || stored.status() != 200) {
      return HeadEffect.NONE;
    }
    // "if the stored response and HEAD response have matching values for any received validator
    // fields and, if the HEAD response has a Content-Length header field, the value matches".
    boolean same =
        matchesIfReceived(stored, head, "ETag")
            && matchesIfReceived(stored, head, "Last-Modified")
            && lengthMatches(length, head);
    return same ? HeadEffect.UPDATE : HeadEffect.STALE;
  }

  private static boolean matchesIfReceived(ResponseHead stored, ResponseHead head, String name) {
    String value = head.fields().first(name);
    return value == null || value.equals(stored.fields().first(name));
  }

  /** Whatever framing the stored response came in, its length is that of its body. */
  private static boolean lengthMatches(long length, ResponseHead head) {
    List<String> stated = ListReader.members(head.fields().all("Content-Length"));
    return stated.stream().allMatch(Long.toString(length)::equals);
  }

  /** Fields that describe the stored bytes, which a message without a body does not change. */
  private static boolean neverUpdated(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "content-length", "content-encoding", "content-range" -> true;
      case "content-md5", "content-digest" -> true;
      default -> false;
    };
  }

  /** Age is of the answer it came with: a 304 without it is from the origin itself. */
  private static boolean replacedByAbsence(String name) {
    return Fields.sameName(name, "Age");
  }
}
