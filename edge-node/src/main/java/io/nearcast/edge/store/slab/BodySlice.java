package io.nearcast.edge.store.slab;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.nio.ByteBuffer;

/**
 * A buffer on the bytes of a body themselves, which holds a reference to the body until it is
 * released itself. Meant for reading; it cannot grow, and whoever writes to it changes the body.
 */
final class BodySlice extends UnpooledDirectByteBuf {
  private final SlabBody body;

  /** Takes over a reference to the body. */
  BodySlice(SlabBody body, ByteBuffer bytes) {
    super(UnpooledByteBufAllocator.DEFAULT, bytes, bytes.remaining());
    this.body = body;
  }

  @Override
  protected void deallocate() {
    super.deallocate();
    body.release();
  }
}
