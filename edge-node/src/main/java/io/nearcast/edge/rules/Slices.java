package io.nearcast.edge.rules;

import org.jspecify.annotations.Nullable;

/**
 * Slices of large objects: they are fetched and stored in pieces of {@link #BYTES}, each pinned to
 * one strong validator, under a manifest that is the head of the whole (RFC 9110 section 14, RFC
 * 9111 section 3.4; docs/decisions/0004).
 */
public final class Slices {
  /** The length of every slice of an object but the last one. */
  public static final int BYTES = 1 << 20;

  private Slices() {}

  /**
   * Whether an object can be had in slices: "only if they all share the same strong validator" are
   * its parts of the same representation.
   *
   * @param head of a 200 or a 206
   */
  public static boolean possible(ResponseHead head) {
    boolean success = head.status() == 200 || head.status() == 206;
    return success && validator(head) != null && !refusesRanges(head.fields());
  }

  private static boolean refusesRanges(Fields fields) {
    return ListReader.members(fields.all("Accept-Ranges")).stream()
        .anyMatch("none"::equalsIgnoreCase);
  }

  /** The strong validator that slices are pinned to, as If-Range takes it; null for none. */
  public static @Nullable String validator(ResponseHead head) {
    String field = head.fields().first("ETag");
    if (field != null) {
      EntityTag tag = EntityTag.parse(field);
      return tag == null || tag.weak() ? null : field;
    }
    return Validators.strongLastModified(head) ? head.fields().first("Last-Modified") : null;
  }

  /** The slice that has a byte. */
  public static long index(long position) {
    return position / BYTES;
  }

  /**
   * The bytes of a slice.
   *
   * @param length of the whole object
   */
  public static Ranges.Single range(long index, long length) {
    long first = index * BYTES;
    return new Ranges.Single(first, Math.min(first + BYTES, length) - 1);
  }

  /** The fields that ask for a slice of what a manifest describes, and of nothing else. */
  public static Fields asking(long index, ResponseHead manifest, long length) {
    String validator = validator(manifest);
    Fields.Builder fields = Fields.builder().add("Range", value(range(index, length)));
    return validator == null ? fields.build() : fields.add("If-Range", validator).build();
  }

  private static String value(Ranges.Single range) {
    return "bytes=" + range.first() + '-' + range.last();
  }

  /**
   * The slice that a request begins in, where its only range begins so far behind that the object
   * must be a large one; -1 for every other request.
   *
   * @param largeBytes the least that a large object has
   */
  public static long far(RequestHead request, long largeBytes) {
    Ranges.Spec range = onlyRange(request);
    return range != null && range.first() >= largeBytes ? index(range.first()) : -1;
  }

  /** Whether a request asks for the last bytes only, wherever these begin. */
  public static boolean suffix(RequestHead request) {
    Ranges.Spec range = onlyRange(request);
    return range != null && range.first() < 0;
  }

  private static Ranges.@Nullable Spec onlyRange(RequestHead request) {
    if (request.fields().count("Range") != 1) {
      return null;
    }
    var specs = Ranges.specs(request.fields());
    return specs.size() == 1 ? specs.getFirst() : null;
  }

  /** The field that asks for a slice of what nothing is known of. */
  public static Fields askingCold(long index) {
    return Fields.of("Range", value(range(index, Long.MAX_VALUE)));
  }

  /**
   * The head of the whole, from that of any part of it: what a GET without Range would bring.
   *
   * @param length of the whole
   */
  public static ResponseHead manifest(ResponseHead part, long length) {
    Fields fields = part.fields().without(name -> Fields.sameName(name, "Content-Range"));
    return new ResponseHead(
        200, fields.with("Content-Length", Long.toString(length)), part.http10());
  }

  /** Whether a 206 has just the bytes of a slice, of an object with that length. */
  public static boolean exact(ResponseHead response, long index, long length) {
    ContentRange range = response.status() == 206 ? ContentRange.of(response.fields()) : null;
    Ranges.Single wanted = range(index, length);
    return range != null
        && range.first() == wanted.first()
        && range.last() == wanted.last()
        && range.completeLength() == length;
  }

  /** Whether a response is of the very representation that a manifest describes. */
  public static boolean same(ResponseHead manifest, ResponseHead response) {
    return Validators.sameStrong(manifest, response);
  }
}
