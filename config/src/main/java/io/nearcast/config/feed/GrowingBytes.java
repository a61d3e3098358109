package io.nearcast.config.feed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that are put together piece by piece, up to a bound. For one thread. */
final class GrowingBytes {
  private final int lengthMax;
  private byte[] bytes = new byte[1024];
  private int length;

  GrowingBytes(int lengthMax) {
    this.lengthMax = lengthMax;
  }

  int length() {
    return length;
  }

  /**
   * Moves bytes over from a buffer.
   *
   * @throws IOException if they would be more than the bound
   */
  void append(ByteBuffer from, int count) throws IOException {
    if (count > lengthMax - length) {
      throw new IOException("more than " + lengthMax + " bytes at once");
    }
    if (length + count > bytes.length) {
      bytes =
          Arrays.copyOf(
              bytes, Math.max(length + count, (int) Math.min(lengthMax, 2L * bytes.length)));
    }
    from.get(bytes, length, count);
    length += count;
  }

  /** Returns what was put together and begins anew. */
  byte[] take() {
    byte[] taken = Arrays.copyOf(bytes, length);
    bytes = new byte[1024];
    length = 0;
    return taken;
  }
}
