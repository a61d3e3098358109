package io.nearcast.edge.flow;

import io.nearcast.edge.rules.ResponseHead;

/** What an order asks for, and so what counts as an answer to it. */
sealed interface Aim {

  /** Orders that need nothing more to be said of them. */
  enum Plain implements Aim {
    /** The whole response. */
    WHOLE,
    /** Whether what is stored is still current, else the whole. */
    VALIDATE,
    /** What is missing behind a stored part, else the whole. */
    COMPLETE,
    /** The last bytes, as many as the client wants. */
    TAIL,
    /** Whatever the client asks for. */
    AS_IS
  }

  /** A slice of an object of which nothing is known but that it must be a large one. */
  record Far(long index) implements Aim {}

  /**
   * A slice of an object that a manifest describes.
   *
   * @param length of the object
   */
  record Slice(long index, ResponseHead manifest, long length) implements Aim {}
}
