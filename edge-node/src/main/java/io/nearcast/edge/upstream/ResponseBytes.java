package io.nearcast.edge.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * What has been read from a connection and not been used yet. Mostly one buffer as it was read;
 * several are joined by copying, which happens to heads that come in pieces and to readers that
 * pause. For one event loop.
 */
final class ResponseBytes {
  private ByteBuf unread = Unpooled.EMPTY_BUFFER;

  /** Takes ownership of what was read. */
  void add(ByteBufAllocator allocator, ByteBuf read) {
    if (!unread.isReadable()) {
      unread.release();
      unread = read;
      return;
    }
    if (unread.isWritable(read.readableBytes())) {
      // Pieces given before share the memory, but none reaches beyond the writer index.
      unread.writeBytes(read);
      read.release();
      return;
    }
    ByteBuf joined =
        allocator.directBuffer(Math.max(512, 2 * (unread.readableBytes() + read.readableBytes())));
    joined.writeBytes(unread).writeBytes(read);
    read.release();
    unread.release();
    unread = joined;
  }

  /** The bytes, still owned here; the reader moves the reader index. */
  ByteBuf unread() {
    return unread;
  }

  boolean isEmpty() {
    return !unread.isReadable();
  }

  /** Frees the buffer if all of it was used. */
  void trim() {
    if (!unread.isReadable()) {
      release();
    }
  }

  /** Frees the buffer. */
  void release() {
    unread.release();
    unread = Unpooled.EMPTY_BUFFER;
  }
}
