package io.nearcast.config.feed;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The head of an answer, and its body.
 *
 * @param status the status code
 * @param body to be read by the one who asked
 */
record HttpAnswer(int status, ByteStream body) {
  private static final int FIELDS_MAX = 100;
  private static final int INTERIM_MAX = 10;

  /**
   * Reads the head of an answer; interim ones before it are passed over.
   *
   * @param untilNanos when it must be there
   * @throws IOException if it is no head of an answer
   */
  static HttpAnswer read(HttpConnection connection, long untilNanos) throws IOException {
    for (int i = 0; i < INTERIM_MAX; i++) {
      HttpAnswer answer = readOne(connection, untilNanos);
      if (answer.status() >= 200) {
        return answer;
      }
    }
    throw new IOException("it answers with interim responses only");
  }

  private static HttpAnswer readOne(HttpConnection connection, long untilNanos) throws IOException {
    String status = connection.line(untilNanos);
    if (!status.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      throw new IOException("it does not answer by HTTP/1.1");
    }
    boolean lasting = status.startsWith("HTTP/1.1");
    boolean chunked = false;
    Long length = null;
    int fields = 0;
    for (String line = connection.line(untilNanos);
        !line.isEmpty();
        line = connection.line(untilNanos)) {
      if (++fields > FIELDS_MAX) {
        throw new IOException("its answer has more than " + FIELDS_MAX + " fields");
      }
      int colon = line.indexOf(':');
      String value = line.substring(colon + 1).strip().toLowerCase(Locale.ROOT);
      switch (line.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT)) {
        case "content-length" -> length = length(value);
        case "transfer-encoding" -> chunked = isChunked(value);
        case "connection" -> lasting &= !value.contains("close");
        default -> {}
      }
    }
    int code = Integer.parseInt(status, 9, 12, 10);
    return new HttpAnswer(code, body(connection, code, chunked, length, lasting));
  }

  /** RFC 9112 section 6.3. */
  private static ByteStream body(
      HttpConnection connection,
      int code,
      boolean chunked,
      @Nullable Long length,
      boolean lasting) {
    if (code < 200 || code == 204 || code == 304) {
      return ByteStream.ofLength(connection, 0, lasting);
    }
    if (chunked) {
      return ByteStream.chunked(connection, lasting);
    }
    return length == null
        ? ByteStream.untilTheEnd(connection)
        : ByteStream.ofLength(connection, length, lasting);
  }

  private static boolean isChunked(String value) throws IOException {
    if (!value.equals("chunked")) {
      throw new IOException("its answer has the unknown transfer coding " + value);
    }
    return true;
  }

  private static long length(String value) throws IOException {
    if (!value.matches("[0-9]{1,15}")) {
      throw new IOException("its answer has the Content-Length " + value);
    }
    return Long.parseLong(value);
  }
}
