package io.nearcast.edge.rules;

/** How much a validator says (RFC 9110 section 8.8.1). */
final class Validators {
  private static final long SECOND_MILLIS = 1000;

  private Validators() {}

  /** Whether two responses are byte for byte of the same representation, for all that they say. */
  static boolean sameStrong(ResponseHead a, ResponseHead b) {
    EntityTag tag = EntityTag.parse(a.fields().first("ETag"));
    EntityTag other = EntityTag.parse(b.fields().first("ETag"));
    if (tag != null || other != null) {
      return tag != null && other != null && tag.stronglyEquals(other);
    }
    String modified = a.fields().first("Last-Modified");
    return modified != null
        && modified.equals(b.fields().first("Last-Modified"))
        && strongLastModified(a)
        && strongLastModified(b);
  }

  /**
   * Whether Last-Modified is a strong validator: "at least one second" before Date, so that the
   * representation did not change again within the second (section 8.8.2.2).
   */
  static boolean strongLastModified(ResponseHead response) {
    // Both dates are the origin's; neither is read with two digits for the year.
    long modified = HttpDate.parse(response.fields().first("Last-Modified"), 0);
    long date = HttpDate.parse(response.fields().first("Date"), 0);
    return modified != HttpDate.INVALID
        && date != HttpDate.INVALID
        && date - modified >= SECOND_MILLIS;
  }
}
