package io.nearcast.edge.rules;

/** Which of a response's fields directs this cache (RFC 9213 section 2.2). */
final class ResponseControl {
  private ResponseControl() {}

  /** The directives of CDN-Cache-Control where it is valid and not empty, else of Cache-Control. */
  static CacheControl of(Fields fields) {
    return CacheControl.parse(fields, "Cache-Control");
  }
}
