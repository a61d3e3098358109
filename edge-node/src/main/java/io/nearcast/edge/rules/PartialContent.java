package io.nearcast.edge.rules;

import org.jspecify.annotations.Nullable;

/**
 * Part of a representation, stored from a 206 or from a 200 that ended early (RFC 9111 section
 * 3.3). It answers requests for ranges within it, and can be completed.
 *
 * @param first the index of its first byte
 * @param last the index of its last byte
 * @param completeLength how many bytes the whole has, or {@link ContentRange#UNKNOWN}
 * @param reachesEnd whether it has the last byte that the origin has
 * @param exact whether it is as long as it was said to be; else it is neither combined nor
 *     completed
 */
public record PartialContent(
    long first, long last, long completeLength, boolean reachesEnd, boolean exact) {

  /** What a request for ranges finds in a part. */
  public sealed interface Found {
    /**
     * A range that is within it: {@code 206}.
     *
     * @param range positions in the whole representation
     */
    record Here(Ranges.Single range) implements Found {}

    /** Something else is asked for, or more than is here. */
    enum Elsewhere implements Found {
      /** The only one. */
      ASK_UPSTREAM
    }
  }

  /**
   * The part that a 206 has brought, or null where it is not to be stored: several parts, a unit
   * that is not bytes, an invalid Content-Range, or more bytes than that says.
   *
   * <p>A body that is complete by its framing but shorter than Content-Range says is taken for what
   * it is: its first byte is where it says, and it ends where it ends.
   *
   * @param bodyLength how many bytes its body has, which has come whole
   */
  public static @Nullable PartialContent of(ResponseHead response, long bodyLength) {
    ContentRange range = response.status() == 206 ? ContentRange.of(response.fields()) : null;
    if (range == null || bodyLength == 0 || bodyLength > range.length()) {
      return null;
    }
    return new PartialContent(
        range.first(),
        range.first() + bodyLength - 1,
        range.completeLength(),
        range.last() == range.completeLength() - 1,
        bodyLength == range.length());
  }

  /**
   * The prefix that a 200 has brought whose body ended before its Content-Length, of at least a
   * byte.
   */
  public static PartialContent prefix(long bodyLength, long contentLength) {
    return new PartialContent(0, bodyLength - 1, contentLength, false, true);
  }

  /** How many bytes it has. */
  public long length() {
    return last - first + 1;
  }

  /** Whether it is the whole representation, so that it is stored as a 200 (RFC 9110 15.3.7.3). */
  public boolean whole() {
    return first == 0 && exact && last == completeLength - 1;
  }

  /**
   * Finds what a request asks for: "the request is partial and specifies a range wholly within the
   * incomplete response" (RFC 9111 section 3.3). Only for a single range.
   *
   * @param stored the head of the stored response
   */
  public Found find(RequestHead request, ResponseHead stored) {
    if (!Ranges.applies(request, stored)) {
      return Found.Elsewhere.ASK_UPSTREAM;
    }
    var specs = Ranges.specs(request.fields());
    // What is open at its end can be told only where the end is known, and is here.
    if (specs.size() != 1 || (specs.getFirst().open() && !reachesEnd)) {
      return Found.Elsewhere.ASK_UPSTREAM;
    }
    Ranges.Single range = specs.getFirst().within(reachesEnd ? last + 1 : Long.MAX_VALUE / 2);
    if (range == null || range.first() < first || range.last() > last) {
      return Found.Elsewhere.ASK_UPSTREAM;
    }
    return new Found.Here(range);
  }

  /** {@code Content-Range} of a range of it. */
  public String contentRange(Ranges.Single range) {
    String length = completeLength == ContentRange.UNKNOWN ? "*" : Long.toString(completeLength);
    return "bytes " + range.first() + '-' + range.last() + '/' + length;
  }

  /**
   * The Range, and where there is a strong validator the If-Range, that ask for the rest; no fields
   * where the rest is not one range. The answer can be added only where {@link #combine} says so.
   */
  public Fields completing(ResponseHead stored) {
    String range = missing();
    if (range == null) {
      return Fields.EMPTY;
    }
    Fields.Builder fields = Fields.builder().add("Range", range);
    String tag = stored.fields().first("ETag");
    EntityTag parsed = EntityTag.parse(tag);
    if (parsed != null && tag != null) {
      return parsed.weak() ? fields.build() : fields.add("If-Range", tag).build();
    }
    String modified = stored.fields().first("Last-Modified");
    if (modified != null && Validators.strongLastModified(stored)) {
      fields.add("If-Range", modified);
    }
    return fields.build();
  }

  private @Nullable String missing() {
    if (!exact || whole()) {
      return null;
    }
    if (first == 0) {
      return "bytes=" + (last + 1) + "-";
    }
    return reachesEnd ? "bytes=0-" + (first - 1) : null;
  }

  /**
   * This part and another one of the same representation as one, or null where they must not be or
   * cannot be combined: "if they all share the same strong validator" (RFC 9111 section 3.4), and
   * only where no byte is missing between them.
   *
   * @param stored the head that this part is stored with
   * @param response the head that the other part came with
   */
  public @Nullable PartialContent combine(
      ResponseHead stored, ResponseHead response, PartialContent other) {
    boolean same = exact && other.exact && Validators.sameStrong(stored, response);
    boolean sameLength =
        completeLength == other.completeLength
            || completeLength == ContentRange.UNKNOWN
            || other.completeLength == ContentRange.UNKNOWN;
    boolean apart = other.first > last + 1 || first > other.last + 1;
    if (!same || !sameLength || apart) {
      return null;
    }
    return new PartialContent(
        Math.min(first, other.first),
        Math.max(last, other.last),
        Math.max(completeLength, other.completeLength),
        reachesEnd || other.reachesEnd,
        true);
  }

  /**
   * Whether a field is a digest of the bytes that one message brought (RFC 9530 section 2, RFC
   * 1864). Repr-Digest, and Digest of RFC 3230, are of the whole representation.
   */
  public static boolean ofContent(String name) {
    return Fields.sameName(name, "Content-Digest") || Fields.sameName(name, "Content-MD5");
  }

  /**
   * The head of the combined response (RFC 9110 section 15.3.7.3): the stored fields, updated by
   * those of the new part, and a 200 with its length where nothing is missing any more.
   */
  public static ResponseHead combinedHead(
      ResponseHead stored, ResponseHead response, PartialContent union) {
    Fields fields =
        Validation.update(stored, response)
            .fields()
            .without(name -> Fields.sameName(name, "Content-Range") || ofContent(name));
    if (union.whole()) {
      return new ResponseHead(
          200, fields.with("Content-Length", Long.toString(union.length())), stored.http10());
    }
    String range = union.contentRange(new Ranges.Single(union.first, union.last));
    return new ResponseHead(
        206,
        fields.with("Content-Length", Long.toString(union.length())).with("Content-Range", range),
        stored.http10());
  }
}
