package io.nearcast.edge.flow;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link BodyWriter} has the bytes of a body from. Positions are those of the whole
 * representation. Used on the client's event loop.
 */
interface BodySource {

  /** What it means that there is nothing to read at a position. */
  enum State {
    /** Something has come meanwhile. */
    READY,
    /** Something may come later. */
    LATER,
    /** The body ends here. */
    END,
    /** Nothing will ever come, though the body does not end here. */
    BROKEN
  }

  /**
   * Bytes from a position on.
   *
   * @param to where the caller has all that it wants: at least a byte behind the position
   * @return at least one byte, which the caller releases; null where there is none now
   */
  @Nullable ByteBuf read(long position, long to);

  /** Why {@link #read} has just given nothing. */
  State at(long position);

  /** Gives back what is held; nothing is read any more. */
  void close();
}
