package io.nearcast.control.catalog;

import io.nearcast.control.problem.Refusal;
import io.nearcast.control.problem.Refusal.Reason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What must hold before a document is changed (RFC 9110 section 13.1).
 *
 * @param ifMatch the header {@code If-Match}, or null
 * @param ifNoneMatch the header {@code If-None-Match}, or null
 */
public record Precondition(@Nullable String ifMatch, @Nullable String ifNoneMatch) {

  /** Nothing must hold. */
  public static final Precondition NONE = new Precondition(null, null);

  /**
   * Checks it against what is there.
   *
   * @param document what is there now, or null for nothing
   * @throws Refusal if it does not hold
   */
  public void check(@Nullable Object document) {
    String etag = document == null ? null : Etag.of(document);
    if (ifMatch != null && !matches(ifMatch, etag)) {
      throw new Refusal(
          Reason.PRECONDITION,
          etag == null
              ? "there is nothing yet that If-Match could match"
              : "it has changed meanwhile: its ETag is " + etag);
    }
    if (ifNoneMatch != null && matches(ifNoneMatch, etag)) {
      throw new Refusal(Reason.PRECONDITION, "it is there already, with the ETag " + etag);
    }
  }

  /** Whether a header names the tag, by strong comparison (RFC 9110 section 8.8.3.2). */
  public static boolean matches(String header, @Nullable String etag) {
    if (etag == null) {
      return false;
    }
    return header.strip().equals("*")
        || Arrays.stream(header.split(",")).map(String::strip).anyMatch(etag::equals);
  }
}
