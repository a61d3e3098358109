package io.nearcast.edge.coding;

import io.nearcast.edge.store.slab.SlabBody;
import io.netty.buffer.Unpooled;
import java.io.OutputStream;

/**
 * Writes into a growing body as long as there is room and the result is short enough; beyond, what
 * comes is dropped, for encoders write when they are closed as well. For one thread.
 */
final class BodyOutput extends OutputStream {

  /** How it went so far. */
  enum State {
    /** Everything was written. */
    WELL,
    /** The result is too long to be worth anything. */
    TOO_LONG,
    /** The memory's bound was reached. */
    NO_SPACE
  }

  private final SlabBody body;
  private final long lengthMax;
  private State state = State.WELL;

  /**
   * @param body growing; stays the caller's
   * @param lengthMax the most bytes that are worth anything
   */
  BodyOutput(SlabBody body, long lengthMax) {
    this.body = body;
    this.lengthMax = lengthMax;
  }

  State state() {
    return state;
  }

  @Override
  public void write(int single) {
    write(new byte[] {(byte) single}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    if (state != State.WELL) {
      return;
    }
    if (body.length() + count > lengthMax) {
      state = State.TOO_LONG;
    } else if (!body.append(Unpooled.wrappedBuffer(bytes, offset, count))) {
      state = State.NO_SPACE;
    }
  }
}
