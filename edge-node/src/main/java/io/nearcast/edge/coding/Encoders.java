package io.nearcast.edge.coding;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.BrotliOutputStream;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.nearcast.config.model.Coding;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Encodes by the libraries, at levels that cost about as much as gzip's usual one; see
 * docs/benchmarks/compression.md.
 */
final class Encoders {
  private static final int BROTLI_QUALITY = 6;
  private static final int BROTLI_WINDOW_BITS_MIN = 16;
  private static final int BROTLI_WINDOW_BITS_MAX = 22;
  private static final int ZSTD_LEVEL = 6;
  private static final int GZIP_LEVEL = 6;
  private static final int BUFFER_BYTES = 16 * 1024;

  private Encoders() {}

  /**
   * A stream that encodes into another one. It holds memory outside the heap until it is closed,
   * some MB for a large body.
   *
   * @param length how many bytes will come
   * @throws LinkageError if the coding's library cannot be loaded on this system
   */
  static OutputStream into(Coding coding, long length, OutputStream out) throws IOException {
    return switch (coding) {
      case BR -> brotli(length, out);
      // By these levels the window is at most 4 MB, where a client may refuse more than 8.
      case ZSTD -> new ZstdOutputStreamNoFinalizer(out, ZSTD_LEVEL);
      case GZIP -> new Gzip(out);
    };
  }

  private static OutputStream brotli(long length, OutputStream out) throws IOException {
    Brotli4jLoader.ensureAvailability();
    // No larger than the body, so that a short one does not take the memory of a long one.
    int bits = Long.SIZE - Long.numberOfLeadingZeros(length) + 1;
    int window = Math.clamp(bits, BROTLI_WINDOW_BITS_MIN, BROTLI_WINDOW_BITS_MAX);
    Encoder.Parameters parameters =
        new Encoder.Parameters().setQuality(BROTLI_QUALITY).setWindow(window);
    return new BrotliOutputStream(out, parameters, BUFFER_BYTES);
  }

  /** The JDK's, whose level only a subclass can choose. */
  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out) throws IOException {
      super(out, BUFFER_BYTES);
      def.setLevel(GZIP_LEVEL);
    }
  }
}
