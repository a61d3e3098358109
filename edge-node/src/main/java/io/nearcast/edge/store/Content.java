package io.nearcast.edge.store;

import io.nearcast.edge.rules.PartialContent;

/** What the body of a stored response is. */
public sealed interface Content {

  /** All of the representation. */
  enum Whole implements Content {
    /** The only one. */
    ALL
  }

  /** Some of it, from a 206 or from a 200 that ended early (RFC 9111 section 3.3). */
  record Part(PartialContent part) implements Content {}

  /**
   * Nothing: the representation lies in slices, and this is its manifest, with the head of a 200.
   *
   * @param length how many bytes it has
   */
  record Sliced(long length) implements Content {}

  /** One slice of what a manifest describes; found by a key of its own, never by a request's. */
  enum Slice implements Content {
    /** The only one. */
    ONE
  }
}
