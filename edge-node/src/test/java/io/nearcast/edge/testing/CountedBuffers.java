package io.nearcast.edge.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Buffers of which is known at any time how much has not been released. For one thread. */
public final class CountedBuffers {
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

  /** Where they come from. */
  public ByteBufAllocator allocator() {
    return allocator;
  }

  /** One with these bytes; the caller owns it. */
  public ByteBuf of(byte[] bytes, int from, int length) {
    return allocator.directBuffer(Math.max(1, length)).writeBytes(bytes, from, length);
  }

  private long bytes() {
    return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
  }

  /** Fails where a buffer has not been released. */
  public void checkAllReleased() {
    if (bytes() != 0) {
      throw new AssertionError(bytes() + " bytes of buffers were not released");
    }
  }

  /** Fails where more is held than this. */
  public void checkAtMost(long bytesMax) {
    if (bytes() > bytesMax) {
      throw new AssertionError(bytes() + " bytes of buffers are held, allowed are " + bytesMax);
    }
  }
}
